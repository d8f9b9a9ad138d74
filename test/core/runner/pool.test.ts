import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { addReady, finishReady, oldestReady, takeReady } from '../../../core/store/ready-worktrees';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let repository: number;
beforeAll(async () => {
  bed = await openBed();
  repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
});
afterAll(() => bed.close());

/** Waits on the changes until so many worktrees are ready, and gives their paths. */
async function ready(count: number): Promise<readonly string[]> {
  const leave = new AbortController();
  try {
    for await (const _ of await bed.calls.changes.follow(undefined, { signal: leave.signal })) {
      const { worktrees } = await bed.calls.worktrees.list();
      const paths = worktrees.filter(({ reason }) => reason === 'ready').map(({ path }) => path);
      if (paths.length === count) return paths;
    }
    throw new Error('The changes ended.');
  } finally {
    leave.abort();
  }
}

async function inReview(prompt: string) {
  const { id } = await bed.calls.tasks.create({ repositoryId: repository, title: 'Hello', prompt, agent: 'echo' });
  return bed.reaches(id, 'review');
}

it('a task takes a worktree that was made ahead of need, at the tip its base has by then, and another one is made', async () => {
  await bed.calls.repositories.configure({ repository, pool: 1 });
  const [first = ''] = await ready(1);
  await bed.repository.write('later.txt', 'later');
  await bed.repository.commit('Later');
  const task = await inReview('[write: hello.txt | hello]');
  expect(task.worktree).toBe(first);
  expect(existsSync(join(first, 'later.txt'))).toBe(true);
  const { files } = await bed.calls.reviews.get({ task: task.id });
  expect(files.map(({ path }) => path)).toEqual(['hello.txt']);
  const [second] = await ready(1);
  expect(second).not.toBe(first);
  // Its own place is kept through a way back.
  await bed.calls.tasks.discard({ task: task.id });
  expect(await bed.calls.tasks.restore({ task: task.id })).toMatchObject({ state: 'review' });
});

it('a worktree somebody was in is handed to nobody: what is in it is kept, and the task gets a fresh one', async () => {
  const [spoilt = ''] = await ready(1);
  await writeFile(join(spoilt, 'mine.txt'), 'mine');
  const task = await inReview('[write: other.txt | other]');
  expect(task.worktree).not.toBe(spoilt);
  expect(basename(task.worktree ?? '')).toBe(`${task.id}`);
  expect(existsSync(spoilt)).toBe(false);
  const kept = (await bed.calls.worktrees.backups()).find((backup) => backup.task === null);
  expect(kept).toMatchObject({ cause: 'removed', by: 'runner' });
  expect(await bed.repository.git('show', `${kept?.ref}:mine.txt`)).toBe('mine');
});

it('a task whose base is gone for a moment has begun nothing, and leaves what is ready', async () => {
  const before = await ready(1);
  await bed.repository.git('branch', 'mine');
  await bed.runtime.stop();
  // Of those who found it a moment ago, to hand it out or to throw it away, one has it.
  const db = openDatabase({ file: bed.config.folders.database });
  const found = oldestReady(db, repository);
  if (found === undefined) throw new Error('None is ready.');
  expect([takeReady(db, found.id), takeReady(db, found.id)]).toEqual([true, false]);
  const id = addReady(db, { ...found, at: 1 });
  finishReady(db, { id, gitDir: found.gitDir ?? '', setup: null });
  closeDatabase(db);
  bed = await bed.again(false);
  const wanted = { repositoryId: repository, title: 'Mine', prompt: '[write: mine.txt | mine]', agent: 'echo' };
  const task = await bed.calls.tasks.create({ ...wanted, base: 'mine' });
  await bed.repository.git('branch', '-D', 'mine');
  await bed.runtime.start();
  expect(await bed.reaches(task.id, 'failed')).toMatchObject({ branch: null, worktree: null });
  expect(await ready(1)).toEqual(before);
  await bed.repository.git('branch', 'mine');
  await bed.calls.tasks.retry({ task: task.id });
  expect(await bed.reaches(task.id, 'review')).toMatchObject({ worktree: before[0] });
});

it('one that is too many goes, and a runtime that comes after keeps what is ready', async () => {
  const before = await ready(1);
  bed = await bed.restart();
  expect(await ready(1)).toEqual(before);
  await bed.calls.repositories.configure({ repository, pool: 0 });
  // It is out of the pool before it goes.
  const leave = new AbortController();
  for await (const _ of await bed.calls.changes.follow(undefined, { signal: leave.signal })) {
    if (!existsSync(before[0] ?? '')) break;
  }
  leave.abort();
});
