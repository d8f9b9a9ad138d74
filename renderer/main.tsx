import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import './parts/parts.css';
import './parts/button.css';
import './parts/sheet.css';
import './parts/find-bar.css';
import './parts/patch.css';
import './requests/requests.css';
import './inbox/inbox.css';
import './tasks/tasks.css';
import './shell/rail.css';
import './shell/status-line.css';
import './shell/sayings.css';
import './shell/welcome.css';
import './shell/shell.css';
import './task/page.css';
import './task/composer.css';
import './task/verdict.css';
import './task/pull-request.css';
import './task/info.css';
import './task/checks.css';
import './conversation/conversation.css';
import './changes/changes.css';
import './changes/agent-reviews.css';
import './changes/comments.css';
import './changes/binary.css';
import './editing/editing.css';
import './sheets/sheets.css';
import './sheets/palette.css';
import './sheets/help.css';
import './sheets/search.css';
import './sheets/go-back.css';
import './worktrees/worktrees.css';
import { createRoot } from 'react-dom/client';
import type { Bridge } from '../core/contract/bridge';
import { bridgeOf } from './bridge';
import { obey } from './shell/obey';
import { Window } from './shell/window';
import { type App, AppContext } from './state/app';
import type { AskedPlace } from './state/asked';
import { connect } from './state/connection';
import { rememberedDrafts } from './state/drafts';
import type { FoundPlace } from './state/found';
import { keptIn } from './state/kept';
import { nothingKnown } from './state/model';
import { rememberedSpots } from './state/spots';
import { createStore } from './state/store';
import { rememberedView } from './state/view';
import { keepWaited } from './state/waited';
import { systemTheme } from './theme/theme';

/** Starts the window on the page: one app, one root. */
function start(bridge: Bridge, root: HTMLElement): void {
  // The theme is set before the first paint, so that a dark window never flashes white.
  document.documentElement.dataset.theme = systemTheme();
  const model = createStore(nothingKnown);
  const line = connect(model, bridge);
  const kept = keptIn(window.localStorage, bridge.flush);
  const app: App = {
    bridge,
    line,
    model,
    view: rememberedView(kept),
    said: createStore([]),
    doing: createStore(new Map()),
    kept,
    drafts: rememberedDrafts(kept),
    spots: rememberedSpots(kept),
    waited: keepWaited({ model, line }),
    found: createStore<FoundPlace | null>(null),
    asked: createStore<AskedPlace | null>(null),
    mac: bridge.platform === 'darwin',
  };
  // Before anything waits: the shell sends what was asked for meanwhile as soon as it hears that the page is ready.
  bridge.onCommand((command) => obey(app, command));
  createRoot(root).render(
    <AppContext value={app}>
      <Window />
    </AppContext>,
  );
}

const root = document.getElementById('root');
const bridge = bridgeOf(window);
if (root !== null && bridge !== null) start(bridge, root);
else if (root !== null) root.textContent = 'This page belongs to the Switchyard app. Open Switchyard to use it.';
