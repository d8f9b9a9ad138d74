import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Checkout, Place } from '../../../core/git/checkout';
import { reclaimWorktree } from '../../../core/git/reclaim';
import { reconcileWorktree } from '../../../core/git/recover';
import { addWorktree } from '../../../core/git/worktree';
import { contents, createBench, write } from './fixture';

const bench = createBench();

/** A worktree with a committed file edited, a file staged and one nobody told git of. */
async function workedIn(name: string): Promise<{ place: Place; checkout: Checkout; before: unknown }> {
  const place = await bench.repository();
  const startOid = bench.plain(place.checkout.workTree, 'rev-parse', 'main').trim();
  const path = join(bench.folder, 'trees', name);
  const added = await addWorktree(place, { path, branch: `switchyard/${name}`, startOid });
  if (added.kind !== 'added') throw new Error(added.kind);
  const { checkout } = added;
  write(checkout.workTree, 'readme.txt', 'edited\n');
  write(checkout.workTree, 'staged.txt', 'staged\n');
  bench.plain(checkout.workTree, 'add', 'staged.txt');
  write(checkout.workTree, 'work/untracked.txt', 'precious\n');
  return { place, checkout, before: contents(checkout.workTree) };
}

function reconcile(place: Place, name: string, making: boolean) {
  return reconcileWorktree(place, {
    path: join(bench.folder, 'trees', name),
    branch: `switchyard/${name}`,
    startOid: bench.plain(place.checkout.workTree, 'rev-parse', 'main').trim(),
    ownerDead: true,
    making,
  });
}

describe('a worktree somebody worked in keeps its files', () => {
  test.each([true, false])('when its link is gone: it is written anew (making: %s)', async (making) => {
    const name = `unlinked-${making}`;
    const { place, checkout, before } = await workedIn(name);
    unlinkSync(join(checkout.workTree, '.git'));
    expect(await reconcile(place, name, making)).toEqual({ kind: 'usable', checkout });
    expect(contents(checkout.workTree)).toEqual(before);
    expect(bench.plain(checkout.workTree, 'status', '--porcelain')).toBe(' M readme.txt\nA  staged.txt\n?? work/\n');
  });

  test.each<[string, (checkout: Checkout) => void]>([
    [
      'another repository was made in its place',
      ({ workTree }) => {
        unlinkSync(join(workTree, '.git'));
        bench.plain(workTree, 'init', '-q');
      },
    ],
    ['the link leads elsewhere', ({ workTree }) => writeFileSync(join(workTree, '.git'), 'gitdir: /tmp\n')],
    [
      'the notes about it lead elsewhere too',
      ({ workTree, gitDir }) => {
        unlinkSync(join(workTree, '.git'));
        writeFileSync(join(gitDir, 'commondir'), '/tmp\n');
      },
    ],
    [
      'the notes about it were pruned',
      ({ workTree, gitDir }) => {
        unlinkSync(join(workTree, '.git'));
        rmSync(gitDir, { recursive: true });
      },
    ],
  ])('when %s: the person is told where they are', async (what, harm) => {
    for (const making of [true, false]) {
      const name = `broken-${what.replace(/[^a-z]+/g, '-')}-${making}`;
      const { place, checkout, before } = await workedIn(name);
      harm(checkout);
      const link = existsSync(join(checkout.workTree, '.git'));
      expect(await reconcile(place, name, making)).toEqual({
        kind: 'foreign',
        reason: expect.stringContaining(checkout.workTree),
      });
      expect(contents(checkout.workTree)).toEqual(before);
      expect(existsSync(join(checkout.workTree, '.git'))).toBe(link);
      expect(bench.plain(place.checkout.workTree, 'branch', '--list', `switchyard/${name}`)).not.toBe('');
    }
  });

  test('when the records do not say that it was being made, even without the mark of it being ready', async () => {
    const { place, checkout, before } = await workedIn('unmarked');
    rmSync(join(checkout.gitDir, 'switchyard-ready'));
    expect(await reconcile(place, 'unmarked', false)).toMatchObject({ kind: 'foreign' });
    expect(contents(checkout.workTree)).toEqual(before);
    expect(existsSync(join(checkout.gitDir, 'index'))).toBe(true);
  });
});

test('a worktree whose folder the person deleted is forgotten, its branch kept where it moved', async () => {
  const { place, checkout } = await workedIn('deleted');
  bench.plain(checkout.workTree, 'commit', '-q', '-m', 'Work');
  rmSync(checkout.workTree, { recursive: true });
  expect(await reclaimWorktree(place, checkout.workTree)).toEqual({ kind: 'gone' });
  expect(await reconcile(place, 'deleted', false)).toEqual({ kind: 'removed', branch: 'kept' });
  expect(existsSync(checkout.gitDir)).toBe(false);
});

test('no link is written into a folder that is reached through one', async () => {
  const { place, checkout } = await workedIn('moved');
  const elsewhere = join(bench.folder, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'theirs'), 'theirs\n');
  renameSync(checkout.workTree, `${checkout.workTree}-aside`);
  symlinkSync(elsewhere, checkout.workTree);
  expect(await reclaimWorktree(place, checkout.workTree)).toMatchObject({ kind: 'broken' });
  expect(existsSync(join(elsewhere, '.git'))).toBe(false);
  expect(readFileSync(join(elsewhere, 'theirs'), 'utf8')).toBe('theirs\n');
});
