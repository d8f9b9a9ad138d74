import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileChangeSchema } from '../../../core/contract/review';
import type { Place } from '../../../core/git/checkout';
import { changeSize, isAncestor, listChanges, mergeBase, patch } from '../../../core/git/diff';
import { listCommits } from '../../../core/git/log';
import { makeMerge, previewMerge } from '../../../core/git/merge';
import { readGit } from '../../../core/git/run';
import { worktreeStatus } from '../../../core/git/status';
import { upstreamOf } from '../../../core/git/upstream';
import type { Execute } from '../../../core/starter/process';
import { contents, createBench, identity, write } from './fixture';

const bench = createBench();

const oid = (top: string, name = 'HEAD') => bench.plain(top, 'rev-parse', name).trim();

test('every kind of change is listed with its size and what to know about it', async () => {
  const long = Array.from({ length: 30 }, (_, number) => `line ${number}\n`).join('');
  const place = await bench.repository(undefined, {
    'edit.txt': 'one\ntwo\n',
    'gone.txt': 'x\n',
    'before.txt': long,
    'kind.txt': 'x\n',
    'binary.bin': 'a\0b',
    'run.sh': 'x\n',
  });
  const top = place.checkout.workTree;
  const base = oid(top);
  write(top, 'edit.txt', 'one\n2\n3\n');
  rmSync(join(top, 'gone.txt'));
  bench.plain(top, 'mv', 'before.txt', 'odd\n"name"\tünï.txt');
  rmSync(join(top, 'kind.txt'));
  symlinkSync('/etc/passwd', join(top, 'kind.txt'));
  write(top, 'binary.bin', 'a\0c');
  chmodSync(join(top, 'run.sh'), 0o755);
  write(top, 'large.psd', `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`);
  bench.plain(top, 'add', '-A');
  bench.plain(top, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`);
  bench.plain(top, 'commit', '-q', '-m', 'Change');
  const head = oid(top);
  const changes = await listChanges(place, { base, head });
  for (const change of changes) fileChangeSchema.parse(change);
  const by = Object.fromEntries(changes.map((change) => [change.path, change]));
  expect(by['edit.txt']).toMatchObject({ status: 'modified', additions: 2, deletions: 1, binary: false, note: null });
  expect(by['gone.txt']).toMatchObject({ status: 'deleted', additions: 0, deletions: 1, newMode: '000000' });
  expect(by['odd\n"name"\tünï.txt']).toMatchObject({ status: 'renamed', oldPath: 'before.txt', additions: 0 });
  expect(by['kind.txt']).toMatchObject({
    status: 'type-changed',
    newMode: '120000',
    note: expect.stringMatching(/symbolic link/),
  });
  expect(by['binary.bin']).toMatchObject({ binary: true, additions: null, deletions: null });
  expect(by['run.sh']).toMatchObject({
    oldMode: '100644',
    newMode: '100755',
    content: `100755 ${oid(top, 'HEAD:run.sh')}`,
    additions: 0,
    deletions: 0,
    binary: false,
  });
  expect(by['large.psd']).toMatchObject({ status: 'added', note: expect.stringMatching(/LFS/) });
  expect(by.module).toMatchObject({ note: expect.stringMatching(/submodule/) });
  expect(await changeSize(place, { base, head })).toEqual({ files: 8, additions: 7, deletions: 3 });
  expect(await listChanges(place, { base: head, head })).toEqual([]);
});

test('a patch shows files as they are, whole or for the paths named, cut after a whole line', async () => {
  const place = await bench.repository(undefined, { 'a.txt': 'one\n', '*.txt': 'star\n', 'b.txt': 'one\n' });
  const top = place.checkout.workTree;
  bench.plain(top, 'config', 'diff.noprefix', 'true');
  bench.plain(top, 'config', 'color.diff', 'always');
  const base = oid(top);
  for (const name of ['a.txt', '*.txt', 'b.txt']) write(top, name, 'two\n'.repeat(50));
  bench.plain(top, 'commit', '-q', '-am', 'Change');
  const head = oid(top);
  const whole = await patch(place, { base, head });
  expect(whole.truncated).toBe(false);
  expect(whole.patch.match(/^diff --git a\/.* b\/.*$/gm)).toHaveLength(3);
  expect(whole.patch).toMatch(/^index [0-9a-f]{40}\.\.[0-9a-f]{40} 100644$/m);
  expect((await patch(place, { base, head, paths: ['*.txt'] })).patch.match(/^diff /gm)).toHaveLength(1);
  const cut = await patch(place, { base, head, maxBytes: 333 });
  expect(cut.truncated).toBe(true);
  expect(cut.patch.endsWith('\n')).toBe(true);
  expect(whole.patch.startsWith(cut.patch)).toBe(true);
});

test('commits are listed oldest first, with their own words and times', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const base = oid(top);
  for (const subject of ['Second', 'Third "quoted" \u202e', 'Fourth'])
    bench.plain(top, 'commit', '-q', '--allow-empty', '-m', `${subject}\n\nbody\nbody`);
  const commits = await listCommits(place, { base, head: oid(top) });
  expect(commits.map((commit) => commit.subject)).toEqual(['Second', 'Third "quoted" \u202e', 'Fourth']);
  expect(commits[2]).toEqual({ oid: oid(top), subject: 'Fourth', author: 'Ada Person', at: Date.UTC(2026, 0, 1) });
  expect(await listCommits(place, { base, head: base })).toEqual([]);
  expect((await listCommits(place, { base, head: oid(top), limit: 1 })).map((commit) => commit.subject)).toEqual([
    'Fourth',
  ]);
});

test('the status tells staged, unstaged and untracked apart and writes no index', async () => {
  const place = await bench.repository(undefined, { a: '1', b: '1', c: '1' });
  const top = place.checkout.workTree;
  write(top, 'a', '2');
  bench.plain(top, 'add', 'a');
  write(top, 'b', '2');
  write(top, 'new\nfile', 'x');
  rmSync(join(top, 'c'));
  expect(await worktreeStatus(place)).toEqual([
    { path: 'a', staged: true, unstaged: false, untracked: false },
    { path: 'b', staged: false, unstaged: true, untracked: false },
    { path: 'c', staged: false, unstaged: true, untracked: false },
    { path: 'new\nfile', staged: false, unstaged: false, untracked: true },
  ]);
});

test('a merge is computed without touching the checkout, in each of the three ways', async () => {
  const place = await bench.repository(undefined, { 'a.txt': 'a\n', 'b.txt': 'b\n' });
  const top = place.checkout.workTree;
  const start = oid(top);
  bench.plain(top, 'checkout', '-q', '-b', 'side');
  write(top, 'a.txt', 'side\n');
  bench.plain(top, 'commit', '-q', '-am', 'Side');
  const headOid = oid(top);
  bench.plain(top, 'checkout', '-q', 'main');
  write(top, 'b.txt', 'dirty\n');
  const before = contents(top);

  expect(await mergeBase(place, start, headOid)).toBe(start);
  expect([await isAncestor(place, start, headOid), await isAncestor(place, headOid, start)]).toEqual([true, false]);
  expect(await previewMerge(place, { baseOid: start, headOid })).toEqual({
    kind: 'clean',
    tree: oid(top, 'side^{tree}'),
    fastForward: true,
    upToDate: false,
  });
  expect(await makeMerge(place, { strategy: 'ff', baseOid: start, headOid, message: 'm', identity })).toMatchObject({
    kind: 'made',
    oid: headOid,
  });

  bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Main moved');
  const baseOid = oid(top);
  expect(await makeMerge(place, { strategy: 'ff', baseOid, headOid, message: 'm', identity })).toEqual({
    kind: 'not-fast-forward',
  });
  const ways = [
    ['merge', [baseOid, headOid]],
    ['squash', [baseOid]],
  ] as const;
  for (const [strategy, parents] of ways) {
    const message = `Approve ${strategy}\n\nBödy\n`;
    const made = await makeMerge(place, { strategy, baseOid, headOid, message, identity });
    if (made.kind !== 'made') throw new Error(made.kind);
    expect(bench.plain(top, 'log', '-1', '--format=%P', made.oid).trim().split(' ')).toEqual([...parents]);
    expect(bench.plain(top, 'log', '-1', '--format=%an <%ae>%n%B', made.oid).trim()).toBe(
      `Ada Person <ada@example.test>\n${message.trim()}`,
    );
    expect(bench.plain(top, 'rev-parse', `${made.oid}^{tree}`).trim()).toBe(made.tree);
    expect(await previewMerge(place, { baseOid, headOid })).toMatchObject({
      kind: 'clean',
      tree: made.tree,
      fastForward: false,
    });
  }
  expect(
    await makeMerge(place, { strategy: 'merge', baseOid: headOid, headOid: start, message: 'm', identity }),
  ).toMatchObject({ kind: 'made', oid: headOid });
  expect(contents(top)).toEqual(before);
});

test('where one commit holds the other, what lands is the very tree of that one, also with modes of an old program', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const base = oid(top);
  const blob = oid(top, 'HEAD:readme.txt');
  const entry = (mode: string, name: string) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(blob, 'hex')];
  const input = Buffer.concat([...entry('100664', 'old.txt'), ...entry('100644', 'readme.txt')]);
  const tree = await readGit(place, ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], { input });
  const head = bench.plain(top, 'commit-tree', '-p', base, '-m', 'Old', tree).trim();
  // A merge has another tree, so there was something to keep.
  expect(bench.plain(top, 'merge-tree', '--write-tree', base, head).trim()).not.toBe(tree);
  expect(await previewMerge(place, { baseOid: base, headOid: head })).toMatchObject({ tree, fastForward: true });
  expect(await previewMerge(place, { baseOid: head, headOid: base })).toMatchObject({ tree, upToDate: true });
});

test('files that conflict are named as they are, and unrelated histories have no common commit', async () => {
  const place = await bench.repository(undefined, { 'odd\n"name" ü': 'base\n', fine: 'x\n' });
  const top = place.checkout.workTree;
  bench.plain(top, 'checkout', '-q', '-b', 'side');
  write(top, 'odd\n"name" ü', 'side\n');
  bench.plain(top, 'commit', '-q', '-am', 'Side');
  bench.plain(top, 'checkout', '-q', 'main');
  write(top, 'odd\n"name" ü', 'main\n');
  bench.plain(top, 'commit', '-q', '-am', 'Main');
  const range = { baseOid: oid(top), headOid: oid(top, 'side') };
  expect(await previewMerge(place, range)).toMatchObject({
    kind: 'conflict',
    conflicts: [{ path: 'odd\n"name" ü' }],
  });
  const orphan = bench.plain(top, 'commit-tree', '-m', 'Orphan', oid(top, 'main^{tree}')).trim();
  expect(await mergeBase(place, orphan, oid(top))).toBeNull();
});

/** A repository with a git of its own, and the commands that were started by that. */
function counting(repository: Place): { readonly place: Place; readonly starts: string[] } {
  const starts: string[] = [];
  const execute: Execute = (what) => {
    starts.push(what.args[3] ?? '');
    return bench.git.execute(what);
  };
  return { place: { ...repository, git: { ...bench.git, execute } }, starts };
}

test('a second look at the same two commits starts git for nothing that only they decide', async () => {
  const repository = await bench.repository();
  const top = repository.checkout.workTree;
  const base = oid(top);
  write(top, 'pointer.txt', 'x'.repeat(200));
  bench.plain(top, 'add', '-A');
  bench.plain(top, 'commit', '-q', '-m', 'Change');
  const head = oid(top);
  const { place, starts } = counting(repository);
  const look = async () => [
    await isAncestor(place, base, head),
    await isAncestor(place, head, base),
    await previewMerge(place, { baseOid: base, headOid: head }),
    await listCommits(place, { base, head }),
    await listChanges(place, { base, head }),
  ];
  const first = await look();
  expect(first.slice(0, 2)).toEqual([true, false]);
  expect(starts).not.toContain('merge-tree');
  starts.length = 0;
  expect(await look()).toEqual(first);
  // How lines are counted is for attributes to say, which may change.
  expect(starts).toEqual(['diff-tree']);
});

test('git is asked which branch one follows only where one is configured', async () => {
  const { place, starts } = counting(await bench.repository());
  const top = place.checkout.workTree;
  expect(await upstreamOf(place, 'main')).toBe(null);
  expect(starts).not.toContain('for-each-ref');
  bench.plain(top, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
  bench.plain(top, 'remote', 'add', 'origin', top);
  bench.plain(top, 'branch', '-q', '--set-upstream-to=origin/main');
  expect(await upstreamOf(place, 'main')).toMatchObject({ name: 'origin/main', ahead: 0, behind: 0 });
  expect(await upstreamOf(place, 'other')).toBe(null);
});
