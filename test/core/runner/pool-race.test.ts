import { existsSync, readdirSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { repositoryPlace } from '../../../core/runner/place';
import { createPool, findReady } from '../../../core/runner/pool';
import { createUnderWay } from '../../../core/runner/under-way';
import type { Execution } from '../../../core/starter/process';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { listReady } from '../../../core/store/ready-worktrees';
import { insertRepository, repositoryById, updateRepository } from '../../../core/store/repositories';
import { createWriter } from '../../../core/store/writer';
import { createBench } from '../git/fixture';

const bench = createBench();

/** A pool of one in a repository, and a git that can be held up after what it did. */
async function scene() {
  const { checkout } = await bench.repository();
  const { workTree: path, commonDir } = checkout;
  const db = openDatabase({ file: join(bench.folder, `${Date.now()}.db`) });
  const writer = createWriter(db);
  onTestFinished(async () => {
    await writer.close();
    closeDatabase(db);
  });
  const { id } = insertRepository(db, {
    ...{ path, commonDir, name: 'sample', trusted: false, trustHash: null, defaultBranch: 'main', at: 1 },
  });
  updateRepository(db, id, { pool: 1 });
  let hold = async (_: readonly string[]): Promise<void> => {};
  const execute = async (what: Execution) => {
    const ended = await bench.git.execute(what);
    await hold(what.args);
    return ended;
  };
  const folders = { transcripts: bench.folder, worktrees: join(bench.folder, 'worktrees') };
  const deps = {
    ...{ db, writer, git: { ...bench.git, execute }, folders, now: Date.now, retirements: createUnderWay() },
    ...{ owner: 'test', namespace: async () => null, agentEnvironment: async () => bench.environment },
    log: (_: string, message: string) => {
      throw new Error(message);
    },
  };
  let filled = () => {};
  const pool = createPool({ ...deps, onChange: () => filled() });
  onTestFinished(() => pool.close());
  const row = repositoryById(db, id);
  const place = await repositoryPlace(deps.git, row);
  return {
    ...{ pool, row, commonDir },
    /** Has the repository's pool be of another size, as from the next filling. */
    resize: (to: number) => updateRepository(db, id, { pool: to }),
    /** As whoever is killed on the way to throw it away, or to make it, leaves it in the list. */
    leaveHalf: () => db.prepare('UPDATE ready_worktree SET git_dir = NULL').run(),
    find: () => findReady(deps, place, id),
    ready: () => listReady(db).map((one) => ({ path: one.path, whole: one.gitDir !== null })),
    take: (found: Awaited<ReturnType<typeof findReady>>) => writer.write((at) => found?.take(at) ?? false),
    /** Resolves when the pool is filled next; `then` is called in that very moment. */
    filled: (then = () => {}) =>
      new Promise<void>((resolve) => {
        filled = () => {
          then();
          resolve();
        };
      }),
    /** Holds up each git whose arguments hold a word, until `count` of them are held up or it is let go on. */
    holdUp(word: string, count: number): { held: Promise<void>; goOn(): void } {
      let goOn = () => {};
      let isHeld = () => {};
      const held = new Promise<void>((resolve) => {
        isHeld = resolve;
      });
      const gate = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      let left = count;
      hold = async (args) => {
        if (!args.includes(word)) return;
        left -= 1;
        if (left <= 0) isHeld();
        await gate;
      };
      return { held, goOn };
    },
  };
}

it('of two that take from the pool at once one gets it, and what was asked for while it was filled is made', async () => {
  const { pool, row, find, take, ready, filled, holdUp } = await scene();
  let isFilled = filled();
  pool.wake();
  await isFilled;
  const [first] = ready();

  // Both have looked it through when either takes it.
  const looking = holdUp('ls-files', 2);
  const both = Promise.all([find(), find()]);
  await looking.held;
  looking.goOn();
  const [one, other] = await both;
  expect([one?.path, other?.path]).toEqual([first?.path, first?.path]);
  expect([await take(one), await take(other)]).toEqual([true, false]);

  // While the next one is made it is nobody's to take, and whoever would have it asks for another one.
  const making = holdUp('add', 1);
  isFilled = filled();
  pool.wake();
  await making.held;
  expect(ready()).toMatchObject([{ whole: false }]);
  expect(await find()).toBeNull();
  pool.wake();
  making.goOn();
  await isFilled;
  const second = await find();
  expect(second?.path).not.toBe(first?.path);

  // The second is taken and another one asked for in the moment in which the pool is full.
  expect(await take(second)).toBe(true);
  let third: Promise<boolean> | undefined;
  isFilled = filled(() => {
    third = find().then(take);
    void third.then(pool.wake);
  });
  pool.wake();
  await isFilled;
  isFilled = filled();
  expect(await third).toBe(true);
  await isFilled;
  expect(ready()).toMatchObject([{ whole: true }]);

  // Emptying it does not take what is being made for one that was left half made.
  const again = holdUp('add', 1);
  expect(await take(await find())).toBe(true);
  pool.wake();
  await again.held;
  const [half] = ready();
  const emptied = pool.empty(row);
  again.goOn();
  await emptied;
  expect([ready(), existsSync(half?.path ?? '')]).toEqual([[], false]);
});

it('a worktree that is thrown away is in the list, as one nobody can take, until it is gone', async () => {
  const { pool, row, find, ready, filled, holdUp } = await scene();
  const isFilled = filled();
  pool.wake();
  await isFilled;
  const [{ path } = { path: '' }] = ready();
  await writeFile(join(path, 'mine.txt'), 'mine');
  // Whatever is killed here is found half gone, and taken away, by the next start.
  const keeping = holdUp('update-ref', 1);
  const emptied = pool.empty(row);
  await keeping.held;
  expect(ready()).toEqual([{ path, whole: false }]);
  expect(await find()).toBeNull();
  keeping.goOn();
  await emptied;
  expect([ready(), existsSync(path)]).toEqual([[], false]);
});

it.each([
  ['its folder was moved aside', (path: string) => rename(path, `${path}.removing`)],
  [
    'all but what git finds it by was removed',
    async (path: string, note: string) => {
      await rm(path, { recursive: true });
      for (const name of readdirSync(note)) if (name !== 'gitdir') await rm(join(note, name), { recursive: true });
    },
  ],
  [
    'git had begun to make it',
    async (path: string) => {
      for (const name of readdirSync(path)) if (name !== '.git') await rm(join(path, name), { recursive: true });
      await rm(join(path, '.git'));
    },
  ],
])('a worktree that was left half made or half removed goes with all that git noted of it: %s', async (_, kill) => {
  const { pool, commonDir, ready, filled, resize, leaveHalf } = await scene();
  const notes = join(commonDir, 'worktrees');
  let isFilled = filled();
  pool.wake();
  await isFilled;
  const [{ path } = { path: '' }] = ready();
  const [note = ''] = readdirSync(notes);
  leaveHalf();
  await kill(path, join(notes, note));
  resize(0);
  isFilled = filled();
  pool.wake();
  await isFilled;
  expect([ready(), readdirSync(dirname(path)), readdirSync(notes)]).toEqual([[], [], []]);
});

it('a folder that somebody wrote into where a worktree was half removed stays, with what git noted of it', async () => {
  const { pool, commonDir, ready, filled, resize, leaveHalf } = await scene();
  let isFilled = filled();
  pool.wake();
  await isFilled;
  const [{ path } = { path: '' }] = ready();
  leaveHalf();
  await rm(join(path, '.git'));
  await writeFile(join(path, 'mine.txt'), 'mine');
  resize(0);
  isFilled = filled();
  pool.wake();
  await isFilled;
  expect([existsSync(join(path, 'mine.txt')), readdirSync(join(commonDir, 'worktrees')).length]).toEqual([true, 1]);
});
