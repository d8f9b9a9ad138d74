import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitAll } from '../../../core/git/commit';
import { removeWorktree } from '../../../core/git/remove';
import { restoreSnapshot } from '../../../core/git/restore';
import { backupRef, snapshotWorktree } from '../../../core/git/snapshot';
import { addWorktree } from '../../../core/git/worktree';
import { contents, createBench, identity, write } from './fixture';

const bench = createBench();

test('a worktree of some folders has those and what is above them, is committed whole, and comes back the same', async () => {
  const names = ['top', 'a/above', 'a/b/wanted', 'a/c/other', 'd/file', 'd/kept', 'e/far'];
  const place = await bench.repository(undefined, Object.fromEntries(names.map((name) => [name, `${name}\n`])));
  const { workTree: top } = place.checkout;
  const startOid = bench.plain(top, 'rev-parse', 'HEAD').trim();
  const make = async (branch: string) => {
    // The second names a file, which stands for its folder; the third is nothing yet; the last one is a file at the top.
    const wanted = { path: join(bench.folder, branch), branch, startOid, paths: ['a/b', 'd/file', 'new', 'top'] };
    const added = await addWorktree(place, wanted);
    if (added.kind !== 'added') throw new Error(added.kind);
    return { ...place, checkout: added.checkout, trusted: false } as const;
  };
  const tree = await make('switchyard/narrow');
  const { workTree } = tree.checkout;
  expect(Object.keys(contents(workTree)).sort()).toEqual(['a/above', 'a/b/wanted', 'd/file', 'd/kept', 'top']);
  expect(bench.plain(workTree, 'status', '--porcelain')).toBe('');
  // The person's own checkout is as it was.
  expect(bench.plain(top, 'status', '--porcelain')).toBe('');
  expect(existsSync(join(top, 'e/far'))).toBe(true);

  write(workTree, 'a/b/wanted', 'edited\n');
  write(workTree, 'e/far', 'edited beyond\n');
  write(workTree, 'f/made', 'made beyond\n');
  const message = 'Change';
  const done = await commitAll(tree, { branch: 'switchyard/narrow', message, identity });
  expect(done).toMatchObject({ kind: 'committed', files: 3 });
  const listed = bench.plain(top, 'ls-tree', '-r', '--name-only', 'switchyard/narrow').trim().split('\n');
  expect(listed).toEqual([...names, 'f/made'].sort());

  write(workTree, 'd/file', 'left\n');
  const state = (directory: string) => [contents(directory), bench.plain(directory, 'ls-files', '-s', '-v')];
  const before = state(workTree);
  const snapshot = await snapshotWorktree(tree, { ref: backupRef(1, 1), at: 1 });
  await removeWorktree(place, { checkout: tree.checkout, snapshot });
  const at = { path: workTree, branch: 'switchyard/narrow', startOid: snapshot.head ?? '', existingBranch: true };
  const again = await addWorktree(place, { ...at, paths: ['a/b', 'd'] });
  if (again.kind !== 'added') throw new Error(again.kind);
  await restoreSnapshot({ ...place, checkout: again.checkout }, { ref: snapshot.ref });
  expect(state(workTree)).toEqual(before);
});
