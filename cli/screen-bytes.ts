/** Ctrl+], as terminals send it: by itself, or as a program that asked for more of its keys gets it (kitty, xterm). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const leaveKey = /\u001d|\u001b\[93;5(?::1)?u|\u001b\[27;5;93~/;

/** Whether among these keys is the one that leaves a screen and lets it go on. */
export function leaves(keys: string): boolean {
  return leaveKey.test(keys);
}

/** Everything a terminal would answer, and what it keeps for itself (titles, clipboard); ECMA-48, xterm and kitty. */
const questions =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /\u001b(?:\[[?>=]?[\d;]*c|\[\??[\d;]*n|\[\?u|\[\??[\d;]*\$p|\[>[\d;]*q|\[[\d;]+t|Z|[\]P^_X][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g;

/** What a screen printed, without what it asked the terminal it was then shown in. */
export function withoutQuestions(text: string): string {
  return text.replace(questions, '');
}

/**
 * Takes back every mode a screen may have set: keys told apart, mouse, paste, focus and colour reports, its own page. What
 * it left beneath where it stopped is erased, or it would show through what is said next.
 */
export const modesLeft = [
  ...[
    '\u001b[<u',
    '\u001b[>4m',
    '\u001b[?1049l',
    '\u001b[=0u',
    '\u001b[?1l',
    '\u001b>',
    '\u001b[?25h',
    '\u001b[?2004l',
  ],
  ...['\u001b[?1000l', '\u001b[?1002l', '\u001b[?1003l', '\u001b[?1006l', '\u001b[?1004l', '\u001b[?2031l'],
  ...['\u001b[0m', '\r\n', '\u001b[J'],
].join('');
