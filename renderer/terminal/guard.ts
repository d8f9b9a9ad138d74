import type { IParser } from '@xterm/xterm';

/** Sequences no program in a terminal of ours gets anything by: titles, the clipboard, notices, files, marks of a shell. */
const swallowed = [0, 1, 2, 3, 5, 6, 7, 9, 13, 14, 15, 16, 17, 18, 19, 22, 50, 51, 52, 99, 133, 633, 697, 777, 1337];
/** Colours: a program may ask what they are, and may not change ours. */
const colours = [4, 10, 11, 12];
const coloursBack = [104, 105, 110, 111, 112];

/** What makes a terminal answer: who it is, what it can, where the cursor is, which modes are set. */
const questions = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { prefix: '>', final: 'q' },
  { prefix: '?', final: 'u' },
  { final: 'x' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { intermediates: '$', final: 'w' },
  { intermediates: '*', final: 'y' },
];

/**
 * Keeps what a program prints from reaching out of its terminal. What it prints is shown, and nothing else: no title, no
 * clipboard, no link but https, no window it could move. Questions are answered only while `mayAnswer` says so: an old
 * one that is shown again must not be answered to a program that runs now.
 */
export function guard(parser: IParser, mayAnswer: () => boolean): void {
  for (const number of [...swallowed, ...coloursBack]) parser.registerOscHandler(number, () => true);
  for (const number of colours) {
    parser.registerOscHandler(number, (data) => !(mayAnswer() && /^(?:\d+;)?\?$/.test(data)));
  }
  parser.registerOscHandler(8, (data) => !isFine(data.slice(data.indexOf(';') + 1)));
  for (const question of questions) parser.registerCsiHandler(question, () => !mayAnswer());
  // Moving, sizing and naming windows, and asking for their names.
  parser.registerCsiHandler({ final: 't' }, () => true);
  for (const intermediates of ['$', '+']) {
    parser.registerDcsHandler({ intermediates, final: 'q' }, () => !mayAnswer());
  }
  parser.registerEscHandler({ final: 'Z' }, () => !mayAnswer());
}

/** Whether a link may be shown as one: https, or the end of one. */
function isFine(address: string): boolean {
  return address === '' || isOpenable(address);
}

/** Whether an address is one that the person may be asked about. */
export function isOpenable(address: string): boolean {
  if (address.length > 4096 || !/^https:\/\/[^\s\p{Cc}]+$/u.test(address)) return false;
  try {
    return new URL(address).protocol === 'https:';
  } catch {
    return false;
  }
}
