import { chmod, mkdir, open as openFile, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkpointName } from '../../../core/contract/checkpoint';
import { type Decision, openDecision } from '../../../core/contract/decision';
import type { Task } from '../../../core/contract/task';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { recordReturn } from '../../../core/store/returns';
import { run } from '../../../core/store/statement';
import { type Bed, openBed, openLaidBed } from '../../support/runtime';

let bed: Bed;
let isOpen = false;
afterEach(async () => {
  isOpen = false;
  await bed.close();
});

async function open(): Promise<void> {
  bed = await openBed();
  isOpen = true;
}

const list = (task: number) => bed.calls.checkpoints.list({ task });
const files = async (task: number) => (await bed.calls.reviews.get({ task })).files.map(({ path }) => path);
const inTree = (task: Task, name: string) => readFile(join(task.worktree ?? '', name), 'utf8');
const said = async ({ session }: Task) => bed.calls.sessions.read({ session: session ?? 0, after: 0 });

async function decisions(task: number): Promise<(Decision | null)[]> {
  return (await bed.calls.decisions.list({ task, after: 0, limit: 100 })).map(openDecision);
}

async function task(prompt: string, trust = true): Promise<Task> {
  if (!isOpen) await open();
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust });
  const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  return bed.reaches(id, 'review', 'done', 'failed');
}

/** A task whose agent took two turns: one.txt, then two.txt and one.txt again. */
async function twoTurns(trust = true): Promise<Task> {
  const laid = await openLaidBed(`a task of two turns, trusted: ${trust}`, async (opened) => {
    [bed, isOpen] = [opened, true];
    const { id } = await task('First.\n[write: one.txt | one]', trust);
    await bed.calls.tasks.reject({ task: id, comment: 'Second.\n[write: two.txt | two]\n[write: one.txt | changed]' });
    return bed.reaches(id, 'review');
  });
  [bed, isOpen] = [laid.bed, true];
  return laid.scene;
}

/** A task of two turns whose first wrote a file where the second's `.gitignore` and a folder built since then stand. */
async function ignoredFolderInTheWay(): Promise<{ readonly id: number; readonly folder: string }> {
  const { id, worktree } = await task('First.\n[write: dist | a file]');
  const folder = worktree ?? '';
  await bed.calls.tasks.reject({ task: id, comment: 'Second.\n[write: .gitignore | dist/]' });
  await bed.reaches(id, 'review');
  await rm(join(folder, 'dist'));
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'dist/out.js'), 'built');
  return { id, folder };
}

