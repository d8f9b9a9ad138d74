import { Terminal } from '@xterm/headless';
import type { Bed } from './runtime';
import { until } from './until';

/** A terminal as a person has it before them: what it shows, and a keyboard. */
export interface WatchedScreen {
  /** What is on the screen, line by line. */
  text(): string;
  /** Resolves when the screen shows it. */
  shows(words: RegExp): Promise<void>;
  /** Types a line and presses Enter, as slowly as the programs need it. */
  type(line: string): Promise<void>;
  press(keys: string): Promise<void>;
  /** Waits for a dialog and presses keys until it is gone: one that has just come up takes none, lest they were meant for what was there before. */
  answer(dialog: RegExp, keys: string): Promise<void>;
  close(): Promise<void>;
}

/** Shows a terminal of a runtime on a screen of its own, which answers what programs ask of it. */
export function watchScreen(
  calls: Bed['calls'],
  terminal: number,
  size: { readonly columns: number; readonly rows: number },
): WatchedScreen {
  const shown = new Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
  const press = (text: string) => calls.terminals.write({ terminal, text });
  shown.onData((answer) => void press(answer).catch(() => {}));
  const leave = new AbortController();
  const following = (async () => {
    for (let from = 0; !leave.signal.aborted; ) {
      const read = await calls.terminals.read({ terminal, from, wait: true }, { signal: leave.signal });
      const bytes = Buffer.from(read.bytes, 'base64');
      await new Promise<void>((resolve) => shown.write(bytes, resolve));
      from = read.from + bytes.length;
      if (read.over) return;
    }
  })().catch(() => {});
  const text = () => {
    const { active } = shown.buffer;
    return Array.from({ length: active.length }, (_, line) => active.getLine(line)?.translateToString(true) ?? '')
      .join('\n')
      .trim();
  };
  const shows = (words: RegExp) =>
    until(() => words.test(text())).catch((cause) => {
      throw new Error(`The screen never showed ${words}. It shows:\n${text()}`, { cause });
    });
  return {
    text,
    shows,
    press,
    async type(line) {
      await press(line);
      // A line that comes with its Enter counts as pasted; this one is typed, and shown before it is sent.
      await shows(new RegExp(line.slice(-20).replace(/[^a-zA-Z0-9 ]/g, '\\$&')));
      await press('\r');
    },
    async answer(dialog, keys) {
      await shows(dialog);
      let pressedAt = 0;
      await until(async () => {
        if (!dialog.test(text())) return true;
        if (Date.now() - pressedAt > 400) {
          pressedAt = Date.now();
          await press(keys);
        }
        return false;
      });
    },
    async close() {
      leave.abort();
      await following;
      shown.dispose();
    },
  };
}
