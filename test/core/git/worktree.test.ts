import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Checkout, Place } from '../../../core/git/checkout';
import { commitAll } from '../../../core/git/commit';
import { heldOpen } from '../../../core/git/live';
import { clearStaleLocks, reconcileWorktree } from '../../../core/git/recover';
import { removeBegun, removeWorktree } from '../../../core/git/remove';
import { backupRef, snapshotWorktree } from '../../../core/git/snapshot';
import { addWorktree, deleteBranch, reattachWorktree } from '../../../core/git/worktree';
import { listWorktrees } from '../../../core/git/worktrees';
import { asTrusted, contents, createBench, identity, write } from './fixture';

const bench = createBench();

async function added(place: Place, name: string, more: { signal?: AbortSignal } = {}): Promise<Checkout> {
  const startOid = head(place);
  const result = await addWorktree(place, {
    path: join(bench.folder, 'trees', name),
    branch: `switchyard/${name}`,
    startOid,
    ...more,
  });
  if (result.kind !== 'added') throw new Error(result.kind);
  return result.checkout;
}

function head(place: Place): string {
  return bench.plain(place.checkout.workTree, 'rev-parse', 'main').trim();
}

describe('adding a worktree', () => {
  test('gives a whole checkout on a branch of its own and leaves the user checkout alone', async () => {
    const place = await bench.repository();
    const top = place.checkout.workTree;
    write(top, 'untracked', 'mine');
    write(top, 'readme.txt', 'edited\n');
    const before = [contents(top), bench.plain(top, 'status', '--porcelain'), readFileSync(join(top, '.git/index'))];
    const checkout = await added(place, 'whole');
    expect(contents(checkout.workTree)).toEqual({ 'readme.txt': 'file one\ntwo\nthree\n' });
    expect(bench.plain(checkout.workTree, 'status', '--porcelain=v2', '--branch')).toMatch(
      /branch\.head switchyard\/whole/,
    );
    expect([contents(top), bench.plain(top, 'status', '--porcelain'), readFileSync(join(top, '.git/index'))]).toEqual(
      before,
    );
    expect(await reattachWorktree(place, checkout.workTree)).toEqual(checkout);
    expect((await listWorktrees(place)).map((worktree) => worktree.branch)).toEqual(['main', 'switchyard/whole']);
  });

  test('never touches a branch or a folder that is already there', async () => {
    const place = await bench.repository();
    const top = place.checkout.workTree;
    bench.plain(top, 'branch', 'switchyard/taken');
    bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Second');
    const startOid = head(place);
    const path = join(bench.folder, 'trees', 'taken');
    const oid = bench.plain(top, 'rev-parse', 'switchyard/taken').trim();
    expect(await addWorktree(place, { path, branch: 'switchyard/taken', startOid })).toEqual({
      kind: 'branch-taken',
      oid,
    });
    expect(existsSync(path)).toBe(false);
    write(path, 'mine', 'mine');
    expect(await addWorktree(place, { path, branch: 'switchyard/free', startOid })).toEqual({ kind: 'path-taken' });
    expect(contents(path)).toEqual({ mine: 'file mine' });
    expect(bench.plain(top, 'branch', '--list', 'switchyard/free')).toBe('');
    rmSync(path, { recursive: true });
    expect(
      await addWorktree(place, { path, branch: 'switchyard/taken', startOid: oid, existingBranch: true }),
    ).toMatchObject({ kind: 'added' });
  });

  test('takes an empty folder for its own, as git does', async () => {
    const place = await bench.repository();
    mkdirSync(join(bench.folder, 'trees', 'empty'), { recursive: true });
    const checkout = await added(place, 'empty');
    expect(contents(checkout.workTree)).toEqual({ 'readme.txt': 'file one\ntwo\nthree\n' });
  });

  test('a branch named switchyard in the way is named, with what to do', async () => {
    const place = await bench.repository();
    bench.plain(place.checkout.workTree, 'branch', 'switchyard');
    await expect(added(place, 'beneath')).rejects.toMatchObject({
      code: 'UNSUPPORTED_REPOSITORY',
      message: expect.stringMatching(/branch -m switchyard/),
    });
  });

  test('cancelled, it leaves neither branch nor folder', async () => {
    const place = await bench.repository();
    const controller = new AbortController();
    const path = join(bench.folder, 'trees', 'cancelled');
    const adding = added(place, 'cancelled', { signal: controller.signal });
    // The moment the folder appears is in the middle of the work.
    const timer = setInterval(() => existsSync(path) && controller.abort(), 1);
    const outcome = await adding.then(
      () => 'done',
      (error) => error.code,
    );
    clearInterval(timer);
    expect(['CANCELLED', 'done']).toContain(outcome);
    if (outcome === 'CANCELLED') {
      expect(existsSync(path)).toBe(false);
      expect(bench.plain(place.checkout.workTree, 'for-each-ref', 'refs/heads/switchyard')).toBe('');
      expect(await listWorktrees(place)).toHaveLength(1);
    }
    const aborted = AbortSignal.abort();
    await expect(added(place, 'never', { signal: aborted })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('a folder git had only begun goes, and what somebody else put there stays', async () => {
    const folder = (name: string, ...files: readonly string[]): string => {
      const path = join(bench.folder, 'begun', name);
      mkdirSync(path, { recursive: true });
      for (const file of files) writeFileSync(join(path, file), 'gitdir: /nowhere');
      return path;
    };
    const [empty, linked, foreign] = [folder('empty'), folder('linked', '.git'), folder('foreign', '.git', 'mine.txt')];
    mkdirSync(join(folder('whole'), '.git'));
    for (const path of [empty, linked, foreign, folder('whole'), join(bench.folder, 'begun', 'none')])
      await removeBegun(path);
    expect(readdirSync(join(bench.folder, 'begun')).sort()).toEqual(['foreign', 'whole']);
    expect(readdirSync(foreign).sort()).toEqual(['.git', 'mine.txt']);
  });

  test('twelve at once in one repository all succeed', async () => {
    const place = await bench.repository();
    const all = await Promise.all(Array.from({ length: 12 }, (_, number) => added(place, `many-${number}`)));
    expect(new Set(all.map((checkout) => checkout.gitDir)).size).toBe(12);
  });

  test('a repository with submodules says so, and sets none up', async () => {
    const inner = await bench.repository();
    const place = await bench.repository();
    const top = place.checkout.workTree;
    bench.plain(top, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner.checkout.workTree, 'inner');
    bench.plain(top, 'commit', '-q', '-m', 'With a submodule');
    const result = await addWorktree(place, {
      path: join(bench.folder, 'trees', 'modules'),
      branch: 'switchyard/modules',
      startOid: head(place),
    });
    expect(result).toMatchObject({ kind: 'added', notices: [expect.stringMatching(/submodules/)] });
  });
});

describe('a worktree is believed only when its links point both ways', () => {
  test.each([
    [
      'its link leads elsewhere',
      (checkout: Checkout) => writeFileSync(join(checkout.workTree, '.git'), 'gitdir: /tmp\n'),
    ],
    [
      'its common folder was rewritten',
      (checkout: Checkout) => writeFileSync(join(checkout.gitDir, 'commondir'), '/tmp\n'),
    ],
    [
      'the repository names another path',
      (checkout: Checkout) => writeFileSync(join(checkout.gitDir, 'gitdir'), '/tmp/.git\n'),
    ],
    ['its link is gone', (checkout: Checkout) => unlinkSync(join(checkout.workTree, '.git'))],
    ['its files are gone', (checkout: Checkout) => rmSync(checkout.workTree, { recursive: true })],
  ])('not when %s', async (_, harm) => {
    const place = await bench.repository();
    const checkout = await added(place, `links-${Math.random().toString(36).slice(2)}`);
    harm(checkout);
    expect(await reattachWorktree(place, checkout.workTree)).toBeNull();
  });

  test('nor is the user checkout taken for one', async () => {
    const place = await bench.repository();
    expect(await reattachWorktree(place, place.checkout.workTree)).toBeNull();
  });
});

describe('removing a worktree', () => {
  test('happens only with a snapshot of exactly what is there', async () => {
    const place = await bench.repository();
    const checkout = await added(place, 'removed');
    const at = { ...place, checkout };
    write(checkout.workTree, 'work', 'first');
    const early = await snapshotWorktree(at, { ref: backupRef(1, 1), at: 1 });
    write(checkout.workTree, 'work', 'second');
    expect(await removeWorktree(place, { checkout, snapshot: early })).toEqual({ kind: 'changed' });
    expect(readFileSync(join(checkout.workTree, 'work'), 'utf8')).toBe('second');
    const snapshot = await snapshotWorktree(at, { ref: backupRef(1, 2), at: 2 });
    bench.plain(place.checkout.workTree, 'update-ref', '-d', snapshot.ref);
    await expect(removeWorktree(place, { checkout, snapshot })).rejects.toMatchObject({ code: 'WRONG_STATE' });
    const kept = await snapshotWorktree(at, { ref: backupRef(1, 3), at: 3 });
    expect(await removeWorktree(place, { checkout, snapshot: kept })).toEqual({ kind: 'removed' });
    expect(existsSync(checkout.workTree)).toBe(false);
    expect(existsSync(checkout.gitDir)).toBe(false);
    expect(await listWorktrees(place)).toHaveLength(1);
    expect(bench.plain(place.checkout.workTree, 'rev-parse', 'switchyard/removed').trim()).toBe(head(place));
    expect(await removeWorktree(place, { checkout, snapshot: kept })).toEqual({ kind: 'removed' });
  });

  test('what a snapshot cannot hold keeps the worktree', async () => {
    const place = await bench.repository();
    const checkout = await added(place, 'kept');
    write(checkout.workTree, '.GIT', 'no git keeps this name');
    const snapshot = await snapshotWorktree({ ...place, checkout }, { ref: backupRef(1, 1), at: 1 });
    expect(snapshot.leftOut).toHaveLength(1);
    expect(await removeWorktree(place, { checkout, snapshot })).toMatchObject({ kind: 'kept' });
    expect(existsSync(checkout.workTree)).toBe(true);
  });

  test('the user checkout is never removed', async () => {
    const place = await bench.repository();
    const snapshot = await snapshotWorktree(place, { ref: backupRef(1, 1), at: 1 });
    await expect(removeWorktree(place, { checkout: place.checkout, snapshot })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
    expect(contents(place.checkout.workTree)).toEqual({ 'readme.txt': 'file one\ntwo\nthree\n' });
  });

  test('a branch is deleted only where it is expected, and only one of ours', async () => {
    const place = await bench.repository();
    const checkout = await added(place, 'branch');
    const start = head(place);
    write(checkout.workTree, 'more', 'x');
    const done = await commitAll(asTrusted(place, checkout), {
      branch: 'switchyard/branch',
      message: 'More',
      identity,
    });
    expect(await deleteBranch(place, { branch: 'switchyard/branch', oid: start })).toBe(false);
    expect(
      done.kind === 'committed' && (await deleteBranch(place, { branch: 'switchyard/branch', oid: done.oid })),
    ).toBe(true);
    await expect(deleteBranch(place, { branch: 'main', oid: start })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('after a crash', () => {
  const remembered = (place: Place, name: string, ownerDead = true) => ({
    path: join(bench.folder, 'trees', name),
    branch: `switchyard/${name}`,
    startOid: head(place),
    ownerDead,
    making: true,
  });

  test('stale locks of a dead owner go, those of a living one, a foreign one, or one held open stay', async () => {
    const place = await bench.repository();
    const checkout = await added(place, 'locks');
    const ours = ['index.lock', 'HEAD.lock'].map((name) => join(checkout.gitDir, name));
    ours.push(join(checkout.commonDir, 'refs/heads/switchyard/locks.lock'));
    const theirs = ['index.lock', 'HEAD.lock', 'packed-refs.lock', 'config.lock', 'refs/heads/main.lock'].map((name) =>
      join(checkout.commonDir, name),
    );
    for (const lock of [...ours, ...theirs]) writeFileSync(lock, '');
    expect(await clearStaleLocks(place, remembered(place, 'locks', false))).toEqual([]);
    const held = await open(ours[0] ?? '', 'r+');
    expect(await clearStaleLocks(place, remembered(place, 'locks'))).toEqual(ours.slice(1));
    await held.close();
    expect(await clearStaleLocks(place, remembered(place, 'locks'))).toEqual(ours.slice(0, 1));
    expect(theirs.filter((lock) => existsSync(lock))).toEqual(theirs);
  });

  test.runIf(process.platform === 'linux')(
    'locks stay while a git that has them waits for an editor, and go when it is dead',
    async () => {
      const place = await bench.repository();
      const { workTree, gitDir } = await added(place, 'editing');
      const lock = join(gitDir, 'index.lock');
      const clear = () => clearStaleLocks(place, remembered(place, 'editing'));
      write(workTree, 'readme.txt', 'mine\n');
      // An editor that says it is there, and ends when it is told to.
      const environment = { ...bench.environment, GIT_EDITOR: 'sh -c \'echo Mine > "$1"; echo there; read line\' -' };
      const commit = async () => {
        const child = spawn('git', ['commit', '--all', '--quiet'], { cwd: workTree, env: environment });
        await once(child.stdout, 'data');
        return child;
      };
      const committing = await commit();
      const ended = once(committing, 'exit');
      expect([existsSync(lock), await heldOpen(lock), await clear()]).toEqual([true, false, []]);
      committing.stdin.end('\n');
      expect(await ended).toEqual([0, null]);
      expect(bench.plain(workTree, 'log', '-1', '--format=%s').trim()).toBe('Mine');

      write(workTree, 'readme.txt', 'again\n');
      const killed = await commit();
      const gone = once(killed, 'exit');
      killed.kill('SIGKILL');
      await gone;
      expect(await clear()).toEqual([lock]);
      killed.stdin.end('\n');
    },
  );

  test('a whole worktree is given back with everything in it', async () => {
    const place = await bench.repository();
    const checkout = await added(place, 'whole-again');
    write(checkout.workTree, 'work', 'precious');
    writeFileSync(join(checkout.gitDir, 'index.lock'), '');
    expect(await reconcileWorktree(place, remembered(place, 'whole-again'))).toEqual({ kind: 'usable', checkout });
    expect(existsSync(join(checkout.gitDir, 'index.lock'))).toBe(false);
    expect(readFileSync(join(checkout.workTree, 'work'), 'utf8')).toBe('precious');
  });

  test('what a living owner makes is left alone', async () => {
    const place = await bench.repository();
    const checkout = await added(place, 'owned');
    rmSync(join(checkout.gitDir, 'switchyard-ready'));
    expect(await reconcileWorktree(place, remembered(place, 'owned', false))).toEqual({ kind: 'owned' });
    expect(existsSync(checkout.workTree)).toBe(true);
  });

  // Each is a point at which a kill leaves `git worktree add`.
  test.each<[string, (place: Place, name: string) => Promise<void> | void]>([
    ['only the branch', (place, name) => void bench.plain(place.checkout.workTree, 'branch', `switchyard/${name}`)],
    ['the folder, empty', (_, name) => void mkdirSync(join(bench.folder, 'trees', name), { recursive: true })],
    [
      'a locked folder that names nobody',
      (place, name) => {
        write(place.checkout.commonDir, `worktrees/${name}/locked`, 'initializing');
        mkdirSync(join(bench.folder, 'trees', name), { recursive: true });
      },
    ],
    [
      'a worktree locked as initializing with half its files',
      async (place, name) => {
        const checkout = await added(place, name);
        rmSync(join(checkout.gitDir, 'switchyard-ready'));
        writeFileSync(join(checkout.gitDir, 'locked'), 'initializing');
        writeFileSync(join(checkout.gitDir, 'index.lock'), '');
        rmSync(join(checkout.workTree, 'readme.txt'));
      },
    ],
    [
      'a removal cut short',
      async (place, name) => {
        const checkout = await added(place, name);
        rmSync(join(checkout.gitDir, 'switchyard-ready'));
        rmSync(checkout.workTree, { recursive: true });
        write(`${checkout.workTree}.removing`, 'left', 'over');
      },
    ],
  ])('%s is taken away, and the worktree can be made anew', async (what, leave) => {
    const place = await bench.repository();
    const name = `half-${what.replace(/[^a-z]+/g, '-')}`;
    mkdirSync(join(bench.folder, 'trees'), { recursive: true });
    await leave(place, name);
    expect(await reconcileWorktree(place, remembered(place, name))).toEqual({ kind: 'removed', branch: 'deleted' });
    expect(existsSync(join(bench.folder, 'trees', `${name}.removing`))).toBe(false);
    expect(await listWorktrees(place)).toHaveLength(1);
    expect(await reconcileWorktree(place, remembered(place, name))).toEqual({ kind: 'absent' });
    await added(place, name);
  });

  test('a branch that holds work stays when its worktree is gone', async () => {
    const place = await bench.repository();
    const checkout = await added(place, 'worked');
    write(checkout.workTree, 'work', 'x');
    await commitAll(asTrusted(place, checkout), { branch: 'switchyard/worked', message: 'Work', identity });
    rmSync(checkout.workTree, { recursive: true });
    expect(await reconcileWorktree(place, remembered(place, 'worked'))).toEqual({ kind: 'removed', branch: 'kept' });
  });

  test('a folder that is not a worktree of ours is left alone', async () => {
    const place = await bench.repository();
    const path = join(bench.folder, 'trees', 'foreign');
    write(path, 'somebody', 'else');
    expect(await reconcileWorktree(place, remembered(place, 'foreign'))).toMatchObject({ kind: 'foreign' });
    expect(lstatSync(join(path, 'somebody')).isFile()).toBe(true);
  });
});
