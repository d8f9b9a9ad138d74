import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Task } from '../../../core/contract/task';
import type { Worktree } from '../../../core/contract/worktree';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { type Bed, openBed } from '../../support/runtime';

// One repository and one runtime: each promise goes on from where the one before it left off.
let bed: Bed;
let repository: number;
let task: Task;
beforeAll(async () => {
  bed = await openBed();
  repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
  const prompt = '[write: hello.txt | hello]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository, title: 'Hello', prompt, agent: 'echo' });
  task = await bed.reaches(id, 'review');
});
afterAll(() => bed.close());

const path = () => task.worktree ?? '';
const listed = async () => (await bed.calls.worktrees.list()).worktrees;
const git = (...args: string[]) => bed.repository.git('-C', path(), ...args);

/** Waits on the changes until every worktree is measured. */
async function measured(): Promise<readonly Worktree[]> {
  const leave = new AbortController();
  const changes = await bed.calls.changes.follow(undefined, { signal: leave.signal });
  try {
    for await (const _ of changes) {
      const { worktrees, measuring } = await bed.calls.worktrees.list();
      if (measuring === 0) return worktrees;
    }
    throw new Error('The changes ended.');
  } finally {
    leave.abort();
  }
}

it('lists a worktree at once with its task, branch and reason, and its size and uncommitted files a little later', async () => {
  await writeFile(join(path(), 'notes.txt'), 'x'.repeat(100_000));
  const [first] = await listed();
  expect(first).toMatchObject({ path: path(), branch: task.branch, reason: 'review', size: null });
  expect(first?.task).toEqual({ id: task.id, title: 'Hello', state: 'review', outcome: null });
  const [one] = await measured();
  expect(one?.size).toMatchObject({ whole: true, uncommitted: 1 });
  expect(one?.size?.bytes).toBeGreaterThan(100_000);
  const detail = await bed.calls.worktrees.get({ path: path() });
  expect(detail.uncommitted).toEqual({ paths: ['notes.txt'], count: 1 });
});

it('keeps a removed worktree whole, and the change stays in review without it', async () => {
  await git('add', 'notes.txt');
  await appendFile(join(path(), 'notes.txt'), 'unstaged');
  const removed = await bed.calls.worktrees.remove({ path: path() });
  expect(removed).toMatchObject({ repository, notKept: [] });
  expect(await listed()).toEqual([]);
  expect((await bed.calls.reviews.get({ task: task.id })).files.map((file) => file.path)).toEqual(['hello.txt']);
  const [backup] = await bed.calls.worktrees.backups();
  expect(backup).toMatchObject({ ref: removed.ref, cause: 'removed', by: 'person', bringsBack: 'worktree' });

  const back = await bed.calls.worktrees.restore({ repository, ref: removed.ref ?? '' });
  expect(back).toEqual({ task: task.id, path: path(), branch: task.branch });
  expect(await git('status', '--porcelain')).toBe('AM notes.txt');
  expect((await readFile(join(path(), 'notes.txt'), 'utf8')).endsWith('xunstaged')).toBe(true);
});

it('puts a removed worktree back beside its task when the branch has moved since, and the task stays on its branch', async () => {
  await git('reset', '--quiet');
  const { ref } = await bed.calls.worktrees.remove({ path: path() });
  const branch = task.branch ?? '';
  const old = await bed.repository.git('rev-parse', branch);
  const moved = await bed.repository.git('commit-tree', '-p', branch, '-m', 'Mine', `${branch}^{tree}`);
  await bed.repository.git('update-ref', `refs/heads/${branch}`, moved);
  const back = await bed.calls.worktrees.restore({ repository, ref: ref ?? '' });
  expect(back).toMatchObject({ task: task.id, branch: expect.stringMatching(/^switchyard\/restored-/) });
  expect(await bed.repository.git('-C', back.path, 'status', '--porcelain')).toBe('?? notes.txt');
  expect((await bed.calls.tasks.get({ task: task.id })).worktree).toBeNull();
  await bed.repository.git('update-ref', `refs/heads/${branch}`, old);
  await bed.calls.worktrees.remove({ path: back.path });
  await bed.calls.worktrees.restore({ repository, ref: ref ?? '' });
  expect((await listed()).map(({ reason }) => reason)).toEqual(['review']);
});