describe('after each turn', () => {
  it('what it made of the files is a checkpoint, counted against the one before and marked in the conversation', async () => {
    const made = await twoTurns();
    expect(await list(made.id)).toMatchObject([
      { number: 0, kind: 'start', turn: 0, parent: null, conversation: 'anew', current: false },
      {
        number: 1,
        kind: 'turn',
        turn: 1,
        parent: 0,
        change: { files: 1, additions: 1, deletions: 0 },
        conversation: 'back',
      },
      { number: 2, kind: 'turn', turn: 2, parent: 1, change: { files: 2, additions: 2, deletions: 1 }, current: true },
    ]);
    const marks = (await said(made)).filter(({ type }) => type === 'checkpoint');
    expect(marks).toMatchObject([
      { checkpoint: 1, turn: 1, files: 1 },
      { checkpoint: 2, turn: 2, files: 2, additions: 2, deletions: 1 },
    ]);
    const [, , second] = await list(made.id);
    expect(second?.seq).toBe((marks[1]?.seq ?? 0) - 1);
    const subjects = await bed.repository.git('-C', made.worktree ?? '', 'log', '--format=%s', 'main..');
    expect(subjects.trim().split('\n')).toEqual(['Round 2: Hello', 'Hello']);
    // Neither what the person sees of git nor the worktree's own index has any of it.
    expect(await bed.repository.git('branch', '--list', '--all')).not.toContain('checkpoint');
    expect(await bed.repository.git('-C', made.worktree ?? '', 'status', '--porcelain')).toBe('');
  });

  it('what comes between two turns, by a check or by hand, is a checkpoint of nobody’s and no part of what the next turn changed', async () => {
    await open();
    const { id: repository } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const checks = [{ name: 'check', command: 'echo covered > report.txt', required: false }];
    await bed.calls.repositories.configure({ repository, checks });
    const { id, worktree } = await task('First.\n[write: one.txt | one]');
    const { head } = await bed.calls.reviews.get({ task: id });
    await bed.calls.reviews.write({ task: id, head, path: 'one.txt', text: 'mine\n' });
    await writeFile(join(worktree ?? '', 'mine.txt'), 'in no commit');
    await bed.calls.tasks.reject({ task: id, comment: 'Second.\n[write: two.txt | two]' });
    const made = await bed.reaches(id, 'review');
    const size = (count: number, deletions = 0) => ({ files: count, additions: count, deletions });
    expect(await list(id)).toMatchObject([
      { number: 0, kind: 'start' },
      { number: 1, kind: 'turn', turn: 1, parent: 0, change: size(1) },
      { number: 2, kind: 'edited', turn: 1, parent: 1, change: size(3, 1), conversation: 'back' },
      { number: 3, kind: 'turn', turn: 2, parent: 2, change: size(1), current: true },
    ]);
    // Nothing tells what of it the person made.
    expect((await list(id)).map(checkpointName)[2]).toBe('What changed before turn 2');
    const told = (await said(made)).flatMap((event) =>
      event.type === 'checkpoint'
        ? [`${event.checkpoint} ${event.between}`]
        : event.type === 'prompt'
          ? [event.by]
          : [],
    );
    expect(told).toEqual(['person', '1 undefined', '2 edited', 'person', '3 undefined']);
    const { files: last } = await bed.calls.checkpoints.diff({ task: id, to: 3 });
    expect(last.map(({ path }) => path)).toEqual(['two.txt']);

    // Going back there keeps what came, and leaves what the turn did.
    await bed.calls.checkpoints.back({ task: id, checkpoint: 2 });
    expect(await files(id)).toEqual(['mine.txt', 'one.txt', 'report.txt']);
    expect(await inTree(made, 'one.txt')).toBe('mine\n');
  });

  it('what the person wrote between two turns, and the agent wrote over, is a backup once the change has landed', async () => {
    const { id, worktree } = await task('First.\n[write: one.txt | one]');
    await writeFile(join(worktree ?? '', 'one.txt'), 'an hour of work\n');
    await bed.calls.tasks.reject({ task: id, comment: 'Second.\n[write: one.txt | again]' });
    await bed.reaches(id, 'review');
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: id });
    const approvedAt = Date.now();
    await bed.calls.tasks.approve({ task: id, base, mergeBase, head, tree });
    await bed.until(id, ({ worktree: left }) => left === null);
    const backups = await bed.calls.worktrees.backups();
    expect(backups.map(({ cause }) => cause).sort()).toEqual(['between turns', 'merged']);
    const between = backups.find(({ cause }) => cause === 'between turns');
    expect(await bed.repository.git('show', `${between?.ref}:one.txt`)).toBe('an hour of work');
    // How long it is kept counts from now, and not from when it was written.
    expect(between?.createdAt).toBeGreaterThanOrEqual(approvedAt);
  });

  it('what a turn had done when it was cut off is no edit of the person’s', async () => {
    const { id } = await task('First.\n[write: one.txt | one]');
    await bed.calls.tasks.reject({ task: id, comment: 'Second.\n[write: two.txt | two]\n[ask: Which?]' });
    const { worktree } = await bed.reaches(id, 'waiting');
    expect(await readdir(worktree ?? '')).toContain('two.txt');
    bed = await bed.restart();
    const [request] = (await bed.reaches(id, 'waiting')).requests;
    const answer = { decision: null, rule: null, options: [], text: 'That' };
    await bed.calls.requests.answer({ request: request?.id ?? 0, answer });
    await bed.reaches(id, 'review');
    expect((await list(id)).map(({ kind }) => kind)).toEqual(['start', 'turn', 'turn']);
  });

  it('there is none when the turn changed no file', async () => {
    const { id } = await task('First.\n[write: one.txt | one]');
    await bed.calls.tasks.reject({ task: id, comment: 'Only say it.\n[nothing]' });
    await bed.reaches(id, 'review');
    expect((await list(id)).map(({ number }) => number)).toEqual([0, 1]);
  });

  it('two of them are compared as a review compares, and one with the base', async () => {
    const { id } = await twoTurns();
    const paths = async (from: number | null | undefined, to: number) => {
      const diff = await bed.calls.checkpoints.diff({ task: id, to, ...(from !== undefined && { from }) });
      const { patch } = await bed.calls.reviews.patch({ task: id, mergeBase: diff.mergeBase, head: diff.head });
      expect(diff.files.every(({ path }) => patch.includes(`b/${path}`))).toBe(true);
      return diff.files.map(({ path, status }) => `${status} ${path}`);
    };
    expect(await paths(undefined, 2)).toEqual(['modified one.txt', 'added two.txt']);
    expect(await paths(0, 2)).toEqual(['added one.txt', 'added two.txt']);
    expect(await paths(null, 1)).toEqual(['added one.txt']);
    expect(await paths(2, 1)).toEqual(['modified one.txt', 'deleted two.txt']);
  });
});

