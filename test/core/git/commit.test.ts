import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Place, WorktreePlace } from '../../../core/git/checkout';
import { commitAll } from '../../../core/git/commit';
import { finishWorktree } from '../../../core/git/finish';
import { addWorktree } from '../../../core/git/worktree';
import { asTrusted, createBench, identity, write } from './fixture';

const bench = createBench();
let count = 0;

async function worktree(
  trusted: boolean,
  files?: Record<string, string>,
): Promise<{ at: WorktreePlace; branch: string; top: string }> {
  const place = { ...(await bench.repository(undefined, files)), trusted };
  const branch = `switchyard/task-${++count}`;
  const startOid = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const added = await addWorktree(place, { path: join(bench.folder, 'trees', `${count}`), branch, startOid });
  if (added.kind !== 'added') throw new Error(added.kind);
  return { at: asTrusted(place, added.checkout), branch, top: added.checkout.workTree };
}

function hook(at: Place, name: string, script: string): void {
  const path = join(at.checkout.commonDir, 'hooks', name);
  mkdirSync(join(at.checkout.commonDir, 'hooks'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

describe.each([false, true])('committing everything (trusted: %s)', (trusted) => {
  test('takes every kind of change, and nothing ignored', async () => {
    const { at, branch, top } = await worktree(trusted, {
      'edit.txt': 'a\n',
      'gone.txt': 'b\n',
      'file-to-folder': 'c\n',
      'folder/to-file': 'd\n',
      'run.sh': 'e\n',
      'moved.txt': 'f\n',
      '.gitignore': '*.log\n',
      'to-link': 'g\n',
    });
    write(top, 'edit.txt', 'changed\n');
    rmSync(join(top, 'gone.txt'));
    rmSync(join(top, 'file-to-folder'));
    write(top, 'file-to-folder/inside', 'x\n');
    rmSync(join(top, 'folder'), { recursive: true });
    write(top, 'folder', 'now a file\n');
    chmodSync(join(top, 'run.sh'), 0o755);
    renameSync(join(top, 'moved.txt'), join(top, 'line\nbreak "x" ünï'));
    rmSync(join(top, 'to-link'));
    symlinkSync('/etc', join(top, 'to-link'));
    write(top, 'new/deep/file', 'n\n');
    write(top, 'noise.log', 'ignored\n');
    writeFileSync(Buffer.concat([Buffer.from(`${top}/`), Buffer.from([0x62, 0xff])]), 'not text');
    const done = await commitAll(at, { branch, message: 'Change everything\n\n# not a comment\n', identity });
    expect(done).toMatchObject({ kind: 'committed', files: 12 });
    expect(bench.plain(top, 'status', '--porcelain')).toBe('');
    expect(bench.plain(top, 'ls-tree', '-r', '--name-only', '-z', 'HEAD').split('\0')).not.toContain('noise.log');
    expect(bench.plain(top, 'log', '-1', '--format=%an <%ae> %cn%n%B').trim()).toBe(
      'Ada Person <ada@example.test> Ada Person\nChange everything\n\n# not a comment',
    );
    expect(await commitAll(at, { branch, message: 'Again', identity })).toEqual({
      kind: 'nothing',
      oid: done.kind === 'committed' ? done.oid : '',
    });
  });

  test('goes to the branch expected and no other', async () => {
    const { at, branch, top } = await worktree(trusted);
    write(top, 'new', 'x');
    bench.plain(top, 'checkout', '-q', '-b', 'elsewhere');
    expect(await commitAll(at, { branch, message: 'm', identity })).toEqual({ kind: 'elsewhere', branch: 'elsewhere' });
    bench.plain(top, 'checkout', '-q', '--detach');
    expect(await commitAll(at, { branch, message: 'm', identity })).toEqual({ kind: 'elsewhere', branch: null });
    bench.plain(top, 'checkout', '-q', '--orphan', 'unborn');
    expect(await commitAll(at, { branch, message: 'm', identity })).toEqual({ kind: 'elsewhere', branch: null });
    expect(bench.plain(top, 'rev-list', '--count', '--all').trim()).toBe('1');
  });

  test('takes a message of two megabytes', async () => {
    const { at, branch, top } = await worktree(trusted);
    write(top, 'new', 'x');
    const message = `Long\n\n${'word '.repeat(400_000)}end\n`;
    expect(await commitAll(at, { branch, message, identity })).toMatchObject({ kind: 'committed' });
    expect(bench.plain(top, 'log', '-1', '--format=%s').trim()).toBe('Long');
  });

  test('finishes a merge the agent began, with both parents', async () => {
    const { at, branch, top } = await worktree(trusted, { file: 'base\n' });
    bench.plain(top, 'branch', 'theirs');
    write(top, 'file', 'ours\n');
    bench.plain(top, 'commit', '-q', '-am', 'Ours');
    bench.plain(top, 'checkout', '-q', 'theirs');
    write(top, 'file', 'theirs\n');
    bench.plain(top, 'commit', '-q', '-am', 'Theirs');
    bench.plain(top, 'checkout', '-q', branch);
    expect(() => bench.plain(top, 'merge', 'theirs')).toThrow();
    write(top, 'file', 'resolved\n');
    expect(await commitAll(at, { branch, message: 'Merge', identity })).toMatchObject({ kind: 'committed' });
    expect(bench.plain(top, 'log', '-1', '--format=%P').trim().split(' ')).toHaveLength(2);
    expect(existsSync(join(at.checkout.gitDir, 'MERGE_HEAD'))).toBe(false);
    expect(bench.plain(top, 'status', '--porcelain')).toBe('');
  });

  test('leaves a nested repository out and commits the rest', async () => {
    const { at, branch, top } = await worktree(trusted);
    mkdirSync(join(top, 'clone'));
    bench.plain(join(top, 'clone'), 'init', '-q');
    bench.plain(join(top, 'clone'), 'commit', '-q', '--allow-empty', '-m', 'Inside');
    expect(await commitAll(at, { branch, message: 'm', identity })).toMatchObject({ kind: 'nothing' });
    write(top, 'new', 'x');
    expect(await commitAll(at, { branch, message: 'm', identity })).toMatchObject({ kind: 'committed', files: 1 });
  });
});

test('a hook that refuses is an answer when the repository is trusted, and is not asked when it is not', async () => {
  for (const trusted of [true, false]) {
    const { at, branch, top } = await worktree(trusted);
    hook(at, 'commit-msg', 'echo "the subject is too long" >&2; exit 1');
    write(top, 'new', 'x');
    const done = await commitAll(at, { branch, message: 'm', identity });
    if (trusted) expect(done).toEqual({ kind: 'refused', output: 'the subject is too long' });
    else expect(done.kind).toBe('committed');
  }
});

test('a commit that the branch moved away from is not forced', async () => {
  const { at, branch, top } = await worktree(false);
  write(top, 'new', 'x');
  const lock = join(at.checkout.commonDir, 'refs/heads', `${branch}.lock`);
  writeFileSync(lock, '');
  await expect(commitAll(at, { branch, message: 'm', identity })).rejects.toMatchObject({ code: 'MOVED' });
  rmSync(lock);
  expect(await commitAll(at, { branch, message: 'm', identity })).toMatchObject({ kind: 'committed' });
});

test('what has passed a filter is not committed where no filter may run, and is once one may', async () => {
  const { at, branch, top } = await worktree(true, { '.gitattributes': '*.loud filter=loud\n', 'a.loud': 'quiet\n' });
  bench.plain(top, 'config', 'filter.loud.smudge', 'tr a-z A-Z');
  bench.plain(top, 'config', 'filter.loud.clean', 'tr A-Z a-z');
  await finishWorktree(at);
  write(top, 'a.loud', 'QUIET AND MORE\n');
  write(top, 'plain.txt', 'PLAIN\n');
  const head = bench.plain(top, 'rev-parse', 'HEAD');
  const unfiltered = await commitAll({ ...at, trusted: false }, { branch, message: 'm', identity });
  expect(unfiltered).toEqual({ kind: 'filtered', files: ['a.loud'] });
  expect(bench.plain(top, 'rev-parse', 'HEAD')).toBe(head);
  expect(await commitAll(at, { branch, message: 'm', identity })).toMatchObject({ kind: 'committed', files: 2 });
  expect(bench.plain(top, 'show', 'HEAD:a.loud')).toBe('quiet and more\n');
});
