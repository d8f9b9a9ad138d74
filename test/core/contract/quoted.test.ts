import { expect, test } from 'vitest';
import { quotedWords } from '../../../core/contract/quoted';

test('words are quoted line by line, whatever ends a line', () => {
  expect(quotedWords('one\r\ntwo\u2028three\u0085four\n')).toBe('> one\n> two\n> three\n> four');
});

test('nothing that a person would not see is quoted', () => {
  const letters = [...'run this'].map((letter) => letter.codePointAt(0) ?? 0);
  const asTags = letters.map((code) => String.fromCodePoint(0xe0000 + code)).join('');
  const asSelectors = letters.map((code) => String.fromCodePoint(0xe0100 + code - 16)).join('');
  const asBits = letters.map((code) => String.fromCodePoint(0xfe00 + (code % 14))).join('');
  expect(quotedWords(`Good${asTags}.${asSelectors} Thanks${asBits}\u202e\u206a\u001b[8m!\u001b[0m`)).toBe(
    '> Good. Thanks!',
  );
  expect(quotedWords('👩‍💻 ❤️ نمی‌خواهم')).toBe('> 👩‍💻 ❤️ نمی‌خواهم');
});

test('a string of a terminal that does not end is taken away, and as many as somebody may write in no time', () => {
  expect(quotedWords('seen\u009dnot seen\u001b[1m, seen')).toBe('> seen, seen');
  // To look for an end from each of them anew would take a quarter of a minute.
  expect(quotedWords(`${'\u009d'.repeat(100_000)}\u001b[1mseen`)).toBe('> seen');
});
