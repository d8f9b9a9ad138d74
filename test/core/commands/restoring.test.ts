import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../../core/contract/task';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { openReviewBed } from '../../support/review-bed';
import type { Bed } from '../../support/runtime';

let bed: Bed;
/** A task in review that added hello.txt. */
let made: Task;
beforeEach(async () => {
  ({ bed, scene: made } = await openReviewBed());
});
afterEach(() => bed.close());

const files = async (task: number) => (await bed.calls.reviews.get({ task })).files.map(({ path }) => path);

describe('a discarded change comes back', () => {
  it('from its branch when its worktree had been deleted by hand', async () => {
    const { id, worktree } = made;
    await rm(worktree ?? '', { recursive: true });
    expect(await bed.calls.tasks.discard({ task: id })).toMatchObject({ outcome: 'discarded', worktree: null });
    expect(await bed.calls.tasks.restore({ task: id })).toMatchObject({ state: 'review', worktree });
    expect(await files(id)).toEqual(['hello.txt']);
  });

  it('with what its agent had left on another branch, and the branch as it was', async () => {
    const { id, worktree, branch } = made;
    const git = (...args: string[]) => bed.repository.git('-C', worktree ?? '', ...args);
    const tip = await git('rev-parse', 'HEAD');
    await git('checkout', '--quiet', '-b', 'aside', 'main');
    await writeFile(join(worktree ?? '', 'aside.txt'), 'aside\n');
    await git('add', 'aside.txt');
    await git('commit', '--quiet', '-m', 'Aside');
    const aside = await git('rev-parse', 'HEAD');
    await writeFile(join(worktree ?? '', 'unfinished.txt'), 'unfinished\n');
    await bed.calls.tasks.discard({ task: id });
    expect(await bed.repository.git('rev-parse', branch ?? '')).toBe(tip);
    expect(await bed.calls.tasks.restore({ task: id })).toMatchObject({ state: 'review', change: { files: 1 } });
    expect(await bed.repository.git('rev-parse', branch ?? '')).toBe(tip);
    expect(await files(id)).toEqual(['hello.txt']);
    expect(await git('rev-parse', 'HEAD')).toBe(aside);
    expect(await git('status', '--porcelain')).toBe('?? unfinished.txt');
  });

  it('with what was committed off its branch still off it, and the branch as it was', async () => {
    const { id, worktree, branch } = made;
    const git = (...args: string[]) => bed.repository.git('-C', worktree ?? '', ...args);
    const tip = await git('rev-parse', 'HEAD');
    await git('checkout', '--quiet', '--detach');
    await writeFile(join(worktree ?? '', 'tried.txt'), 'tried\n');
    await git('add', 'tried.txt');
    await git('commit', '--quiet', '-m', 'An experiment');
    const tried = await git('rev-parse', 'HEAD');
    await bed.calls.tasks.discard({ task: id });
    expect(await bed.calls.tasks.restore({ task: id })).toMatchObject({ state: 'review', change: { files: 1 } });
    expect(await bed.repository.git('rev-parse', branch ?? '')).toBe(tip);
    expect(await files(id)).toEqual(['hello.txt']);
    expect([await git('rev-parse', 'HEAD'), await git('branch', '--show-current')]).toEqual([tried, '']);

    // Nor does it go, where it is kept, from under somebody who is on it.
    await git('checkout', '--quiet', '--detach', tip);
    const elsewhere = join(bed.folder, 'elsewhere');
    await bed.repository.git('worktree', 'add', '-q', elsewhere, branch ?? '');
    await bed.calls.tasks.discard({ task: id });
    expect(await bed.repository.git('-C', elsewhere, 'rev-parse', 'HEAD')).toBe(tip);
  });

  it('as it was shown, with what was edited in its worktree since still staged, unstaged and untracked', async () => {
    const { id, worktree, branch } = made;
    const path = worktree ?? '';
    const git = (...args: string[]) => bed.repository.git('-C', path, ...args);
    const stands = async () => {
      const { change } = await bed.calls.tasks.get({ task: id });
      const { head, files, commits } = await bed.calls.reviews.get({ task: id });
      const tip = await bed.repository.git('rev-parse', branch ?? '');
      const edits = [await git('diff', '--cached'), await git('diff'), await git('status', '--porcelain', '--branch')];
      return { change, tip, head, files, commits, edits };
    };
    await writeFile(join(path, 'README.md'), 'staged\n');
    await writeFile(join(path, 'staged.txt'), 'staged\n');
    await git('add', 'README.md', 'staged.txt');
    await writeFile(join(path, 'README.md'), 'staged\nunstaged\n');
    await rm(join(path, 'hello.txt'));
    await writeFile(join(path, 'untracked.sh'), 'untracked\n');
    await chmod(join(path, 'untracked.sh'), 0o755);
    const before = await stands();
    expect(before.edits[2]).toBe(
      [`## ${branch}`, 'MM README.md', ' D hello.txt', 'A  staged.txt', '?? untracked.sh'].join('\n'),
    );
    await bed.calls.tasks.discard({ task: id });
    expect(await bed.calls.tasks.restore({ task: id })).toMatchObject({ state: 'review', worktree });
    expect(await stands()).toEqual(before);
    expect(await readFile(join(path, 'untracked.sh'), 'utf8')).toBe('untracked\n');
    expect((await stat(join(path, 'untracked.sh'))).mode & 0o111).toBe(0o111);
  });

  it('to where it was when it had failed or was cancelled, with its files, so that it can be tried again', async () => {
    const { repositoryId } = made;
    const make = (prompt: string) =>
      bed.calls.tasks.create({ repositoryId, title: 'Cut short', prompt, agent: 'echo' });
    const again = async (task: number) => {
      await bed.calls.tasks.discard({ task });
      return bed.calls.tasks.restore({ task });
    };
    const early = await make('[write: early.txt | early]');
    await bed.calls.tasks.cancel({ task: early.id });
    expect(await again(early.id)).toMatchObject({ state: 'cancelled', outcome: null });

    const { id: failing } = await make('[write: half.txt | half]\n[fail: broken]');
    const { error, worktree } = await bed.reaches(failing, 'failed');
    expect(error).toContain('broken');
    expect(await again(failing)).toMatchObject({ state: 'failed', error, worktree, outcome: null });
    expect(await again(failing)).toMatchObject({ state: 'failed', error });
    expect(await readFile(join(worktree ?? '', 'half.txt'), 'utf8')).toBe('half\n');
    await bed.calls.tasks.retry({ task: failing });
    await bed.reaches(failing, 'failed');
  });

  it('or says what is in its way, and comes back once that is gone', async () => {
    const { id, branch, worktree } = made;
    const path = worktree ?? '';
    await bed.calls.tasks.discard({ task: id });
    await bed.repository.git('branch', branch ?? '', 'main');
    await expect(bed.calls.tasks.restore({ task: id })).rejects.toMatchObject({
      ...{ code: 'CONFLICT', message: expect.stringContaining(`its branch ${branch} has moved since the backup`) },
    });
    await bed.repository.git('branch', '-m', branch ?? '', 'mine');
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'mine.txt'), 'mine');
    await expect(bed.calls.tasks.restore({ task: id })).rejects.toMatchObject({
      ...{ code: 'CONFLICT', message: expect.stringContaining(`${path} exists already and is something else`) },
    });
    expect(await readFile(join(path, 'mine.txt'), 'utf8')).toBe('mine');
    await rm(path, { recursive: true });
    expect(await bed.calls.tasks.restore({ task: id })).toMatchObject({ state: 'review', worktree });
    expect(await files(id)).toEqual(['hello.txt']);
  });

  it('or says where its branch is checked out, and what gives that free', async () => {
    const { id, branch, worktree } = made;
    const git = bed.repository.git;
    const tip = await git('rev-parse', branch ?? '');
    const [there, moved] = [join(bed.folder, 'there'), join(bed.folder, 'moved')];
    const checkOut = async () => {
      await bed.calls.tasks.discard({ task: id });
      await git('worktree', 'add', '-q', '-b', branch ?? '', there, tip);
    };
    const isRefused = (at: string, why: string) =>
      expect(bed.calls.tasks.restore({ task: id })).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining(`task ${id}: its branch ${branch} is checked out at ${at}${why}`),
      });
    const comesBack = async () => {
      expect(await bed.calls.tasks.restore({ task: id })).toMatchObject({ state: 'review', worktree });
      expect(await files(id)).toEqual(['hello.txt']);
    };
    const alive = '. Switch that checkout to another branch or remove it. Then restore again.';

    await checkOut();
    await isRefused(there, alive);
    await git('worktree', 'remove', there);
    await comesBack();

    await checkOut();
    await rename(there, moved);
    await isRefused(there, ', which is gone. Where you moved it, run git worktree repair there');
    await git('-C', moved, 'worktree', 'repair');
    await isRefused(moved, alive);
    await git('-C', moved, 'switch', '-q', '-c', 'another');
    await comesBack();

    await checkOut();
    await rm(there, { recursive: true });
    await isRefused(there, ', which is gone.');
    await git('worktree', 'prune');
    await comesBack();

    await checkOut();
    await git('worktree', 'lock', there);
    await isRefused(there, alive);
    await rm(there, { recursive: true });
    const locked = ', which is locked and not there.';
    await isRefused(there, locked);
    await git('worktree', 'prune');
    await isRefused(there, locked);
    await git('worktree', 'unlock', there);
    await git('worktree', 'prune');
    await comesBack();
  });

  it('or says that nothing of it is left', async () => {
    const { id, branch } = made;
    const { backupRef } = await bed.calls.tasks.discard({ task: id });
    await bed.repository.git('update-ref', '-d', backupRef ?? '');
    await expect(bed.calls.tasks.restore({ task: id })).rejects.toMatchObject({
      message: `Task ${id} cannot be restored: neither its branch ${branch} nor its backup ${backupRef} is in ${bed.repository.path}.`,
    });
  });
});

