import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { teardownName } from '../../../core/contract/check';
import { findGit } from '../../../core/git/git';
import { createLiveChecks } from '../../../core/runner/live-checks';
import { repositoryPlace } from '../../../core/runner/place';
import { retireWorktree } from '../../../core/runner/retire';
import { tearDownOf } from '../../../core/runner/setting-up';
import { createUnderWay } from '../../../core/runner/under-way';
import { type Execute, execute } from '../../../core/starter/process';
import { endCheck, startCheck } from '../../../core/store/checks';
import { closeDatabase, type Database, openDatabase } from '../../../core/store/database';
import { repositoryById } from '../../../core/store/repositories';
import { taskWork } from '../../../core/store/task-work';
import { worktreeOf } from '../../../core/store/worktrees';
import { createWriter, type Writer } from '../../../core/store/writer';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

const plain = (db: Database, writer: Writer) => ({
  ...{ db, writer, announce: () => {}, now: Date.now, log: () => {}, closeTerminals: async () => {} },
  retirements: createUnderWay(),
});

it('names the large ignored files that went with a worktree and are in no backup', async () => {
  await bed.repository.write('.gitignore', '*.pdf\n.env\n');
  await bed.repository.commit('Ignore');
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const prompt = '[write: hello.txt | hello]';
  const task = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  const { worktree } = await bed.reaches(task.id, 'review');
  await writeFile(join(worktree ?? '', 'report.pdf'), Buffer.alloc(6 * 1024 * 1024));
  await writeFile(join(worktree ?? '', '.env'), 'KEY=1\n');
  await bed.runtime.stop();

  const db = openDatabase({ file: bed.config.folders.database });
  const writer = createWriter(db);
  try {
    const place = await repositoryPlace(await findGit(bed.config.environment), repositoryById(db, repository.id));
    // While programs are ended for the last time, none can be opened any more.
    const closed: unknown[] = [];
    const closeTerminals = async (id: number) => void closed.push([id, worktreeOf(db, id)?.state]);
    const deps = { ...plain(db, writer), closeTerminals };
    const retired = await retireWorktree(deps, place, task.id);
    expect(retired).toMatchObject({ kept: null, notKept: ['report.pdf'] });
    expect(closed).toEqual([[task.id, 'removing']]);
    expect(await bed.repository.git('show', `${retired.backupRef}^3:ignored/.env`)).toBe('KEY=1');
  } finally {
    await writer.close();
    closeDatabase(db);
  }
});

it('a removal cut short in its teardown brings back what was there before that', async () => {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const prompt = '[write: hello.txt | hello]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  const { worktree } = await bed.reaches(id, 'review');
  const notes = join(worktree ?? '', 'notes.txt');
  await writeFile(notes, 'mine\n');
  await bed.runtime.stop();

  const db = openDatabase({ file: bed.config.folders.database });
  const writer = createWriter(db);
  const cutShort = async () => {
    startCheck(db, {
      task: id,
      name: teardownName,
      command: 'rm *',
      head: '0'.repeat(40),
      clean: true,
      at: Date.now(),
    });
    await rm(notes);
    throw new Error('The process died.');
  };
  try {
    const place = await repositoryPlace(await findGit(bed.config.environment), repositoryById(db, repository.id));
    const deps = plain(db, writer);
    const why = { cause: 'removed', by: 'person' } as const;
    await expect(retireWorktree(deps, place, id, { why, tearDown: cutShort })).rejects.toThrow('died');
    expect(worktreeOf(db, id)?.state).toBe('removing');
  } finally {
    await writer.close();
    closeDatabase(db);
  }
  // The next start goes on with the removal, and the next turn with what was removed.
  bed = await bed.again(true);
  expect(await bed.calls.worktrees.list()).toMatchObject({ worktrees: [] });
  await bed.calls.tasks.reject({ task: id, comment: '[write: more.txt | more]' });
  await bed.until(id, (now) => now.state === 'review' && (now.change?.files ?? 0) > 1);
  expect(await readFile(notes, 'utf8')).toBe('mine\n');
});

it('a teardown that could not begin is said, though an earlier one of the task had passed', async () => {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  await bed.calls.repositories.configure({ repository: repository.id, teardownCommand: 'true' });
  const prompt = '[write: hello.txt | hello]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  await bed.reaches(id, 'review');
  await bed.runtime.stop();

  const db = openDatabase({ file: bed.config.folders.database });
  const writer = createWriter(db);
  const checks = createLiveChecks();
  let goOn = () => {};
  try {
    const git = await findGit(bed.config.environment);
    const place = await repositoryPlace(git, repositoryById(db, repository.id));
    const work = taskWork(db, id);
    const run = { task: id, name: teardownName, command: 'true', head: '0'.repeat(40), clean: true, at: 1 };
    endCheck(db, { check: startCheck(db, run), exitCode: 0, output: '', at: 2 });
    // A check that somebody began in the moment in which the worktree was to go.
    const busy = checks.during(
      id,
      { signal: new AbortController().signal },
      () => new Promise<void>((resolve) => (goOn = resolve)),
    );
    const deps = {
      ...{ ...plain(db, writer), git, checks, owner: 'test', namespace: async () => null },
      agentEnvironment: async () => bed.config.environment,
    };
    const retired = await retireWorktree(deps, place, id, { tearDown: tearDownOf(deps, work, place) });
    expect(retired).toMatchObject({ kept: null, notices: [expect.stringContaining('could not be run')] });
    goOn();
    await busy;
  } finally {
    await writer.close();
    closeDatabase(db);
  }
});

it('a branch that somebody moves right before it is deleted stays, and nobody is told that nothing needs it', async () => {
  const { git } = bed.repository;
  const { id: repository } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  await bed.calls.repositories.configure({ repository, retention: { worktreeDays: 30 } });
  const prompt = '[write: hello.txt | hello]';
  const { id: task } = await bed.calls.tasks.create({
    repositoryId: repository,
    title: 'Hello',
    prompt,
    agent: 'echo',
  });
  const { branch } = await bed.reaches(task, 'review');
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task });
  await bed.calls.tasks.approve({ task, base, mergeBase, head, tree });
  await bed.runtime.stop();

  const late = await git('commit-tree', '-p', head, '-m', 'Late', tree);
  const moving: Execute = async (what) => {
    const deletes = what.args.includes('-d') && what.args.includes(`refs/heads/${branch}`);
    if (deletes) await git('update-ref', `refs/heads/${branch}`, late, head);
    return execute(what);
  };
  const db = openDatabase({ file: bed.config.folders.database });
  const writer = createWriter(db);
  try {
    const found = await findGit(bed.config.environment, moving);
    const place = await repositoryPlace(found, repositoryById(db, repository));
    const { kept, notices } = await retireWorktree(plain(db, writer), place, task);
    expect({ kept, notices }).toEqual({
      kept: null,
      notices: [expect.stringContaining(`Its branch ${branch} is still there: somebody moved it`)],
    });
    expect(await git('rev-parse', `refs/heads/${branch}`)).toBe(late);
  } finally {
    await writer.close();
    closeDatabase(db);
  }
});
