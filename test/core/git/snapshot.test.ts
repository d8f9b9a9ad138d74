import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { finishWorktree } from '../../../core/git/finish';
import { openRepository } from '../../../core/git/open';
import { removeWorktree } from '../../../core/git/remove';
import { readSnapshot, restoreSnapshot } from '../../../core/git/restore';
import { backupRef, snapshotWorktree } from '../../../core/git/snapshot';
import { addWorktree } from '../../../core/git/worktree';
import { asTrusted, contents, createBench, dirtyNames as names, soil, write } from './fixture';

const bench = createBench();
const trees = process.env.SWITCHYARD_TEST_SETS === 'all' ? 10 : 3;

/** Everything git says about a worktree's state, index entries with their stages included. */
function state(directory: string): string {
  return [
    bench.plain(directory, 'status', '--porcelain=v2', '-z', '--untracked-files=all'),
    bench.plain(directory, 'ls-files', '--stage', '-v', '-z'),
    bench.plain(directory, 'rev-parse', 'HEAD'),
  ].join('\n');
}

async function worktree(place: Place, name: string, startOid: string): Promise<Place> {
  const result = await addWorktree(place, {
    path: join(bench.folder, 'trees', name),
    branch: `switchyard/${name}`,
    startOid,
  });
  if (result.kind !== 'added') throw new Error(result.kind);
  return { ...place, checkout: result.checkout };
}

function forget(directory: string): void {
  bench.plain(directory, 'reflog', 'expire', '--expire=now', '--expire-unreachable=now', '--all');
  bench.plain(directory, 'gc', '-q', '--prune=now');
}

test.each([
  ['plain', {}, ''],
  ['line ends converted by configuration', { 'core.autocrlf': 'true' }, ''],
  [
    'line ends converted by attributes',
    { 'core.autocrlf': 'input' },
    '*.txt text eol=crlf\n*.crlf ident\nb* working-tree-encoding=latin1\n',
  ],
  [
    'a filter that changes every file',
    { 'filter.loud.clean': 'tr a-z A-Z', 'filter.loud.smudge': 'tr A-Z a-z', 'filter.loud.required': 'true' },
    '* filter=loud\n',
  ],
])(
  'random dirty worktrees come back byte for byte: %s',
  async (kind, configuration, rules) => {
    const files = Object.fromEntries(
      names.map((name, number) => [name, number % 2 ? 'one\ntwo\n' : `file ${number}\r\nx\r\n`]),
    );
    const made = await bench.repository(undefined, rules ? { ...files, '.gitattributes': rules } : files);
    // Trusted, so that the worktree's files pass the filters as they would for a person; the snapshot must not.
    const place = { ...made, trusted: true };
    const top = place.checkout.workTree;
    for (const [key, value] of Object.entries(configuration)) bench.plain(top, 'config', key, value);
    // What is stored must be what the conversion makes of it; else a file is edited or not depending on its age.
    bench.plain(top, 'add', '--renormalize', '.');
    bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Converted');
    const start = bench.plain(top, 'rev-parse', 'HEAD').trim();
    let dirty = 0;
    for (let number = 0; number < trees; number++) {
      const seed = number + kind.length * 1000;
      const name = `${kind.replace(/[^a-z]+/g, '-')}-${number}`;
      const from = await worktree(place, name, start);
      await finishWorktree(asTrusted(from));
      soil(bench, from.checkout.workTree, seed);
      const before = [contents(from.checkout.workTree), state(from.checkout.workTree)];
      if (bench.plain(from.checkout.workTree, 'status', '--porcelain') !== '') dirty++;
      const index = readFileSync(join(from.checkout.gitDir, 'index'));
      const snapshot = await snapshotWorktree(from, {
        ref: backupRef(number + 1, 1_700_000_000_000),
        at: 1_700_000_000_000,
      });
      expect(snapshot.leftOut, `seed ${seed}`).toEqual([]);
      // The first status of the comparison may refresh the index; the snapshot itself must not have.
      expect(readFileSync(join(from.checkout.gitDir, 'index')).equals(index), `seed ${seed}`).toBe(true);
      expect([contents(from.checkout.workTree), state(from.checkout.workTree)], `seed ${seed}`).toEqual(before);

      rmSync(from.checkout.workTree, { recursive: true });
      bench.plain(top, 'worktree', 'prune');
      bench.plain(top, 'update-ref', '-d', `refs/heads/switchyard/${name}`);
      if (number === trees - 1 || number % 5 === 4) forget(top);
      const kept = await readSnapshot(place, snapshot.ref);
      expect(kept).toMatchObject({ head: start, branch: `switchyard/${name}` });
      const to = await worktree(place, name, start);
      await restoreSnapshot(to, { ref: snapshot.ref });
      expect(contents(to.checkout.workTree), `seed ${seed}`).toEqual(before[0]);
      expect(state(to.checkout.workTree), `seed ${seed}`).toEqual(before[1]);
    }
    // Clean trees would prove nothing.
    expect(dirty).toBeGreaterThanOrEqual(trees - 1);
  },
  120_000,
);

