// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file removes.

import stringWidth from 'fast-string-width';
import { withoutSequences } from '../core/contract/terminal-sequences';

/** What is left of the control characters but tab and newline, and those that reorder or hide text. */
const controls =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Text from an agent or a repository, safe to print to a terminal: nothing in it moves, colours, asks or reorders. */
export function plain(text: string): string {
  return withoutSequences(text.replace(/\r\n/g, '\n')).replace(controls, '');
}

/** A value as JSON, on several lines unless `indent` is 0, with the same characters written as escapes: the same value, safe to print. */
export function plainJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(
    controls,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text from an agent or a repository on one line, at most `width` columns of a terminal. */
export function plainLine(text: string, width = 120): string {
  // Nobody needs the width of a megabyte to be told that it does not fit.
  const line = plain(text.slice(0, width * 50))
    .replace(/\s+/g, ' ')
    .trim();
  if (stringWidth(line) <= width) return line;
  let cut = '';
  let columns = 0;
  // By what a person sees as one character, so that none is cut in half.
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    columns += stringWidth(segment);
    if (columns >= width) break;
    cut += segment;
  }
  return `${cut}…`;
}