it('brings a removed worktree back by itself when its task goes on, and nowhere else before', async () => {
  const { ref } = await bed.calls.worktrees.remove({ path: path() });
  await bed.runtime.stop();
  bed = await bed.again(false);
  await bed.calls.tasks.reject({ task: task.id, comment: '[write: more.txt | more]' });
  await expect(bed.calls.worktrees.restore({ repository, ref: ref ?? '' })).rejects.toMatchObject({
    message: expect.stringContaining('by itself when it goes on'),
  });
  await bed.runtime.start();
  task = await bed.until(task.id, (now) => now.state === 'review' && (now.change?.files ?? 0) > 1);
  // What was not committed is there, and with the next commit of the agent it is in the change as ever.
  expect((await bed.calls.reviews.get({ task: task.id })).files.map((file) => file.path)).toContain('notes.txt');
  const said = await bed.calls.sessions.read({ session: task.session ?? 0, after: 0 });
  expect(said.filter((event) => event.type === 'notice' && event.text.includes('is back'))).toHaveLength(1);
});

it('never puts what a refused removal kept over what is newer', async () => {
  await writeFile(join(path(), 'notes.txt'), 'v1');
  const modules = join(await git('rev-parse', '--absolute-git-dir'), 'modules');
  await mkdir(modules);
  await expect(bed.calls.worktrees.remove({ path: path() })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  await rm(modules, { recursive: true });
  await writeFile(join(path(), 'notes.txt'), 'v2, an hour of work');
  await bed.calls.tasks.reject({ task: task.id, comment: '[write: third.txt | third]' });
  task = await bed.until(task.id, (now) => now.state === 'review' && (now.change?.files ?? 0) > 3);
  expect(await readFile(join(path(), 'notes.txt'), 'utf8')).toBe('v2, an hour of work');
});

it('never goes on in what came back only in part', async () => {
  await writeFile(join(path(), 'mine.txt'), 'mine');
  const { ref } = await bed.calls.worktrees.remove({ path: path() });
  // A file of the backup that is not there is as much in its way as a disk that is full.
  const oid = await bed.repository.git('rev-parse', `${ref}:mine.txt`);
  const object = join(bed.repository.path, '.git/objects', oid.slice(0, 2), oid.slice(2));
  await rename(object, `${object}.aside`);
  await bed.calls.tasks.reject({ task: task.id, comment: '[write: fourth.txt | fourth]' });
  await bed.reaches(task.id, 'failed');
  expect(await listed()).toEqual([]);
  await rename(`${object}.aside`, object);
  await bed.calls.tasks.retry({ task: task.id });
  task = await bed.until(task.id, (now) => now.state === 'review' && (now.change?.files ?? 0) > 5);
  const { files } = await bed.calls.reviews.get({ task: task.id });
  expect(files.filter(({ status }) => status === 'deleted')).toEqual([]);
  expect(files.map((file) => file.path)).toContain('mine.txt');
});

it('puts what a landed task left back beside it, and removes that again with a backup of its own', async () => {
  // An approval leaves nothing uncommitted behind; what git ignores may be there.
  await mkdir(join(bed.repository.path, '.git/info'), { recursive: true });
  await writeFile(join(bed.repository.path, '.git/info/exclude'), 'left.sh\n');
  await writeFile(join(path(), 'left.sh'), '#!/bin/sh\n', { mode: 0o755 });
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: task.id });
  await bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree });
  // What was in its files between turns is there as well.
  const backup = (await bed.calls.worktrees.backups()).find(({ cause }) => cause === 'merged');
  expect(backup).toMatchObject({ bringsBack: 'branch', restoredPath: null });
  const ref = backup?.ref ?? '';
  const back = await bed.calls.worktrees.restore({ repository, ref });
  expect((await stat(join(back.path, 'left.sh'))).mode & 0o111).not.toBe(0);
  expect(await listed()).toMatchObject([{ path: back.path, reason: 'restored', task: null, branch: back.branch }]);
  await expect(bed.calls.worktrees.restore({ repository, ref })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await bed.calls.worktrees.backups()).find((one) => one.ref === ref)?.restoredPath).toBe(back.path);
  await bed.calls.worktrees.remove({ path: back.path });
  expect(await bed.repository.git('branch', '--list', 'switchyard/restored-*')).toBe('');
});

