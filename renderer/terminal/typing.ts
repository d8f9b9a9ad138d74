/** The longest piece of input sent at once, in characters. */
const longest = 32 * 1024;

/**
 * Sends what is typed, in order: one piece at a time, and what comes meanwhile is the next. After a failure what was
 * waiting is dropped, because a program that comes back must not get half of it.
 */
export function typing(
  send: (text: string) => Promise<void>,
  failed: (error: unknown) => void,
): (text: string) => void {
  let waiting = '';
  let sending = false;
  const go = async (): Promise<void> => {
    sending = true;
    try {
      while (waiting !== '') {
        const piece = waiting.slice(0, cut(waiting));
        waiting = waiting.slice(piece.length);
        await send(piece);
      }
    } catch (error) {
      waiting = '';
      failed(error);
    } finally {
      sending = false;
    }
  };
  return (text) => {
    waiting += text;
    if (!sending) void go();
  };
}

/** Where a text may be cut: never inside a character. */
function cut(text: string): number {
  if (text.length <= longest) return text.length;
  const last = text.charCodeAt(longest - 1);
  return last >= 0xd800 && last <= 0xdbff ? longest - 1 : longest;
}

/**
 * What of a pasted text a program that takes lines one by one can be given without running anything: one line, without
 * the break at its end. Null when there are several.
 */
export function unbroken(text: string): string | null {
  const line = text.trimEnd();
  if (/[\r\n]/.test(line)) return null;
  const broken = text.slice(line.length).search(/[\r\n]/);
  return broken < 0 ? text : text.slice(0, line.length + broken);
}

/** What is pasted, without what could pass for keys: programs take an escape sequence for whatever it says. */
export function pasted(text: string): string {
  return text.replace(/[\p{Cc}]/gu, (control) =>
    control === '\n' || control === '\r' || control === '\t' ? control : '',
  );
}

/** What a key is to a program, for those whose character is not what they type; arrows as before a program asks otherwise. */
const keyTexts: ReadonlyMap<string, string> = new Map([
  ...([
    ['Enter', '\r'],
    ['Tab', '\t'],
    ['Backspace', '\x7f'],
    ['Escape', '\x1b'],
    ['Delete', '\x1b[3~'],
  ] as const),
  ...([
    ['Home', '\x1b[H'],
    ['End', '\x1b[F'],
    ['ArrowUp', '\x1b[A'],
    ['ArrowDown', '\x1b[B'],
  ] as const),
  ...([
    ['ArrowRight', '\x1b[C'],
    ['ArrowLeft', '\x1b[D'],
  ] as const),
]);

/**
 * What a key pressed for a terminal that is not there yet will be to its program. Null for one that a field takes by
 * itself, as letters, and for chords of the system.
 */
export function heldKey(press: {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}): string | null {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = press;
  if (metaKey || altKey) return null;
  if (!ctrlKey) return keyTexts.get(key) ?? null;
  return !shiftKey && /^[a-z]$/i.test(key) ? String.fromCharCode(key.toUpperCase().charCodeAt(0) - 64) : null;
}
