import { createRoot } from 'react-dom/client';
import { start } from '../start';
import { webBridge } from './bridge';
import { takeCode } from './code';
import { followHistory } from './history';
import { isRefused, type Left, type Pass, signedIn, signInWith } from './sign-in';
import { SignInPage } from './sign-in-page';
import { socketLines } from './sockets';

const ours = signedIn(window.sessionStorage);

/** Begins the monitor in a browser: with the code it was opened with, as who it was before, or by asking for a code. */
export async function enter(root: HTMLElement, code: string | null): Promise<void> {
  const before = ours.pass();
  if (code !== null) {
    try {
      ours.keep(await signInWith(code));
    } catch (error) {
      if (before === null) return ask(root, error instanceof Error ? error.message : String(error));
    }
  }
  const pass = ours.pass();
  if (pass === null) ask(root, null);
  else watch(root, pass);
}

function ask(root: HTMLElement, failure: string | null): void {
  const page = createRoot(root);
  // Opened anew in this tab, the address brings its code without the page being read again.
  const again = (): void => {
    const code = takeCode(window);
    if (code === null) return;
    leave();
    void enter(root, code);
  };
  const leave = (): void => {
    window.removeEventListener('hashchange', again);
    page.unmount();
  };
  window.addEventListener('hashchange', again);
  page.render(
    <SignInPage
      failure={failure}
      left={ours.left()}
      onPass={(pass) => {
        ours.keep(pass);
        leave();
        watch(root, pass);
      }}
    />,
  );
}

function watch(root: HTMLElement, { token, id }: Pass): void {
  let isLeaving = false;
  // Begun anew the page holds nothing of what was on it; what was being written is kept in its storage.
  const leave = async (why: Left, first?: () => Promise<unknown>): Promise<void> => {
    if (isLeaving) return;
    isLeaving = true;
    ours.leave(why);
    await first?.().catch(() => {});
    window.location.reload();
  };
  const { protocol, host } = window.location;
  const lines = socketLines({
    url: `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/rpc`,
    token,
    isRefused: () => isRefused(token),
    onRefused: () => void leave('ended'),
  });
  /** Has the server forget it, too: it hangs up on whoever it does not let in any more, so an answer need not come. */
  const revoke = async (): Promise<void> => {
    await line.client().signIns.revoke({ signIn: id });
  };
  const { view, line } = start(
    webBridge(() => void leave('signed-out', revoke)),
    lines,
    root,
  );
  followHistory(view, window);
  // Gone to again in this tab, the address brings a code that nobody needs, and that must not stay in it.
  window.addEventListener('hashchange', () => void takeCode(window));
}
