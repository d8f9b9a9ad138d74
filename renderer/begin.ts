/** What a page says that could not read the app's script. */
export const unreadable =
  'A part of Switchyard could not be read, so there is nothing to show here. Close this window and open it again. If this is here again then, install Switchyard anew: your tasks and repositories stay as they are.';

/**
 * Begins the app in its page once its script is read. Where that cannot be read the page says so, and no empty frame is left;
 * the failure is thrown on.
 */
export async function begin<App>(
  root: { textContent: string | null },
  read: () => Promise<App>,
  start: (app: App) => void,
): Promise<void> {
  let app: App;
  try {
    app = await read();
  } catch (cause) {
    root.textContent = unreadable;
    throw cause;
  }
  start(app);
}