test('a conflict in the index, flags, and commits on no branch come back', async () => {
  const place = await bench.repository(undefined, { file: 'base\n', still: 'x\n' });
  const top = place.checkout.workTree;
  const start = bench.plain(top, 'rev-parse', 'HEAD').trim();
  const from = await worktree(place, 'conflict', start);
  const { workTree } = from.checkout;
  bench.plain(workTree, 'checkout', '-q', '-b', 'other');
  write(workTree, 'file', 'theirs\n');
  bench.plain(workTree, 'commit', '-q', '-am', 'Theirs');
  bench.plain(workTree, 'checkout', '-q', '--detach', start);
  write(workTree, 'file', 'ours\n');
  bench.plain(workTree, 'commit', '-q', '-am', 'Ours, on no branch');
  expect(() => bench.plain(workTree, 'merge', 'other')).toThrow();
  bench.plain(workTree, 'update-index', '--assume-unchanged', 'still');
  write(workTree, 'still', 'hidden edit\n');
  bench.plain(top, 'branch', '-D', 'other');
  const before = [contents(workTree), state(workTree)];
  const snapshot = await snapshotWorktree(from, { ref: backupRef(9, 9), at: 9 });
  rmSync(workTree, { recursive: true });
  bench.plain(top, 'worktree', 'prune');
  forget(top);
  const { head, branch } = await readSnapshot(place, snapshot.ref);
  expect(branch).toBeNull();
  const to = await worktree(place, 'conflict-again', head ?? '');
  await restoreSnapshot(to, { ref: snapshot.ref });
  expect([contents(to.checkout.workTree), state(to.checkout.workTree)]).toEqual(before);
});

test('a path that was only to be added, and whose file is gone, comes back as just that', async () => {
  const place = await bench.repository();
  const start = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const from = await worktree(place, 'intended', start);
  const { workTree } = from.checkout;
  for (const name of ['deep/gone', 'empty', 'staged']) write(workTree, name, '');
  bench.plain(workTree, 'add', '-N', 'deep/gone', 'empty');
  bench.plain(workTree, 'add', 'staged');
  for (const name of ['deep', 'staged']) rmSync(join(workTree, name), { recursive: true });
  chmodSync(join(workTree, 'empty'), 0o755);
  const before = [contents(workTree), state(workTree)];
  const snapshot = await snapshotWorktree(from, { ref: backupRef(11, 11), at: 11 });
  expect(await removeWorktree(place, { checkout: from.checkout, snapshot })).toEqual({ kind: 'removed' });
  const to = await worktree(place, 'intended-again', start);
  await restoreSnapshot(to, { ref: snapshot.ref });
  expect([contents(to.checkout.workTree), state(to.checkout.workTree)]).toEqual(before);
  expect(existsSync(join(to.checkout.workTree, 'deep'))).toBe(false);
});

