import type { App } from './app';
import { say } from './said';

/** Puts a text on the clipboard and says so, or says that the system refused. `name` is what the text is: `branch`. */
export async function copyText(app: App, name: string, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(app.said, { kind: 'done', text: `Copied the ${name}`, undo: null });
  } catch {
    say(app.said, {
      kind: 'failed',
      text: `The ${name} could not be copied: the system refused the clipboard. Select it and copy it by hand.`,
      undo: null,
    });
  }
}
