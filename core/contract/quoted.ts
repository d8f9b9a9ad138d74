// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file removes.

import { withoutSequences } from './terminal-sequences';

/** What some programs take for the end of a line, which would leave the quotation. */
const lineEnds = /\r\n?|[\v\f\u0085\u2028\u2029]/g;
/**
 * Characters that nobody sees, in which words can be hidden from who reads along. Two joiners and two that choose how a sign looks
 * stay: emoji and many scripts need them.
 */
const hidden =
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]|[\ufe00-\ufe0d]/gu;

/**
 * Words of others as a quotation in a message to an agent: each line begins with `> `, so that none can pass for the words
 * around it, and nothing is in them that a person who reads along would not see.
 */
export function quotedWords(text: string): string {
  const seen = withoutSequences(text).replace(lineEnds, '\n').replace(hidden, '').trimEnd();
  return seen
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
