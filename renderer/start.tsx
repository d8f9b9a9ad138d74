import { createRoot } from 'react-dom/client';
import type { PageBridge } from './bridge';
import type { Lines } from './client';
import { withoutUnwritten } from './sheets/new-task-choices';
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

/** Starts the window on the page: one app, one root. Gives back the app. */
export function start(bridge: PageBridge, lines: Lines, root: HTMLElement): App {
  const model = createStore(nothingKnown);
  const line = connect(model, lines);
  const kept = keptIn(window.localStorage, bridge.flush);
  const drafts = rememberedDrafts(kept);
  drafts.update(withoutUnwritten);
  const app: App = {
    bridge,
    line,
    model,
    view: rememberedView(kept),
    said: createStore([]),
    doing: createStore(new Map()),
    kept,
    drafts,
    spots: rememberedSpots(kept),
    waited: keepWaited({ model, line }),
    found: createStore<FoundPlace | null>(null),
    asked: createStore<AskedPlace | null>(null),
    cameBack: createStore<number | null>(null),
    mac: bridge.mac,
  };
  // Before anything waits: the shell sends what was asked for meanwhile as soon as it hears that the page is ready.
  bridge.onCommand((command) => obey(app, command));
  createRoot(root).render(
    <AppContext value={app}>
      <Window />
    </AppContext>,
  );
  return app;
}
