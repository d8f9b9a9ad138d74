// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file removes.

import { withoutSequences } from '../contract/terminal-sequences';

/** What is left of C0 and C1, except tab and newline. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text without terminal control sequences and control characters; tabs and newlines stay. */
export function plainText(text: string): string {
  return withoutSequences(text.replace(/\r\n/g, '\n')).replace(controls, '');
}

/** The first `maximum` characters, with a line that says how much was left out when something was. */
export function capped(text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  return `${text.slice(0, maximum)}\n… ${text.length - maximum} more characters left out`;
}
