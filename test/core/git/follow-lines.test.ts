import { describe, expect, test } from 'vitest';
import { followLines } from '../../../core/git/follow-lines';
import { fileHunks, readHunks } from '../../../core/git/hunks';
import { randomFrom } from '../../support/random';
import { createBench, write } from './fixture';

const bench = createBench();

/** Commits a file as these lines and gives the commit. */
function commit(top: string, path: string, lines: readonly string[]): string {
  write(top, path, lines.map((line) => `${line}\n`).join(''));
  bench.plain(top, 'add', '-A');
  bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Change');
  return bench.plain(top, 'rev-parse', 'HEAD').trim();
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

describe('lines that are followed', () => {
  test('are found by their number after any edits elsewhere, and are told as changed after any edit in them', async () => {
    const place = await bench.repository();
    const top = place.checkout.workTree;
    const random = randomFrom(20261122);
    const pick = (below: number) => Math.floor(random() * below);
    let lines = numbered(60);
    let before = commit(top, 'many.txt', lines);
    let changed = 0;
    for (let round = 0; round < 12; round += 1) {
      const next = [...lines];
      for (let edit = 0; edit < 4; edit += 1) {
        const at = pick(next.length);
        const fresh = Array.from({ length: pick(3) }, (_, index) => `new ${round} ${edit} ${index}`);
        next.splice(at, pick(3), ...fresh);
      }
      const after = commit(top, 'many.txt', next);
      const { hunks } = await fileHunks(place, { base: before, head: after, path: 'many.txt' });
      for (let first = 1; first <= lines.length; first += 3) {
        const range = { first, last: Math.min(lines.length, first + pick(4)) };
        const words = lines.slice(range.first - 1, range.last);
        const followed = followLines(hunks, range);
        const there = next.slice(followed.lines.first - 1, followed.lines.last);
        if (followed.changed.length === 0) expect(there).toEqual(words);
        else {
          changed += 1;
          expect(there).not.toEqual(words);
        }
      }
      lines = next;
      before = after;
    }
    expect(changed).toBeGreaterThan(10);
  });

  test('of which some were taken away are those that are left, and the one before them when none is', () => {
    const away = (first: number, count: number) => [
      { oldStart: first, oldCount: count, newStart: first - 1, newCount: 0, text: '' },
    ];
    const lines = { first: 5, last: 8 };
    expect(followLines(away(5, 1), lines).lines).toEqual({ first: 5, last: 7 });
    expect(followLines(away(4, 2), lines).lines).toEqual({ first: 4, last: 6 });
    expect(followLines(away(8, 2), lines).lines).toEqual({ first: 5, last: 7 });
    expect(followLines(away(5, 4), lines).lines).toEqual({ first: 4, last: 4 });
    expect(followLines(away(1, 8), lines).lines).toEqual({ first: 1, last: 1 });
  });

  test('are found in the new name of a renamed file, and nowhere when the file is gone', async () => {
    const place = await bench.repository();
    const top = place.checkout.workTree;
    const before = commit(top, 'odd "name"\n.txt', numbered(20));
    bench.plain(top, 'mv', 'odd "name"\n.txt', 'moved.txt');
    const after = commit(top, 'moved.txt', ['first', ...numbered(20)]);
    const renamed = await fileHunks(place, { base: before, head: after, path: 'odd "name"\n.txt' });
    expect(renamed.path).toBe('moved.txt');
    expect(followLines(renamed.hunks, { first: 7, last: 8 })).toEqual({ lines: { first: 8, last: 9 }, changed: [] });
    bench.plain(top, 'rm', '-q', 'moved.txt');
    const gone = commit(top, 'other.txt', ['other']);
    expect((await fileHunks(place, { base: after, head: gone, path: 'moved.txt' })).path).toBeNull();
  });
});

describe('hunks', () => {
  test('hold the lines that differ, whatever those look like', async () => {
    const place = await bench.repository();
    const top = place.checkout.workTree;
    const before = commit(top, 'a.txt', ['one', '-- two', '@@ -1 +1 @@', 'four']);
    const after = commit(top, 'a.txt', ['one', '++ two', 'four', 'five']);
    expect(await fileHunks(place, { base: before, head: after, path: 'a.txt' })).toEqual({
      path: 'a.txt',
      hunks: [
        { oldStart: 2, oldCount: 2, newStart: 2, newCount: 1, text: '--- two\n-@@ -1 +1 @@\n+++ two' },
        { oldStart: 4, oldCount: 0, newStart: 4, newCount: 1, text: '+five' },
      ],
    });
    expect(readHunks('')).toEqual([]);
  });
});