it('a branch whose worktree was removed just before a crash goes with the next start', async () => {
  const { id, worktree, branch } = made;
  const { backupRef } = await bed.calls.tasks.discard({ task: id });
  await bed.calls.tasks.restore({ task: id });
  await bed.runtime.stop();
  // As a crash leaves it between the removal of the files and that of the branch, the backup being made.
  const db = openDatabase({ file: bed.config.folders.database });
  db.prepare("UPDATE task SET state = 'done', outcome = 'discarded', backup_ref = ? WHERE id = ?").run(backupRef, id);
  db.prepare("UPDATE worktree SET state = 'removing' WHERE task_id = ? AND state = 'ready'").run(id);
  closeDatabase(db);
  await bed.repository.git('worktree', 'remove', '--force', worktree ?? '');
  expect(await bed.repository.git('branch', '--list', branch ?? '')).not.toBe('');
  bed = await bed.again(true);
  expect(await bed.repository.git('branch', '--list', branch ?? '')).toBe('');
  expect(await bed.calls.tasks.get({ task: id })).toMatchObject({ worktree: null });
});

it('a restore runs no hook that came with the change', async () => {
  await bed.repository.git('config', 'core.hooksPath', '.githooks');
  const mark = join(bed.folder, 'hook-ran');
  const { id, worktree } = made;
  for (const name of ['post-checkout', 'post-index-change', 'pre-commit', 'post-commit', 'reference-transaction']) {
    const hook = join(worktree ?? '', '.githooks', name);
    await mkdir(dirname(hook), { recursive: true });
    await writeFile(hook, `#!/bin/sh\necho ${name} >> '${mark}'\n`);
    await chmod(hook, 0o755);
  }
  const quietly = (...args: string[]) =>
    bed.repository.git('-C', worktree ?? '', '-c', 'core.hooksPath=/dev/null', ...args);
  await quietly('add', '.githooks/post-checkout', '.githooks/post-index-change');
  await quietly('commit', '--quiet', '-m', 'Bring hooks');
  await bed.calls.tasks.discard({ task: id });
  expect(await bed.calls.tasks.restore({ task: id })).toMatchObject({ state: 'review', worktree });
  expect(await files(id)).toEqual(['.githooks/post-checkout', '.githooks/post-index-change', 'hello.txt']);
  expect(await readFile(join(worktree ?? '', '.githooks/pre-commit'), 'utf8')).toContain('echo pre-commit');
  await expect(readFile(mark)).rejects.toMatchObject({ code: 'ENOENT' });
  // The control: git itself would run them here.
  await bed.repository.git('-C', worktree ?? '', 'checkout', '--quiet', '--detach');
  expect(await readFile(mark, 'utf8')).toContain('post-checkout');
});

it('ignored files too large for the backup are named when they go', async () => {
  const { id, worktree } = made;
  await writeFile(join(worktree ?? '', '.gitignore'), 'out/\n.gitignore\n');
  await mkdir(join(worktree ?? '', 'out'));
  await writeFile(join(worktree ?? '', 'out/report.pdf'), Buffer.alloc(6 * 1024 * 1024));
  const { session } = await bed.calls.tasks.discard({ task: id });
  const said = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
  expect(said.at(-1)).toMatchObject({
    type: 'notice',
    text: 'Ignored by git, too large for the backup, and gone with the worktree: out/.',
  });
});
