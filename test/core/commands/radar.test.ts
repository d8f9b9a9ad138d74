import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createRadar } from '../../../core/commands/radar';
import type { Execution } from '../../../core/starter/process';
import { claimTasks } from '../../../core/store/claims';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { addDependency } from '../../../core/store/dependencies';
import { overlapsOf } from '../../../core/store/overlaps';
import { insertRepository } from '../../../core/store/repositories';
import { moveTask, patchTask } from '../../../core/store/tasks';
import { createWriter } from '../../../core/store/writer';
import { createBench, write } from '../git/fixture';
import { addTask } from '../store/store';

const bench = createBench();
afterEach(() => void vi.useRealTimers());

/** Three changes of one line in review, each a task of its own, before a radar whose time stands still. */
async function scene() {
  const { checkout } = await bench.repository(undefined, { shared: 'line\n' });
  const { workTree: path, commonDir } = checkout;
  const db = openDatabase({ file: join(bench.folder, `${Date.now()}.db`) });
  const writer = createWriter(db);
  const said = { name: 'sample', trusted: false, trustHash: null, defaultBranch: 'main', at: 1 };
  const { id: repositoryId } = insertRepository(db, { ...said, path, commonDir });
  const git = (...args: string[]) => bench.plain(path, ...args).trim();
  const change = (branch: string, text: string): string => {
    git('checkout', '-q', '-B', branch);
    write(path, 'shared', text);
    git('commit', '-q', '-a', '-m', text);
    const head = git('rev-parse', 'HEAD');
    git('checkout', '-q', 'main');
    return head;
  };
  const tasks = ['a', 'b', 'c'].map((title) => addTask(db, { repositoryId, title }));
  claimTasks(db, { worker: 'w', limit: 3, now: 20, leaseMs: 1e9 });
  for (const task of tasks) {
    patchTask(db, { task, patch: { branch: `b${task}`, head: change(`b${task}`, `by ${task}\n`) }, at: 20 });
    moveTask(db, { task, to: 'review', by: 'runner', reason: 'Done.', at: 20 });
  }
  let gate: Promise<void> | null = null;
  let under = 0;
  const execute = async (what: Execution) => {
    under += 1;
    await gate;
    return bench.git.execute(what).finally(() => {
      under -= 1;
    });
  };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const told = { moved: 0, warnings: [] as string[] };
  let onNews = () => {};
  let time = 1e9;
  const radar = createRadar(
    () => ({
      ...{ db, writer, git: { ...bench.git, execute }, announce: () => onNews() },
      now: () => time,
      log: (_: string, message: string) => void told.warnings.push(message),
    }),
    { onBaseMoved: () => (told.moved += 1) },
  );
  onTestFinished(async () => {
    await radar.close();
    await writer.close();
    closeDatabase(db);
  });
  return {
    ...{ db, radar, tasks, git, change, told },
    /** Lets time go by. */
    async pass(ms: number) {
      time += ms;
      await vi.advanceTimersByTimeAsync(ms);
    },
    news: () =>
      new Promise<void>((resolve) => {
        onNews = resolve;
      }),
    /** With which other one each task meets, and in how many files they conflict. */
    meets: (task = 0) => overlapsOf(db, task).map((one) => `${one.with}:${one.conflicts}`),
    hold(): () => void {
      let goOn = () => {};
      gate = new Promise((resolve) => {
        goOn = resolve;
      });
      return () => {
        gate = null;
        goOn();
      };
    },
    /** How many gits are held up. */
    held: () => under,
  };
}

test('looks once for all that came in a second, one look after the other, and past every task it is after', async () => {
  const { db, radar, tasks, change, pass, news, meets, hold, told, held } = await scene();
  const [a = 0, b = 0, c = 0] = tasks;
  radar.wake();
  await pass(120_000);
  expect(meets(a)).toEqual([]);

  let found = news();
  radar.start();
  radar.wake();
  await pass(999);
  expect(meets(a)).toEqual([]);
  await pass(1);
  await found;
  expect([a, b, c].map(meets)).toEqual([
    [`${b}:1`, `${c}:1`],
    [`${a}:1`, `${c}:1`],
    [`${a}:1`, `${b}:1`],
  ]);

  // What changes while it looks is looked at when it is through, and found as it is then.
  const goOn = hold();
  patchTask(db, { task: a, patch: { head: change(`b${a}`, 'by a, otherwise\n') }, at: 30 });
  radar.wake();
  await pass(1_000);
  await vi.waitFor(() => expect(held()).toBeGreaterThan(0));
  const before = held();
  addDependency(db, { task: b, after: a, start: 'landed' });
  addDependency(db, { task: c, after: b, start: 'landed' });
  radar.wake();
  await pass(1_000);
  expect(held()).toBe(before);
  found = news();
  goOn();
  await found;
  // Each is after the one before it, and the last one after both.
  await vi.waitFor(() => expect([a, b, c].map(meets)).toEqual([[], [], []]));
  expect(told).toEqual({ moved: 0, warnings: [] });
});

test('finds where a branch and a base were moved by hand, told of something else or of nothing', async () => {
  const { radar, tasks, git, change, pass, news, meets, told } = await scene();
  const [a = 0, b = 0, c = 0] = tasks;
  let found = news();
  radar.start();
  await pass(1_000);
  await found;
  git('branch', '-f', 'other', 'main');
  git('update-ref', 'refs/heads/main', change('other', 'by hand\n'));
  radar.wake();
  found = news();
  await pass(1_000);
  await found;
  await vi.waitFor(() => expect(meets(a)).toEqual(['null:1', `${b}:1`, `${c}:1`]));
  // Nothing is done over for a base before its minute.
  expect(told.moved).toBe(0);

  const other = git('commit-tree', '-p', `b${a}~1`, '-m', 'Nothing of it', `b${a}~1^{tree}`);
  git('update-ref', `refs/heads/b${a}`, other);
  found = news();
  await pass(5_000);
  await found;
  await vi.waitFor(() => expect([a, b].map(meets)).toEqual([[], ['null:1', `${c}:1`]]));
  expect(told.warnings).toEqual([]);
});

test('says that a base was moved, which nobody else tells, within a minute', async () => {
  const { radar, tasks, git, change, pass, news, meets, told } = await scene();
  const found = news();
  radar.start();
  await pass(1_000);
  await found;
  const based = news();
  git('branch', '-f', 'moved', 'main');
  git('update-ref', 'refs/heads/main', change('moved', 'by hand\n'));
  await pass(60_000);
  await based;
  expect([told.moved, meets(tasks[0])[0]]).toEqual([1, 'null:1']);
});