describe('going back', () => {
  it('puts files, branch, review and conversation back, and undoing it brings all of it again', async () => {
    const made = await twoTurns();
    const before = await bed.calls.reviews.get({ task: made.id });
    await writeFile(join(made.worktree ?? '', 'mine.txt'), 'by hand');
    await chmod(join(made.worktree ?? '', 'two.txt'), 0o755);
    await symlink('one.txt', join(made.worktree ?? '', 'lïnk'));
    const gone = await bed.calls.checkpoints.back({ task: made.id, checkpoint: 1 });
    expect(gone).toEqual({ task: made.id, checkpoint: 1, left: 3, conversation: 'back' });
    expect(await files(made.id)).toEqual(['one.txt']);
    expect(await inTree(made, 'one.txt')).toBe('one\n');
    await expect(inTree(made, 'mine.txt')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await bed.calls.tasks.get({ task: made.id })).toMatchObject({ state: 'review', change: { files: 1 } });
    expect((await said(made)).at(-1)).toMatchObject({ type: 'back', checkpoint: 1, left: 3, name: 'After turn 1' });

    const undone = await bed.calls.checkpoints.back({ task: made.id, checkpoint: gone.left });
    // What was put there is checkpoint 1 still, so nothing new is kept of it.
    expect(undone).toMatchObject({ left: 1, conversation: 'back' });
    expect((await said(made)).at(-1)).toMatchObject({
      type: 'back',
      name: expect.stringMatching(/^What you left at \d\d:\d\d$/),
    });
    expect(await inTree(made, 'mine.txt')).toBe('by hand');
    expect(await inTree(made, 'lïnk')).toBe('changed\n');
    const { head, files: shown } = await bed.calls.reviews.get({ task: made.id });
    expect({ head, files: shown }).toEqual({ head: before.head, files: before.files });
    expect((await list(made.id)).map(({ number, current }) => [number, current])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, true],
    ]);
    const [, back, undo, ...more] = await decisions(made.id);
    const left = { number: 3, name: expect.stringMatching(/^What you left at/) };
    const first = { number: 1, name: 'After turn 1' };
    const decided = { by: 'person', kind: 'go-back', task: made.id, repository: bed.repository.path, rule: null };
    expect(more).toEqual([]);
    expect(back).toMatchObject({
      ...decided,
      shown: { state: 'review', checkpoint: first, left, conversation: 'back' },
      answered: { checkpoint: 1, left: 3 },
    });
    expect(undo).toMatchObject({ ...decided, shown: { checkpoint: left, left: first } });

    // What is put back before its round was handed in is committed as that round.
    const subjects = async () =>
      (await bed.repository.git('log', '--format=%s', `main..${made.branch}`)).trim().split('\n');
    await bed.calls.checkpoints.back({ task: made.id, checkpoint: 2 });
    expect(await subjects()).toEqual(['Round 2: Hello', 'Hello']);
    await bed.calls.checkpoints.back({ task: made.id, checkpoint: 1 });
    expect(await subjects()).toEqual(['Hello']);
  });

  it.each([true, false])(
    'that is finished after a crash knows the commit it had made, and keeps one of yours that is called the same (trusted: %s)',
    async (trust) => {
      const made = await twoTurns(trust);
      const git = (...args: string[]) => bed.repository.git('-C', made.worktree ?? '', ...args);
      const back = () => bed.calls.checkpoints.back({ task: made.id, checkpoint: 2 });
      await bed.calls.checkpoints.back({ task: made.id, checkpoint: 0 });
      await back();
      const before = (await list(made.id)).length;
      reopen(made.id);
      await expect(back()).rejects.toThrow('has it already');
      expect(await list(made.id)).toHaveLength(before);

      await git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '-q', '--amend', '--no-edit');
      const mine = await git('rev-parse', 'HEAD');
      reopen(made.id);
      await expect(back()).rejects.toThrow('has it already');
      expect(await list(made.id)).toHaveLength(before + 1);
      expect(await git('rev-parse', 'HEAD')).not.toBe(mine);
    },
  );

  it('lets the agent go on from there, knowing nothing of what came after', async () => {
    const made = await twoTurns();
    await bed.calls.checkpoints.back({ task: made.id, checkpoint: 1 });
    await bed.calls.tasks.reject({ task: made.id, comment: 'Third.\n[write: three.txt | after {first}]' });
    await bed.reaches(made.id, 'review');
    expect((await files(made.id)).sort()).toEqual(['one.txt', 'three.txt']);
    const checkpoints = await list(made.id);
    expect(checkpoints.at(-1)).toMatchObject({ kind: 'turn', turn: 3, parent: 1, change: { files: 1 }, current: true });
    // The echo agent numbers the comments it knows of; the second turn is not among them.
    await bed.calls.tasks.reject({ task: made.id, comment: 'Fourth.' });
    await bed.reaches(made.id, 'review');
    const [note] = (await files(made.id)).filter((path) => path.startsWith('echo/'));
    expect(await inTree(made, note ?? '')).toContain('Comment 2');
  });

  it('to before the first turn begins anew with the whole task', async () => {
    const made = await twoTurns();
    expect(await bed.calls.checkpoints.back({ task: made.id, checkpoint: 0 })).toMatchObject({ conversation: 'anew' });
    expect(await files(made.id)).toEqual([]);
    await bed.calls.tasks.reject({ task: made.id, comment: 'And be brief.\n[write: brief.txt | b]' });
    await bed.reaches(made.id, 'review');
    expect(await said(made)).toContainEqual(
      expect.objectContaining({ type: 'prompt', text: expect.stringContaining('First.') }),
    );
    expect((await files(made.id)).sort()).toEqual(['brief.txt', 'one.txt']);
  });

  it('is refused while an agent is at work and when the task is done, each with what to do', async () => {
    const made = await twoTurns();
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const prompt = 'First.\n[write: one.txt | one]\n[ask: Go on? | yes]';
    const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Asks', prompt, agent: 'echo' });
    await bed.reaches(id, 'waiting');
    await expect(bed.calls.checkpoints.back({ task: id, checkpoint: 0 })).rejects.toMatchObject({
      code: 'WRONG_STATE',
      message: `Task ${id} is waiting for an answer and cannot be put back. Stop it first (in the terminal: task cancel ${id}), then go back.`,
    });
    await bed.calls.tasks.cancel({ task: id });
    // What the stopped turn had done is kept, too.
    const gone = await bed.calls.checkpoints.back({ task: id, checkpoint: 0 });
    const stopped = await bed.calls.tasks.get({ task: id });
    await expect(inTree(stopped, 'one.txt')).rejects.toMatchObject({ code: 'ENOENT' });
    await bed.calls.checkpoints.back({ task: id, checkpoint: gone.left });
    expect(await inTree(stopped, 'one.txt')).toBe('one\n');

    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: made.id });
    await bed.calls.tasks.approve({ task: made.id, base, mergeBase, head, tree });
    await expect(bed.calls.checkpoints.back({ task: made.id, checkpoint: 1 })).rejects.toMatchObject({
      message: `Task ${made.id} is done (merged) and cannot be put back. Make a new task instead.`,
    });
    // They went with the worktree, whose last state its backup has.
    expect((await list(made.id)).every(({ kept }) => !kept)).toBe(true);
    expect(await bed.repository.git('for-each-ref', `refs/switchyard/checkpoint/${made.id}/`)).toBe('');
    expect(await bed.repository.git('for-each-ref', `refs/switchyard/backup/${made.id}/`)).not.toBe('');
  });

  it('a task that was discarded and restored goes back like any other', async () => {
    const { id } = await twoTurns();
    const before = await list(id);
    await bed.calls.tasks.discard({ task: id });
    expect((await bed.calls.checkpoints.diff({ task: id, to: 2 })).files).toHaveLength(2);
    const restored = await bed.calls.tasks.restore({ task: id });
    expect(await list(id)).toEqual(before);
    await bed.calls.checkpoints.back({ task: id, checkpoint: 1 });
    await expect(inTree(restored, 'two.txt')).rejects.toMatchObject({ code: 'ENOENT' });
    await bed.calls.checkpoints.back({ task: id, checkpoint: 2 });
    expect(await inTree(restored, 'two.txt')).toBe('two\n');
  });

  it('to where the worktree is already, or to what there is not, says so', async () => {
    const { id } = await twoTurns();
    // That what it keeps was committed since is nothing to go back from.
    await expect(bed.calls.checkpoints.back({ task: id, checkpoint: 2 })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
    expect((await list(id)).length).toBe(3);
    await bed.calls.checkpoints.back({ task: id, checkpoint: 1 });
    await expect(bed.calls.checkpoints.back({ task: id, checkpoint: 1 })).rejects.toMatchObject({
      message: `The worktree of task ${id} is as checkpoint 1 has it already.`,
    });
    await expect(bed.calls.checkpoints.back({ task: id, checkpoint: 9 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await list(id)).length).toBe(4);
  });

  it('touches nothing while another git has the index, and takes the lock of a dead one away', async () => {
    const made = await twoTurns();
    const back = () => bed.calls.checkpoints.back({ task: made.id, checkpoint: 1 });
    const lock = await bed.repository.git('-C', made.worktree ?? '', 'rev-parse', '--git-path', 'index.lock');
    const held = await openFile(lock, 'w');
    const busy = { code: 'CONFLICT', message: expect.stringContaining(`${lock} exists. Wait for it to end`) };
    await expect(back()).rejects.toMatchObject(busy);
    // Nor when it was cut short, and is to be finished.
    cutShort(made.id, { target: 1, left: 2 });
    await expect(back()).rejects.toMatchObject(busy);
    expect([await inTree(made, 'two.txt'), await files(made.id)]).toEqual(['two\n', ['one.txt', 'two.txt']]);
    await held.close();
    // It is finished first, and then there is nowhere to go.
    await expect(back()).rejects.toMatchObject({ code: 'WRONG_STATE' });
    expect(await files(made.id)).toEqual(['one.txt']);
    await writeFile(lock, '');
    await bed.calls.checkpoints.back({ task: made.id, checkpoint: 0 });
    expect(await files(made.id)).toEqual([]);
  });

  it('touches nothing while an ignored folder stands in the way, and says which', async () => {
    const { id, folder } = await ignoredFolderInTheWay();
    await expect(bed.calls.checkpoints.back({ task: id, checkpoint: 1 })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('git ignores dist in'),
    });
    expect(await readFile(join(folder, 'dist/out.js'), 'utf8')).toBe('built');
    expect((await list(id)).length).toBe(3);
  });

  it('that is finished after a crash keeps what was written in between, where it can be gone back to', async () => {
    const made = await twoTurns();
    cutShort(made.id, { target: 1, left: 2 });
    await writeFile(join(made.worktree ?? '', 'one.txt'), 'written in between\n');
    await expect(bed.calls.checkpoints.back({ task: made.id, checkpoint: 1 })).rejects.toMatchObject({
      message: expect.stringContaining('is as checkpoint 1 has it already'),
    });
    const points = await list(made.id);
    expect(points.map(({ kind, current }) => [kind, current])).toEqual([
      ['start', false],
      ['turn', true],
      ['turn', false],
      ['left', false],
    ]);
    const refs = await bed.repository.git('for-each-ref', `refs/switchyard/checkpoint/${made.id}/`);
    expect(refs.trim().split('\n')).toHaveLength(points.length);
    await bed.calls.checkpoints.back({ task: made.id, checkpoint: 3 });
    expect(await inTree(made, 'one.txt')).toBe('written in between\n');

    // Of what was only put back half, nothing is kept beside its ends.
    const before = (await list(made.id)).length;
    cutShort(made.id, { target: 1, left: 3 });
    await rm(join(made.worktree ?? '', 'two.txt'));
    await expect(bed.calls.checkpoints.back({ task: made.id, checkpoint: 1 })).rejects.toThrow('has it already');
    expect(await list(made.id)).toHaveLength(before);
  });

  it('that is finished after a crash keeps what was committed, staged, or done in a nested repository in between', async () => {
    const made = await twoTurns();
    const tree = made.worktree ?? '';
    const mine = [
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@example.com',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'Mine',
    ];
    const git = (...args: string[]) => bed.repository.git('-C', tree, ...args);
    const inNested = (...args: string[]) => bed.repository.git('-C', join(tree, 'nested'), ...args);
    await bed.repository.git('init', '-q', join(tree, 'nested'));
    await inNested(...mine);
    await writeFile(join(tree, 'nested', 'file'), 'file');
    await bed.calls.checkpoints.back({ task: made.id, checkpoint: 1 });
    await bed.calls.checkpoints.back({ task: made.id, checkpoint: 3 });
    const finish = async () => {
      const before = (await list(made.id)).length;
      cutShort(made.id, { target: 3, left: 1 });
      await expect(bed.calls.checkpoints.back({ task: made.id, checkpoint: 3 })).rejects.toThrow('has it already');
      return (await list(made.id)).length - before;
    };
    expect(await finish()).toBe(0);

    await git(...mine);
    const commit = await git('rev-parse', 'HEAD');
    expect(await finish()).toBe(1);
    expect(await git('rev-parse', 'HEAD')).not.toBe(commit);

    await writeFile(join(tree, 'one.txt'), 'staged, and nowhere else');
    await git('add', 'one.txt');
    const staged = await git('rev-parse', ':one.txt');
    await writeFile(join(tree, 'one.txt'), 'changed\n');
    expect(await finish()).toBe(1);

    await inNested(...mine, '-m', 'Again');
    const nested = await inNested('rev-parse', 'HEAD');
    expect(await finish()).toBe(1);
    expect(await inNested('rev-parse', 'HEAD')).not.toBe(nested);
    // What they are at the end is only in what was kept.
    const kept = await bed.repository.git('rev-list', '--objects', `--glob=refs/switchyard/checkpoint/${made.id}/*`);
    for (const oid of [commit, staged]) expect(kept).toContain(oid);
    const last = (await list(made.id)).at(-1)?.number ?? 0;
    await bed.calls.checkpoints.back({ task: made.id, checkpoint: last });
    expect(await inNested('rev-parse', 'HEAD')).toBe(nested);
  });

  it('elsewhere, or discarding, takes the place of one that was cut short and cannot be finished', async () => {
    const { id, folder } = await ignoredFolderInTheWay();
    cutShort(id, { target: 1, left: 2 });
    const refused = { code: 'CONFLICT', message: expect.stringContaining('git ignores dist in') };
    await expect(bed.calls.checkpoints.back({ task: id, checkpoint: 1 })).rejects.toMatchObject(refused);
    expect(await bed.calls.checkpoints.back({ task: id, checkpoint: 0 })).toMatchObject({ checkpoint: 0 });
    await expect(readFile(join(folder, '.gitignore'))).rejects.toMatchObject({ code: 'ENOENT' });

    cutShort(id, { target: 1, left: 0 });
    await rename(bed.repository.path, `${bed.repository.path}-away`);
    expect(await bed.calls.tasks.discard({ task: id })).toMatchObject({ state: 'done', outcome: 'discarded' });
    await rename(`${bed.repository.path}-away`, bed.repository.path);
  });

  it('is refused when the ref that keeps the checkpoint points elsewhere', async () => {
    const { id } = await twoTurns();
    const refs = await bed.repository.git('for-each-ref', '--format=%(refname)', `refs/switchyard/checkpoint/${id}/`);
    for (const ref of refs.trim().split('\n')) await bed.repository.git('update-ref', ref, 'HEAD');
    await expect(bed.calls.checkpoints.back({ task: id, checkpoint: 1 })).rejects.toMatchObject({
      code: 'WRONG_STATE',
      message: expect.stringContaining('was moved or taken away'),
    });
    expect(await files(id)).toEqual(['one.txt', 'two.txt']);
  });
});

/** Has the last going back be as a crash right before its end was kept leaves it. */
function reopen(of: number): void {
  const db = openDatabase({ file: bed.config.folders.database });
  const last = '(SELECT max(id) FROM task_return WHERE task_id = ?)';
  run(db, `UPDATE task_return SET state = 'open', head = NULL, ended_at = NULL WHERE id = ${last}`, of);
  closeDatabase(db);
}

/** Leaves behind what a crash right after the intent was written down does. */
function cutShort(of: number, ends: { readonly target: number; readonly left: number }): void {
  const db = openDatabase({ file: bed.config.folders.database });
  const rest = { conversation: 'kept', by: 'person', inReview: true, turn: 2, at: Date.now() } as const;
  recordReturn(db, { task: of, ...ends, ...rest });
  closeDatabase(db);
}