it('keeps a worktree that is nobody’s before it goes, and leaves a folder alone that is none', async () => {
  const folder = join(bed.config.folders.worktrees, 'strange');
  const [orphan, plain] = [join(folder, 'orphan'), join(folder, 'plain')];
  await mkdir(plain, { recursive: true });
  // Whoever reads a pipe waits for a writer, who never comes.
  execFileSync('mkfifo', [join(plain, '.git')]);
  await bed.repository.git('worktree', 'add', '--quiet', '-b', 'mine', orphan);
  await writeFile(join(orphan, 'mine.txt'), 'mine');
  expect((await listed()).map(({ reason }) => reason)).toEqual(["nobody's", 'not a worktree']);
  const { ref } = await bed.calls.worktrees.remove({ path: orphan });
  expect(await bed.repository.git('show', `${ref}:mine.txt`)).toBe('mine');
  expect(await bed.repository.git('branch', '--list', 'mine')).not.toBe('');
  await expect(bed.calls.worktrees.remove({ path: plain })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  for (const other of [bed.repository.path, join(plain, '..', '..', '..'), join(plain, 'deeper')])
    await expect(bed.calls.worktrees.remove({ path: other })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('removes a backup for good only when asked, and records that', async () => {
  const before = await bed.calls.worktrees.backups();
  const ref = before[0]?.ref ?? '';
  await bed.calls.worktrees.removeBackup({ repository, ref });
  expect(await bed.calls.worktrees.backups()).toHaveLength(before.length - 1);
  expect(await bed.repository.git('for-each-ref', ref)).toBe('');
  await expect(bed.calls.worktrees.restore({ repository, ref })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const kinds = (await bed.calls.decisions.list({ after: 0, limit: 100 })).map(({ text }) => JSON.parse(text).kind);
  expect(kinds.filter((kind) => kind === 'remove-worktree')).toHaveLength(7);
  expect(kinds.filter((kind) => kind === 'restore-backup')).toHaveLength(4);
  expect(kinds.filter((kind) => kind === 'remove-backup')).toHaveLength(1);
});

it('keeps what a discarded task could go back to with the task, until its backup is removed for good', async () => {
  const prompt = '[write: one.txt | one]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository, title: 'Two', prompt, agent: 'echo' });
  await bed.reaches(id, 'review');
  await bed.calls.tasks.reject({ task: id, comment: '[write: two.txt | two]' });
  task = await bed.until(id, (now) => now.state === 'review' && (now.change?.files ?? 0) > 1);
  await writeFile(join(path(), 'notes.txt'), 'notes');
  const { left } = await bed.calls.checkpoints.back({ task: id, checkpoint: 1 });
  const ours = async () => (await bed.calls.worktrees.backups()).filter((backup) => backup.task?.id === id);
  expect((await ours()).map(({ bringsBack }) => bringsBack)).toEqual(['checkpoint']);
  await bed.calls.tasks.discard({ task: id });
  const [backup, ...others] = await ours();
  expect([backup?.bringsBack, others]).toEqual(['task', []]);
  await bed.calls.worktrees.restore({ repository, ref: backup?.ref ?? '' });
  await bed.calls.checkpoints.back({ task: id, checkpoint: left ?? 0 });
  expect(await readFile(join(path(), 'notes.txt'), 'utf8')).toBe('notes');

  await bed.calls.tasks.discard({ task: id });
  for (const { ref } of await ours()) await bed.calls.worktrees.removeBackup({ repository, ref });
  expect(await bed.repository.git('for-each-ref', `refs/switchyard/*/${id}/`)).toBe('');
  expect((await bed.calls.checkpoints.list({ task: id })).filter(({ kept }) => kept)).toEqual([]);
});

it('keeps a worktree that cannot go once, however often that is tried', async () => {
  await bed.calls.settings.set({ name: 'worktreeDays', value: 1 });
  const prompt = '[write: last.txt | last]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository, title: 'Last', prompt, agent: 'echo' });
  task = await bed.reaches(id, 'review');
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: id });
  await bed.calls.tasks.approve({ task: id, base, mergeBase, head, tree });
  await mkdir(join(await git('rev-parse', '--absolute-git-dir'), 'modules'));
  await bed.runtime.stop();
  const db = openDatabase({ file: bed.config.folders.database });
  db.prepare('UPDATE task SET state_since = 1000 WHERE id = ?').run(id);
  closeDatabase(db);
  for (const _ of ['the next start', 'the one after it']) {
    bed = await bed.again(false);
    const leave = new AbortController();
    const changes = await bed.calls.changes.follow(undefined, { signal: leave.signal });
    await bed.runtime.start();
    for await (const change of changes) if (change.type === 'worktrees.changed') break;
    leave.abort();
    expect((await bed.calls.worktrees.backups()).filter((backup) => backup.task?.id === id)).toHaveLength(1);
    await bed.runtime.stop();
  }
  bed = await bed.again(true);
});
