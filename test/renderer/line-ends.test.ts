import { expect, test } from 'vitest';
import { alignLines } from '../../renderer/editing/align-lines';
import { indentOf } from '../../renderer/editing/editor';
import { asEdited, asStored } from '../../renderer/editing/line-ends';

const bytes = (text: string) => Buffer.from(text).toString('hex');
const edit = (stored: string, change: (text: string) => string) => asStored(change(asEdited(stored)), stored);

test.each([
  ['line feeds', 'one\ntwo\nthree\n'],
  ['carriage returns and line feeds', 'one\r\ntwo\r\nthree\r\n'],
  ['carriage returns', 'one\rtwo\rthree\r'],
  ['no end', 'one\r\ntwo'],
  ['nothing', ''],
  ['a byte order mark', '\ufeffone\r\n\ttwo\r\n'],
  ['a byte order mark alone', '\ufeff'],
  ['all of them', '\ufeffone\r\ntwo\nthree\r\r\n\n\r\nfour\u2028five\u0085\vsix\n\tseven'],
])('a text with %s that is not changed is stored byte for byte', (_, stored) => {
  expect(asEdited(stored)).not.toMatch(/\r|^\ufeff/);
  expect(bytes(edit(stored, (text) => text))).toBe(bytes(stored));
});

test('a changed line and new ones end as the file does, and its end stays what it was', () => {
  expect(edit('one\r\ntwo\r\n', (text) => text.replace('two', '2\nnew'))).toBe('one\r\n2\r\nnew\r\n');
  expect(edit('one\r\ntwo', (text) => text.replace('one', '1'))).toBe('1\r\ntwo');
  expect(edit('one\r\ntwo', (text) => `${text}\n`)).toBe('one\r\ntwo\r\n');
  expect(edit('one\ntwo\n', (text) => text.slice(0, -1))).toBe('one\ntwo');
  expect(edit('one', (text) => `${text}\nmore`)).toBe('one\nmore');
});

test('where line ends are mixed, every line that was not changed keeps its own', () => {
  const stored = 'a\nb\r\nc\r\nd\ne\rf\n';
  expect(edit(stored, (text) => text.replace('c\n', ''))).toBe('a\nb\r\nd\ne\rf\n');
  expect(edit(stored, (text) => text.replace('b\n', 'b\nnew\n'))).toBe('a\nb\r\nnew\r\nc\r\nd\ne\rf\n');
  expect(edit(stored, (text) => text.replace('d', 'D'))).toBe('a\nb\r\nc\r\nD\ne\rf\n');
  expect(edit(stored, (text) => `top\n${text}`)).toBe('top\na\nb\r\nc\r\nd\ne\rf\n');
  expect(edit('b\r\na\nlast', (text) => `${text}\nmore`)).toBe('b\r\na\nlast\nmore');
  // Two edits far apart, with the same line between them again and again.
  const many = `x\r\n${'same\n'.repeat(5)}y\r\n${'same\r\n'.repeat(5)}z\n`;
  const change = (text: string) => text.replace('x', 'X').replace('z', 'Z');
  expect(edit(many, change)).toBe(change(many));
});

test('whatever is removed, put in and changed, unchanged lines keep their ends', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 300; round += 1) {
    // Each line is the only one of its kind, so there is no doubt which one it was.
    const ends = Array.from({ length: 40 }, () => ['\n', '\r\n', '\r'][random(3)] ?? '\n');
    const stored = ends.map((end, at) => `line ${at}${end}`).join('');
    const kept = ends.flatMap((_, at) => (random(4) === 0 ? [] : [at]));
    const edited = kept.map((at) => `${random(5) === 0 ? `new ${round}\n` : ''}line ${at}\n`).join('');
    const again = asStored(edited, stored);
    expect(asEdited(again)).toBe(edited);
    for (const at of kept) expect(again).toContain(`line ${at}${ends[at]}`);
  }
});

// Comparing each line with each would take hours; this takes a part of a second, so its limit only fails what never ends.
test('a megabyte of lines alike is stored as it was', { timeout: 60_000 }, () => {
  const stored = `one\r\n${'}\n'.repeat(300_000)}two\n`;
  const again = edit(stored, (text) => `top\n${text.replace('two', '2')}`);
  expect(again).toBe(`top\r\n${stored.replace('two', '2')}`);
});

test('lines are paired with what they were, never crosswise', () => {
  expect(alignLines(['a', 'b', 'c'], ['c', 'a', 'b'])).toEqual([-1, 0, 1]);
  expect(alignLines(['x', 'a', 'x', 'b'], ['x', 'x', 'b', 'a'])).toEqual([0, 2, 3, -1]);
});

test('a text is indented with what indents it', () => {
  expect(['a\n\tb\n  c', 'a\n    b\n        c', 'a\n  b', 'a', '   '].map(indentOf)).toEqual([
    '\t',
    '    ',
    '  ',
    '  ',
    '  ',
  ]);
});
