import { expect, test } from 'vitest';
import { fileMeant, pathInside, placesIn } from '../../renderer/task/places-in';

const named = (text: string) =>
  placesIn(text).flatMap(({ text: written, place }) => (place === null ? [] : [{ written, ...place }]));

test('a place is found however a tool writes it, and the pieces together are the text', () => {
  const printed = [
    'src/app.ts:12:5 - error TS2322: no',
    'src/app.ts(12,5): error TS2322: no',
    'lib/old.c:7: warning: unused',
    '  File "tests/test_app.py", line 31, in test_app',
    '  --> src/main.rs:4:9',
    '    at run (/work/tree/dist/a.js:10:3)',
    '    at file:///work/tree/b.mjs:2:1',
    '    at new Thing (./c.ts:8)',
    'run@http/d.js:3:1',
    "E   in 'src/ünï.ts:1', [e/f.go:22]",
  ];
  expect(named(printed.join('\n')).map(({ path, line, column }) => [path, line, column])).toEqual([
    ['src/app.ts', 12, 5],
    ['src/app.ts', 12, 5],
    ['lib/old.c', 7, null],
    ['tests/test_app.py', 31, null],
    ['src/main.rs', 4, 9],
    ['/work/tree/dist/a.js', 10, 3],
    ['/work/tree/b.mjs', 2, 1],
    ['./c.ts', 8, null],
    ['http/d.js', 3, 1],
    ['src/ünï.ts', 1, null],
    ['e/f.go', 22, null],
  ]);
  expect(named('x src/app.ts:12:5: no')[0]?.written).toBe('src/app.ts:12:5');
  for (const text of [printed.join('\n'), '', 'plain', 'a.ts:1', '\n\n'])
    expect(
      placesIn(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
});

test('what only looks like a place is left as text', () => {
  for (const text of [
    '12:30:45',
    'localhost:3000',
    'http://localhost:3000/',
    'a.ts:0',
    'a.ts:12th',
    '…:4',
    ': 4',
    '..:3',
    'v1.2.3',
  ])
    expect(named(text)).toEqual([]);
});

// Trying on from each sign to the end would take minutes; this takes a part of a second, so its limit only fails what never ends.
test('text that is meant to keep a reader busy is read, and nothing of it is lost', { timeout: 60_000 }, () => {
  const much = 512 * 1024;
  for (const piece of ['a', 'a.', 'a/b:', 'File "', 'a.ts(', '(', 'a.ts:1 ', '\u0000', 'a.ts:1:', '@a', ',a.b']) {
    const text = piece.repeat(much / piece.length);
    const pieces = placesIn(text).map((found) => found.text);
    expect(pieces.join('') === text).toBe(true);
  }
});

test('only paths of the worktree are paths of the repository, and none leads out of it', () => {
  const top = '/work/tree';
  expect(pathInside('src/a.ts', top)).toBe('src/a.ts');
  expect(pathInside('./src//a.ts', top)).toBe('src/a.ts');
  expect(pathInside('/work/tree/src/a.ts', top)).toBe('src/a.ts');
  for (const path of ['/work/treehouse/a.ts', '/etc/passwd', '../a.ts', 'src/../../a.ts', '.', '/work/tree/'])
    expect(pathInside(path, top)).toBe(null);
  expect(pathInside('/work/tree/src/a.ts', null)).toBe(null);
});

test('a file named from its own folder is meant when there is only one', () => {
  const files = ['src/a_test.go', 'lib/b.go', 'src/b.go', 'b.go'];
  expect(fileMeant('a_test.go', files)).toBe('src/a_test.go');
  expect(fileMeant('b.go', files)).toBe('b.go');
  expect(fileMeant('b.go', files.slice(0, 3))).toBe(null);
  expect(fileMeant('test.go', files)).toBe(null);
});
