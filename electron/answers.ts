import {
  BrowserWindow,
  dialog,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  ipcMain,
  MessageChannelMain,
  type MessagePortMain,
} from 'electron';
import { isOurPage } from './guards';
import type { Windows } from './windows';

/**
 * Answers the two things a page may ask of the shell itself: a folder dialog, and a port to the contract. Anything from
 * another frame or page, or with anything in its hands, is refused.
 */
export function answerPage(options: {
  readonly windows: Windows;
  readonly origin: string;
  readonly mount: (port: MessagePortMain) => void;
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

  const ports = new Map<number, MessagePortMain>();
  ipcMain.on('switchyard:ready', (event, ...given) => {
    if (refused(event, given)) return;
    // One port a page: a page that says it again, or was loaded anew, gives up the one it had.
    ports.get(event.sender.id)?.close();
    const { port1, port2 } = new MessageChannelMain();
    ports.set(event.sender.id, port1);
    port1.once('close', () => {
      if (ports.get(event.sender.id) === port1) ports.delete(event.sender.id);
    });
    options.mount(port1);
    event.sender.postMessage('switchyard:port', null, [port2]);
  });
}