test('two copies of one nested repository both come back', async () => {
  const place = await bench.repository();
  const start = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const from = await worktree(place, 'twins', start);
  const [one, other] = ['one', 'other'].map((name) => join(from.checkout.workTree, name)) as [string, string];
  bench.plain(from.checkout.workTree, 'init', '-q', '-b', 'main', one);
  bench.plain(one, 'commit', '-q', '--allow-empty', '-m', 'Inside');
  cpSync(one, other, { recursive: true });
  const snapshot = await snapshotWorktree(from, { ref: backupRef(3, 3), at: 3 });
  expect(snapshot.leftOut).toEqual([]);
  expect(snapshot.gitFolders.map(({ tree }) => tree)).toHaveLength(2);
  expect(new Set(snapshot.gitFolders.map(({ tree }) => tree)).size).toBe(1);
  rmSync(from.checkout.workTree, { recursive: true });
  bench.plain(place.checkout.workTree, 'worktree', 'prune');
  const to = await worktree(place, 'twins-again', start);
  await restoreSnapshot(to, { ref: snapshot.ref });
  for (const name of ['one', 'other'])
    expect(bench.plain(join(to.checkout.workTree, name), 'log', '--format=%s')).toBe('Inside\n');
});

test('a repository nested in the worktree keeps its files and its commits', async () => {
  const place = await bench.repository();
  const start = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const from = await worktree(place, 'nested', start);
  const nested = join(from.checkout.workTree, 'vendor', 'clone');
  mkdirSync(nested, { recursive: true });
  bench.plain(nested, 'init', '-q', '-b', 'main');
  write(nested, 'kept', 'committed\n');
  bench.plain(nested, 'add', '-A');
  bench.plain(nested, 'commit', '-q', '-m', 'Inside');
  write(nested, 'kept', 'edited\n');
  const before = [
    contents(from.checkout.workTree),
    bench.plain(nested, 'log', '--format=%H %s'),
    bench.plain(nested, 'status', '--porcelain'),
  ];
  const snapshot = await snapshotWorktree(from, { ref: backupRef(3, 3), at: 3 });
  expect(snapshot.leftOut).toEqual([]);
  rmSync(from.checkout.workTree, { recursive: true });
  bench.plain(place.checkout.workTree, 'worktree', 'prune');
  forget(place.checkout.workTree);
  const to = await worktree(place, 'nested-again', start);
  await restoreSnapshot(to, { ref: snapshot.ref });
  const again = join(to.checkout.workTree, 'vendor', 'clone');
  expect(contents(again).kept).toBe('file edited\n');
  expect([bench.plain(again, 'log', '--format=%H %s'), bench.plain(again, 'status', '--porcelain')]).toEqual(
    before.slice(1),
  );
});

/** A worktree that ignores `build/`, with a clone deep in it that has a commit of its own. */
async function withIgnoredClone(name: string): Promise<{ place: Place; start: string; from: Place; clone: string }> {
  const place = await bench.repository(undefined, { '.gitignore': 'build/\n' });
  const start = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const from = await worktree(place, name, start);
  const clone = join(from.checkout.workTree, 'build', 'clone');
  mkdirSync(clone, { recursive: true });
  bench.plain(clone, 'init', '-q', '-b', 'main');
  write(clone, 'kept', 'committed\n');
  bench.plain(clone, 'add', '-A');
  bench.plain(clone, 'commit', '-q', '-m', 'Inside');
  return { place, start, from, clone };
}

