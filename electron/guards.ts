import { app, session, type WebContents, type WebFrameMain } from 'electron';
import { windowOrigin } from './scheme';

/** Putting text on the clipboard when the person presses Copy; never reading it. Chromium's name for it. */
const copying = 'clipboard-sanitized-write';

/** Denies everything a page of ours never does, for every page there will be. Call it before the app is ready. */
export function denyByDefault(allowed: { readonly origin: string }): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('login', (event) => event.preventDefault());
  });
  void app.whenReady().then(() => {
    const { defaultSession } = session;
    defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === copying));
    defaultSession.setPermissionCheckHandler((_contents, permission) => permission === copying);
    defaultSession.setDevicePermissionHandler(() => false);
    defaultSession.on('will-download', (event) => event.preventDefault());
    defaultSession.webRequest.onBeforeRequest((details, answer) => {
      // devtools:// is the browser's own; blob: and data: never reach the network.
      const ours = ['app:', 'devtools:', 'blob:', 'data:'].includes(new URL(details.url).protocol);
      answer({
        cancel:
          !ours &&
          !details.url.startsWith(`${allowed.origin}/`) &&
          !details.url.startsWith(allowed.origin.replace(/^http/, 'ws')),
      });
    });
  });
}

/** Whether a message comes from the main frame of one of our own windows, showing our own page. */
export function isOurPage(
  sender: { readonly senderFrame: WebFrameMain | null; readonly sender: WebContents },
  ours: (contents: WebContents) => boolean,
  origin = windowOrigin,
): boolean {
  const frame = sender.senderFrame;
  return frame !== null && frame.parent === null && frame.origin === origin && ours(sender.sender);
}
