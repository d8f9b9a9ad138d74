/** What the app's window says that could not read its script. */
export const unreadable =
  'A part of Switchyard could not be read, so there is nothing to show here. Close this window and open it again. If this is here again then, install Switchyard anew: your tasks and repositories stay as they are.';

/** What a browser's page says that could not read its script. */
export const unreadableHere =
  'A part of Switchyard could not be read, so there is nothing to show here. Reload this page. If this is here again then, see whether Switchyard still runs: use its command `open` in a terminal of its machine.';

/**
 * Begins the app in its page once its script is read. Where that cannot be read the page says so in these words, and no empty
 * frame is left; the failure is thrown on.
 */
export async function begin<App>(
  root: { textContent: string | null },
  words: string,
  read: () => Promise<App>,
  start: (app: App) => void,
): Promise<void> {
  let app: App;
  try {
    app = await read();
  } catch (cause) {
    root.textContent = words;
    throw cause;
  }
  start(app);
}
