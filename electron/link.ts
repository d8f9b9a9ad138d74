import { type BrowserWindow, dialog, shell } from 'electron';

const longest = 4096;

/**
 * Opens a link an agent or a program printed, after the person was shown where it leads. Only https: everything else
 * could start a program.
 */
export async function openLink(text: string, window: BrowserWindow | null): Promise<void> {
  const url = text.length > longest ? null : parsed(text);
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return;
  const asked = {
    type: 'question' as const,
    message: `Open ${url.host} in your browser?`,
    // The address as the browser will read it: letters that look like others are written out.
    detail: url.href.length > 500 ? `${url.href.slice(0, 500)}…` : url.href,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  };
  const { response } =
    window === null ? await dialog.showMessageBox(asked) : await dialog.showMessageBox(window, asked);
  if (response === 0) await shell.openExternal(url.href);
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
