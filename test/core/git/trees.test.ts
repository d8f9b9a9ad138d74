import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeObjects } from '../../../core/git/objects';
import { openRepository } from '../../../core/git/open';
import { makeTrees } from '../../../core/git/trees';
import { createBench } from './fixture';

const bench = createBench();

test.each(['sha1', 'sha256'])(
  'the tree of files is the one git makes of them, in whatever order: %s',
  async (format) => {
    const top = join(bench.folder, format);
    bench.plain(bench.folder, 'init', '-q', '-b', 'main', `--object-format=${format}`, top);
    // What git sorts as if a slash followed stands beside names that sort before and after one.
    const names = ['a', 'a-b', 'a0', 'b/c', 'b.c', 'b0', 'b-c', 'ü/ö/ä', 'deep/er/and/deeper', 'deep/er-x', 'z'];
    for (const name of names) {
      mkdirSync(join(top, name, '..'), { recursive: true });
      writeFileSync(join(top, name), name, { mode: name === 'z' ? 0o755 : 0o644 });
    }
    bench.plain(top, 'add', '-A');
    // One without a commit is no repository to work in.
    bench.plain(top, 'commit', '-q', '-m', 'First');
    bench.plain(top, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(format === 'sha1' ? 40 : 64)},link`);
    const listed = bench.plain(top, '-c', 'core.quotePath=false', 'ls-files', '--stage').trimEnd().split('\n');
    const entries = listed.map((line) => {
      const [, mode = '', oid = '', path = ''] = /^(\d+) (\w+) 0\t(.*)$/.exec(line) ?? [];
      return { mode, oid, path: Buffer.from(path).toString('latin1') };
    });
    const { oid, objects } = await makeTrees(entries.toReversed(), entries[0]?.oid ?? '');
    const place = { git: bench.git, checkout: (await openRepository(bench.git, top)).checkout, trusted: false };
    await writeObjects(place, objects, { asIs: true });
    expect(bench.plain(top, 'fsck', '--strict', '--no-dangling')).toBe('');
    expect(bench.plain(top, 'ls-tree', '-r', '--name-only', '-z', oid)).toBe(bench.plain(top, 'ls-files', '-z'));
    expect(bench.plain(top, 'write-tree').trim()).toBe(oid);
  },
);

test('the tree of nothing is the empty one, and a file named twice is there once', async () => {
  const file = { mode: '100644', oid: '1'.repeat(40), path: 'a' };
  expect(await makeTrees([file, file], file.oid)).toEqual(await makeTrees([file], file.oid));
  expect(await makeTrees([], '0'.repeat(40))).toMatchObject({ oid: '4b825dc642cb6eb9a060e54bf8d69288fbee4904' });
});

test.each([[['a', 'a/b']], [['a/b', 'a']], [['a', 'a']]])('there is no tree of %j', async (paths) => {
  const entries = paths.map((path, at) => ({ mode: '100644', oid: `${at}`.repeat(40), path }));
  await expect(makeTrees(entries, '0'.repeat(40))).rejects.toThrow('There can be no tree');
});

test('names that only other file systems would misread are stored as they are', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const file = bench.plain(top, 'rev-parse', 'HEAD:readme.txt').trim();
  const { oid, objects } = await makeTrees([{ mode: '100644', oid: file, path: 'git~1' }], file);
  await expect(writeObjects(place, objects)).rejects.toMatchObject({ code: 'GIT_FAILED' });
  await writeObjects(place, objects, { asIs: true });
  expect(bench.plain(top, 'ls-tree', '--name-only', oid)).toBe('git~1\n');
});
