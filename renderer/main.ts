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
import './monitor/monitor.css';
import './web/sign-in.css';
import './shell/phone.css';
import './theme/touch.css';
import { begin, unreadable, unreadableHere } from './begin';
import { bridgeOf } from './bridge';
import { systemTheme } from './theme/system-theme';
import { takeCode } from './web/code';

// The theme is set before the first paint, so that a dark window never flashes white.
document.documentElement.dataset.theme = systemTheme();

const root = document.getElementById('root');
const bridge = bridgeOf(window);
if (root !== null && bridge !== null) {
  // The frame that the page itself draws is laid out now, and the window shown with it, while the app's script is still read.
  root.getBoundingClientRect();
  void begin(
    root,
    unreadable,
    () => import('./in-app'),
    ({ startInApp }) => startInApp(bridge, root),
  );
} else if (root !== null) {
  // Before anything else is read: a code that stays in the address could be seen, or kept in the history.
  const code = takeCode(window);
  void begin(
    root,
    unreadableHere,
    () => import('./web/enter'),
    ({ enter }) => void enter(root, code),
  );
}
