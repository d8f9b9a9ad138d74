import { createRoot } from 'react-dom/client';
import { start } from '../start';
import { webBridge } from './bridge';
import { takeCode } from './code';
import { followHistory } from './history';
import { isRefused, signedIn, tokenFor } from './sign-in';
import { SignInPage } from './sign-in-page';
import { socketLines } from './sockets';

const ours = signedIn(window.sessionStorage);

/** Begins the monitor in a browser: with the code it was opened with, as who it was before, or by asking for a code. */
export async function enter(root: HTMLElement, code: string | null): Promise<void> {
  const before = ours.token();
  if (code !== null) {
    try {
      ours.keep(await tokenFor(code));
    } catch (error) {
      if (before === null) return ask(root, error instanceof Error ? error.message : String(error));
    }
  }
  const token = ours.token();
  if (token === null) ask(root, null);
  else watch(root, token);
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
      onToken={(token) => {
        ours.keep(token);
        leave();
        watch(root, token);
      }}
    />,
  );
}

function watch(root: HTMLElement, token: string): void {
  // Begun anew the page holds nothing of what was on it; what was being written is kept in its storage.
  const leave = (why: 'signed-out' | 'ended'): void => {
    ours.leave(why);
    window.location.reload();
  };
  const { protocol, host } = window.location;
  const lines = socketLines({
    url: `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/rpc`,
    token,
    isRefused: () => isRefused(token),
    onRefused: () => leave('ended'),
  });
  const { view } = start(
    webBridge(() => leave('signed-out')),
    lines,
    root,
  );
  followHistory(view, window);
}
