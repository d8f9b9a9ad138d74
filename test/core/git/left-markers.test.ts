import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { leftMarkers } from '../../../core/git/left-markers';
import type { Execute } from '../../../core/starter/process';
import { createBench, write } from './fixture';

const bench = createBench();
const conflict = '<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> main\n';

test('marks of a conflict that a change leaves in text files are found, and nothing that is none', async () => {
  const place = await bench.repository(undefined, {
    'code.ts': 'one\n',
    'was.ts': 'a\nb\nc\nd\ne\nf\n',
    'had.md': `How git writes it:\n${conflict}`,
    'mended.ts': conflict,
    'heading.md': 'Words\n',
    '.gitattributes': 'hidden -diff\n',
    'gone.ts': conflict,
  });
  const top = place.checkout.workTree;
  const base = bench.plain(top, 'rev-parse', 'HEAD').trim();
  bench.plain(top, 'mv', 'was.ts', 'is ü.ts');
  const files: Readonly<Record<string, string>> = {
    'code.ts': `one\n${conflict}`,
    'is ü.ts': 'a\nb\nc\nd\ne\nf\n>>>>>>> 1234567 (Words)\r\n',
    'had.md': `How git writes it:\n${conflict}${conflict}`,
    'mended.ts': 'one\n',
    'heading.md': 'Heading\n=======\n\n<<<<<<<< eight\n <<<<<<< in\n<<<<<<<none\n',
    hidden: '<<<<<<<\n',
    binary: `\0\n${conflict}`,
  };
  for (const [path, content] of Object.entries(files)) write(top, path, content);
  rmSync(join(top, 'gone.ts'));
  bench.plain(top, 'add', '-A');
  bench.plain(top, 'commit', '-q', '-m', 'Resolve it');
  const head = bench.plain(top, 'rev-parse', 'HEAD').trim();
  const failed = vi.fn();
  const found = await leftMarkers(place, { base, head }, { failed });
  expect([...found].sort((one, other) => one.path.localeCompare(other.path))).toEqual([
    { path: 'code.ts', line: 2 },
    { path: 'hidden', line: 1 },
    { path: 'is ü.ts', line: 7 },
  ]);
  expect(await leftMarkers(place, { base: head, head }, { failed })).toEqual([]);
  expect(failed).not.toHaveBeenCalled();

  // A change can be looked at though they cannot be looked for, or not for long; and that is found out once.
  const real = place.git.execute;
  const hangs: Execute = (what) =>
    what.args.includes('diff-tree')
      ? new Promise((_, reject) => {
          const end = () => reject(what.signal?.reason);
          // Its time may be over before it begins.
          if (what.signal?.aborted) end();
          else what.signal?.addEventListener('abort', end);
        })
      : real(what);
  for (const execute of [hangs, () => Promise.reject(new Error('out of memory'))]) {
    const told = vi.fn();
    const elsewhere = { ...place, git: { ...place.git, execute } };
    for (const _again of [1, 2]) {
      expect(await leftMarkers(elsewhere, { base, head }, { failed: told, limitMs: 20 })).toEqual([]);
    }
    expect(told).toHaveBeenCalledTimes(1);
  }
});