test('a repository among the ignored files comes back with its commits, however large what is around it', async () => {
  const { place, start, from, clone } = await withIgnoredClone('ignored-clone');
  write(from.checkout.workTree, 'build/out', Buffer.alloc(6 * 1024 * 1024));
  bench.plain(clone, 'pack-refs', '--all');
  rmSync(join(clone, '.git/refs'), { recursive: true });
  mkdirSync(join(clone, '.git/refs'));
  write(clone, 'kept', 'edited\n');
  const log = bench.plain(clone, 'log', '--format=%H %s');
  const snapshot = await snapshotWorktree(from, { ref: backupRef(7, 7), at: 7 });
  expect(snapshot).toMatchObject({ leftOut: [], notKept: ['build/'] });
  expect(await removeWorktree(place, { checkout: from.checkout, snapshot })).toEqual({ kind: 'removed' });
  forget(place.checkout.workTree);
  const to = await worktree(place, 'ignored-clone-again', start);
  await restoreSnapshot(to, { ref: snapshot.ref });
  const again = join(to.checkout.workTree, 'build/clone');
  expect(contents(again)).toEqual({ kept: 'file edited\n' });
  expect(bench.plain(again, 'log', '--format=%H %s')).toBe(log);
});

test('a commit made in a nested repository after the snapshot keeps the worktree', async () => {
  const { place, from, clone } = await withIgnoredClone('ignored-later');
  const snapshot = await snapshotWorktree(from, { ref: backupRef(8, 8), at: 8 });
  bench.plain(clone, 'commit', '-q', '--allow-empty', '-m', 'Later');
  expect(await removeWorktree(place, { checkout: from.checkout, snapshot })).toEqual({ kind: 'changed' });
});

test('a repository among the ignored files that is too large for a backup keeps the worktree', async () => {
  const { place, from, clone } = await withIgnoredClone('ignored-large');
  writeFileSync(join(clone, 'large'), '');
  truncateSync(join(clone, 'large'), 257 * 1024 * 1024);
  const snapshot = await snapshotWorktree(from, { ref: backupRef(10, 10), at: 10 });
  expect(snapshot.leftOut).toEqual([expect.stringMatching(/^build\/clone is a repository of its own/)]);
  const removed = await removeWorktree(place, { checkout: from.checkout, snapshot });
  expect(removed).toEqual({ kind: 'kept', leftOut: snapshot.leftOut });
  expect(existsSync(join(clone, 'large'))).toBe(true);
});

test('files whose names are not text, and files beyond a link, are not mistaken', async () => {
  const place = await bench.repository(undefined, { 'folder/file': 'inside\n' });
  const start = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const from = await worktree(place, 'bytes', start);
  const { workTree } = from.checkout;
  writeFileSync(Buffer.concat([Buffer.from(`${workTree}/`), Buffer.from([0x66, 0xff, 0xfe])]), 'odd');
  const outside = join(bench.folder, 'outside');
  write(outside, 'file', 'SECRET');
  rmSync(join(workTree, 'folder'), { recursive: true });
  symlinkSync(outside, join(workTree, 'folder'));
  const before = contents(workTree);
  const snapshot = await snapshotWorktree(from, { ref: backupRef(4, 4), at: 4 });
  expect(bench.plain(place.checkout.workTree, 'ls-tree', '-r', '--name-only', '-z', snapshot.oid)).not.toContain(
    'folder/file',
  );
  const to = await worktree(place, 'bytes-again', start);
  await restoreSnapshot(to, { ref: snapshot.ref });
  expect(contents(to.checkout.workTree)).toEqual(before);
  expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('SECRET');
});

