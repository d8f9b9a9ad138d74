import {
  BrowserWindow,
  dialog,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  ipcMain,
  MessageChannelMain,
  type MessagePortMain,
  type WebContents,
} from 'electron';
import { showFolder } from './folder';
import { isOurPage } from './guards';
import { openLink } from './link';
import type { Windows } from './windows';

/** The ports of our pages. */
export interface Ports {
  /** Gives a page a new port to the contract and closes the one it had. */
  give(page: WebContents): void;
}

/** Makes the keeper of the pages' ports: each page has one, and a new one replaces it. */
export function createPorts(mount: (port: MessagePortMain) => void): Ports {
  const held = new Map<number, MessagePortMain>();
  return {
    give(page) {
      held.get(page.id)?.close();
      const { port1, port2 } = new MessageChannelMain();
      held.set(page.id, port1);
      port1.once('close', () => {
        if (held.get(page.id) === port1) held.delete(page.id);
      });
      mount(port1);
      page.postMessage('switchyard:port', null, [port2]);
    },
  };
}

/**
 * Answers what a page may ask of the shell itself: a folder dialog, a link to be opened, a worktree to be shown, a port to the contract, and that
 * what it keeps be written to the disk. Anything from another frame or page, or with anything else in its hands, is refused.
 */
export function answerPage(options: {
  readonly windows: Windows;
  readonly origin: string;
  readonly ports: Ports;
  /** The folder of the worktrees. */
  readonly worktrees: string;
}): void {
  const refused = (event: IpcMainEvent | IpcMainInvokeEvent, given: readonly unknown[]) =>
    given.length > 0 || !isOurPage(event, options.windows.owns, options.origin);

  ipcMain.handle('switchyard:pick-folder', async (event, ...given) => {
    if (refused(event, given)) throw new Error('Refused.');
    const window = BrowserWindow.fromWebContents(event.sender);
    const asked = { title: 'Add a repository', properties: ['openDirectory' as const] };
    const chosen = window === null ? await dialog.showOpenDialog(asked) : await dialog.showOpenDialog(window, asked);
    return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
  });
  ipcMain.on('switchyard:open-link', (event, ...given) => {
    const [url] = given;
    if (given.length !== 1 || typeof url !== 'string' || refused(event, [])) return;
    void openLink(url, BrowserWindow.fromWebContents(event.sender));
  });
  ipcMain.on('switchyard:show-folder', (event, ...given) => {
    const [path] = given;
    if (given.length !== 1 || typeof path !== 'string' || refused(event, [])) return;
    showFolder(path, options.worktrees);
  });
  ipcMain.on('switchyard:ready', (event, ...given) => {
    if (refused(event, given)) return;
    options.ports.give(event.sender);
    options.windows.ready(event.sender);
  });
  // Left alone the browser writes a page's storage some five seconds later, which a crash of the app would not wait for.
  ipcMain.on('switchyard:flush', (event, ...given) => {
    if (!refused(event, given)) event.sender.session.flushStorageData();
  });
}
