import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyIncluded } from '../../../core/git/include';
import { addWorktree } from '../../../core/git/worktree';
import { contents, createBench, write } from './fixture';

const bench = createBench();

test('a new worktree gets the ignored files that .worktreeinclude names, and no others', async () => {
  const place = await bench.repository(undefined, {
    '.gitignore': '.env*\nkeys/\nbuild/\n*.local\nout\n',
    '.worktreeinclude': '# What an agent needs to run it\n.env*\n!.env.example\nkeys/\n*.txt\n*.local\nout\n',
    'tracked.txt': 'tracked\n',
  });
  const { workTree } = place.checkout;
  write(workTree, '.env', 'KEY=1\n');
  write(workTree, '.env.example', 'no\n');
  write(workTree, 'keys/deep/run me', '#!/bin/sh\n');
  chmodSync(join(workTree, 'keys/deep/run me'), 0o755);
  write(workTree, 'build/out.bin', 'large');
  write(workTree, 'untracked.txt', 'not ignored');
  write(workTree, 'known.local', 'mine');
  symlinkSync('.env', join(workTree, 'in.local'));
  symlinkSync('/etc/hostname', join(workTree, 'absolute.local'));
  symlinkSync('../../../etc/hostname', join(workTree, 'up.local'));
  const outside = join(bench.folder, 'outside');
  mkdirSync(outside);
  symlinkSync(outside, join(workTree, 'out'));
  // The branch has a file of one of the names, and a link where a folder would be.
  bench.plain(workTree, 'update-index', '--add', '--cacheinfo', `100644,${blob(workTree, 'theirs')},known.local`);
  bench.plain(workTree, 'update-index', '--add', '--cacheinfo', `100644,${blob(workTree, '*.local\n')},.gitignore`);
  bench.plain(workTree, 'update-index', '--add', '--cacheinfo', `120000,${blob(workTree, outside)},keys`);
  const tree = bench.plain(workTree, 'write-tree').trim();
  const start = bench.plain(workTree, 'commit-tree', '-m', 'Other', tree).trim();
  bench.plain(workTree, 'read-tree', 'main');

  const make = async (name: string, startOid: string) => {
    const added = await addWorktree(place, {
      path: join(bench.folder, 'trees', name),
      branch: `switchyard/${name}`,
      startOid,
    });
    if (added.kind !== 'added') throw new Error(added.kind);
    return { ...place, checkout: added.checkout };
  };
  const plain = await make('plain', bench.plain(workTree, 'rev-parse', 'main').trim());
  const copied = await copyIncluded(place, plain);
  expect(copied).toMatchObject({ files: 4 });
  expect(copied?.leftOut).toEqual([
    'absolute.local: it leads out of the repository',
    'out: it leads out of the repository',
    'up.local: it leads out of the repository',
  ]);
  const there = plain.checkout.workTree;
  expect(Object.keys(contents(there)).sort()).toEqual(
    ['.env', '.gitignore', '.worktreeinclude', 'in.local', 'keys/deep/run me', 'known.local', 'tracked.txt'].sort(),
  );
  expect(contents(there)['keys/deep/run me']).toBe('executable #!/bin/sh\n');
  expect(readlinkSync(join(there, 'in.local'))).toBe('.env');
  expect(bench.plain(there, 'status', '--porcelain')).toBe('');
  // What was taken away since stays away: it is copied once.
  rmSync(join(there, '.env'));
  expect(await copyIncluded(place, plain)).toBeNull();
  expect(existsSync(join(there, '.env'))).toBe(false);

  const other = await make('other', start);
  expect((await copyIncluded(place, other))?.leftOut).toContain('.env: git does not ignore it on this branch');
  expect(bench.plain(other.checkout.workTree, 'status', '--porcelain')).toBe('');
  expect(readFileSync(join(other.checkout.workTree, 'known.local'), 'utf8')).toBe('theirs');
  expect(lstatSync(join(other.checkout.workTree, 'keys')).isSymbolicLink()).toBe(true);
  expect(contents(outside)).toEqual({});
});

test('a copy cut short leaves nothing that git does not ignore', async () => {
  const place = await bench.repository(undefined, { '.gitignore': '.env\nz*\n', '.worktreeinclude': '.env\nz*\n' });
  const { workTree } = place.checkout;
  write(workTree, '.env', 'SECRET=1\n');
  // So long a name that it has no room beneath the worktree, whose own is longer.
  let deep = '';
  while (workTree.length + deep.length < 3800) deep += `${'z'.repeat(200)}/`;
  deep += 'z'.repeat(4090 - workTree.length - deep.length);
  write(workTree, deep, 'z');
  write(workTree, '.gitignore', 'z*\n');
  bench.plain(workTree, 'commit', '-qam', 'Ignore less');
  const startOid = bench.plain(workTree, 'rev-parse', 'HEAD').trim();
  bench.plain(workTree, 'reset', '-q', '--hard', 'HEAD~1');
  const path = join(bench.folder, 'trees', 'cut-short'.padEnd(workTree.length, '-'));
  const added = await addWorktree(place, { path, branch: 'switchyard/cut-short', startOid });
  if (added.kind !== 'added') throw new Error(added.kind);
  await expect(copyIncluded(place, { ...place, checkout: added.checkout })).rejects.toMatchObject({
    code: 'ENAMETOOLONG',
  });
  expect(bench.plain(path, 'status', '--porcelain')).toBe('');
});

function blob(directory: string, content: string): string {
  write(directory, '../blob', content);
  return bench.plain(directory, 'hash-object', '-w', '--no-filters', join(directory, '../blob')).trim();
}