test('a snapshot is created, never moved, and restored into nothing but a fresh worktree', async () => {
  const place = await bench.repository();
  const start = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const from = await worktree(place, 'once', start);
  write(from.checkout.workTree, 'a', '1');
  const first = await snapshotWorktree(from, { ref: backupRef(5, 5), at: 5 });
  write(from.checkout.workTree, 'a', '2');
  await expect(snapshotWorktree(from, { ref: backupRef(5, 5), at: 5 })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(bench.plain(place.checkout.workTree, 'rev-parse', first.ref).trim()).toBe(first.oid);
  write(from.checkout.workTree, 'readme.txt', 'edited');
  const before = contents(from.checkout.workTree);
  await expect(restoreSnapshot(from, { ref: first.ref })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(contents(from.checkout.workTree)).toEqual(before);
  expect(existsSync(join(from.checkout.gitDir, 'index.lock'))).toBe(false);
});

test('ignored files come back when they are small; large ones are named and stop nothing', async () => {
  const place = await bench.repository(undefined, {
    '.gitignore': '.env\nnotes/\nbuild/\nmany/\nlink\n*.bin\n',
  });
  const start = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const from = await worktree(place, 'ignored', start);
  const { workTree } = from.checkout;
  write(workTree, '.env', 'KEY=1\r\n');
  write(workTree, 'notes/deep/today', 'remember\n');
  chmodSync(join(workTree, 'notes/deep/today'), 0o755);
  symlinkSync('/nowhere', join(workTree, 'link'));
  write(workTree, 'sub/small.bin', 'small');
  const kept = contents(workTree);
  write(workTree, 'sub/large.bin', Buffer.alloc(6 * 1024 * 1024));
  write(workTree, 'build/out', Buffer.alloc(6 * 1024 * 1024));
  for (let number = 0; number < 2_001; number++) write(workTree, `many/${number}`, '');
  const snapshot = await snapshotWorktree(from, { ref: backupRef(6, 6), at: 6 });
  expect(snapshot.leftOut).toEqual([]);
  expect(snapshot.notKept).toEqual(['build/', 'many/', 'sub/large.bin']);
  write(workTree, '.env', 'KEY=2\r\n');
  expect(await removeWorktree(place, { checkout: from.checkout, snapshot })).toEqual({ kind: 'changed' });
  write(workTree, '.env', 'KEY=1\r\n');
  expect(await removeWorktree(place, { checkout: from.checkout, snapshot })).toEqual({ kind: 'removed' });
  forget(place.checkout.workTree);
  const to = await worktree(place, 'ignored-again', start);
  await restoreSnapshot(to, { ref: snapshot.ref });
  expect(contents(to.checkout.workTree)).toEqual(kept);
  expect(bench.plain(to.checkout.workTree, 'status', '--porcelain')).toBe('');
});

test('what git notes of a merge may name a commit that is gone, which the backup then does without', async () => {
  const place = await bench.repository('stale');
  const head = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const at = await worktree(place, 'stale', head);
  write(at.checkout.workTree, 'new.txt', 'work\n');
  // One that is gone, one that is too long for an id of this repository, and one that is there.
  const notes = { MERGE_HEAD: 'ab'.repeat(20), CHERRY_PICK_HEAD: 'ab'.repeat(21), REVERT_HEAD: head };
  for (const [name, oid] of Object.entries(notes)) writeFileSync(join(at.checkout.gitDir, name), `${oid}\n`);
  const snapshot = await snapshotWorktree(at, { ref: backupRef(1, 5), at: 5 });
  expect(await removeWorktree(place, { checkout: at.checkout, snapshot })).toEqual({ kind: 'removed' });
  expect(bench.plain(place.checkout.workTree, 'fsck', '--strict', '--no-dangling')).toBe('');
  const again = await worktree(place, 'stale-again', head);
  await restoreSnapshot(again, { ref: snapshot.ref });
  expect(readFileSync(join(again.checkout.workTree, 'new.txt'), 'utf8')).toBe('work\n');
});

test.each([
  ['staged', 0],
  ['left by a merge', 2],
])(
  'files that an index names and that are not there are in no backup, which says so and breaks no git gc: %s',
  async (how, stage) => {
    const place = await bench.repository(`ghost ${how}`);
    const top = place.checkout.workTree;
    const head = bench.plain(top, 'rev-parse', 'HEAD').trim();
    const at = await worktree(place, `ghost-${stage}`, head);
    const { workTree } = at.checkout;
    write(workTree, 'staged', 'staged\n');
    const there = bench.plain(workTree, 'hash-object', '-w', 'staged').trim();
    rmSync(join(workTree, 'staged'));
    // One that is gone, one that is no file's, and one that is there.
    const named = { ghost: 'ab'.repeat(20), commit: head, kept: there };
    const lines = Object.entries(named).map(([name, oid]) => `100644 ${oid} ${stage}\t${name}\n`);
    execFileSync('git', ['update-index', '--index-info'], {
      cwd: workTree,
      env: bench.environment,
      input: lines.join(''),
    });
    const listed = bench.plain(workTree, 'ls-files', '--stage', '-v');

    const snapshot = await snapshotWorktree(at, { ref: backupRef(1, 5), at: 5 });
    const leftOut = ['commit', 'ghost'].map((name) => `${name}: what is staged of it is not in the repository`);
    expect(await removeWorktree(place, { checkout: at.checkout, snapshot })).toEqual({ kind: 'kept', leftOut });
    // Afterwards only the backup could name them.
    bench.plain(top, 'worktree', 'remove', '--force', workTree);
    bench.plain(top, 'gc', '-q', '--prune=now');
    expect(bench.plain(top, 'fsck', '--strict', '--no-dangling')).toBe('');
    const again = await worktree(place, `ghost-${stage}-again`, head);
    await restoreSnapshot(again, { ref: snapshot.ref });
    expect(bench.plain(again.checkout.workTree, 'ls-files', '--stage', '-v')).toBe(listed);
    expect(bench.plain(again.checkout.workTree, 'cat-file', 'blob', there)).toBe('staged\n');
  },
);

test('a repository that leaves files where it was cloned from is asked for none of them', async () => {
  const place = await bench.repository('whole');
  const top = place.checkout.workTree;
  bench.plain(top, 'config', 'uploadpack.allowFilter', 'true');
  bench.plain(bench.folder, 'clone', '-q', '--filter=blob:none', '--no-checkout', `file://${top}`, 'partial');
  const { checkout } = await openRepository(bench.git, join(bench.folder, 'partial'));
  const head = bench.plain(top, 'rev-parse', 'HEAD').trim();
  bench.plain(checkout.workTree, 'read-tree', head);
  // What would be fetched now cannot be.
  renameSync(top, `${top}-gone`);
  const snapshot = await snapshotWorktree({ ...place, checkout }, { ref: backupRef(1, 5), at: 5 });
  expect(snapshot).toMatchObject({
    leftOut: [],
    staged: bench.plain(checkout.workTree, 'rev-parse', `${head}^{tree}`).trim(),
  });
});

test('no backup is made of a HEAD that names a commit which is not there', async () => {
  const place = await bench.repository('headless');
  const head = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const at = await worktree(place, 'headless', head);
  // Under a name that only another file system would misread the trees are stored on their own.
  write(at.checkout.workTree, 'git~1', 'work\n');
  const kept = await snapshotWorktree(at, { ref: backupRef(1, 5), at: 5 });
  expect(bench.plain(place.checkout.workTree, 'ls-tree', '--name-only', kept.oid)).toContain('git~1\n');
  writeFileSync(join(at.checkout.gitDir, 'HEAD'), `${'ab'.repeat(20)}\n`);
  await expect(snapshotWorktree(at, { ref: backupRef(1, 6), at: 6 })).rejects.toMatchObject({ code: 'GIT_FAILED' });
  expect(bench.plain(place.checkout.workTree, 'for-each-ref', 'refs/switchyard/backup/1/6')).toBe('');
});

test('a file whose name ends in a return keeps its own bytes', async () => {
  const place = await bench.repository('return');
  const at = await worktree(place, 'return', bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim());
  write(at.checkout.workTree, 'Icon', 'plain\n');
  write(at.checkout.workTree, 'Icon\r', 'with a return\n');
  write(at.checkout.workTree, '"\\\r', 'quoted\n');
  const { oid } = await snapshotWorktree(at, { ref: backupRef(1, 5), at: 5 });
  const kept = (name: string) => bench.plain(place.checkout.workTree, 'cat-file', 'blob', `${oid}:${name}`);
  expect([kept('Icon'), kept('Icon\r'), kept('"\\\r')]).toEqual(['plain\n', 'with a return\n', 'quoted\n']);
});
