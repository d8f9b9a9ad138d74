import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { TaskState } from '../../../core/contract/task';
import { claimTasks, extendClaim, releaseOwnerless } from '../../../core/store/claims';
import { closeDatabase, type Database, openDatabase } from '../../../core/store/database';
import { moveTask } from '../../../core/store/tasks';
import { readWaited } from '../../../core/store/waited';
import { addTask, temporaryFolder, temporaryStore } from './store';

const long = 1_000_000;

/** A task that is claimed at once, with a lease that outlasts the test. */
function begin(db: Database, at = 100, leaseMs = long): number {
  const task = addTask(db);
  claimTasks(db, { worker: 'w', limit: 10, now: at, leaseMs });
  return task;
}

const move = (db: Database, task: number, to: TaskState, at: number) =>
  moveTask(db, { task, to, at, by: 'runner', reason: 'r' });
const ms = (db: Database, since: number, now: number) => readWaited(db, { since, now }).ms;

test('a wait counts from the question to the answer, and on while nobody has answered', () => {
  const { db } = temporaryStore();
  const task = begin(db);
  expect(readWaited(db, { since: 0, now: 500 })).toEqual({ since: 0, at: 500, ms: 0, waiting: 0 });
  move(db, task, 'waiting', 1000);
  expect(readWaited(db, { since: 0, now: 1500 })).toEqual({ since: 0, at: 1500, ms: 500, waiting: 1 });
  move(db, task, 'running', 3000);
  expect(readWaited(db, { since: 0, now: 9000 })).toEqual({ since: 0, at: 9000, ms: 2000, waiting: 0 });
  move(db, task, 'waiting', 9000);
  expect(ms(db, 0, 9100)).toBe(2100);
});

test('tasks that wait at the same time add up', () => {
  const { db } = temporaryStore();
  const tasks = [begin(db), begin(db), begin(db)];
  for (const task of tasks) move(db, task, 'waiting', 1000);
  expect(readWaited(db, { since: 0, now: 2000 })).toMatchObject({ ms: 3000, waiting: 3 });
  move(db, tasks[0] ?? 0, 'running', 2000);
  expect(readWaited(db, { since: 0, now: 3000 })).toMatchObject({ ms: 5000, waiting: 2 });
});

test('of a wait that began before the day only the part in it counts, and none of one that ended before it', () => {
  const { db } = temporaryStore();
  const over = begin(db);
  move(db, over, 'waiting', 1000);
  move(db, over, 'running', 2000);
  const through = begin(db);
  move(db, through, 'waiting', 1500);
  const midnight = 5000;
  expect(ms(db, midnight, 6000)).toBe(1000);
  move(db, through, 'running', 7000);
  expect(ms(db, midnight, 9000)).toBe(2000);
  expect(ms(db, 2000, 9000)).toBe(5000);
});

test('a question left over in a task nobody works on does not count', () => {
  const { db } = temporaryStore();
  const task = begin(db);
  move(db, task, 'waiting', 1000);
  move(db, task, 'queued', 2000);
  expect(readWaited(db, { since: 0, now: 60_000 })).toMatchObject({ ms: 1000, waiting: 0 });
});

test('after a crash nobody has waited longer than the lease held, however late the next start is', () => {
  const { db } = temporaryStore();
  const task = begin(db, 100, 2000);
  move(db, task, 'waiting', 1000);
  extendClaim(db, { claim: { task, generation: 1 }, leaseUntil: 4000 });
  expect(ms(db, 0, 50_000)).toBe(3000);
  releaseOwnerless(db, { at: 50_000 });
  expect(readWaited(db, { since: 0, now: 60_000 })).toMatchObject({ ms: 3000, waiting: 0 });
});

test('a clock that was put back makes no time of less than nothing', () => {
  const { db } = temporaryStore();
  const task = begin(db);
  move(db, task, 'waiting', 5000);
  expect(ms(db, 0, 3000)).toBe(0);
  move(db, task, 'running', 4000);
  expect(ms(db, 0, 9000)).toBe(0);
});

test('a hundred thousand old waits cost nothing: only those of the day are looked at', () => {
  const { db } = temporaryStore();
  const task = begin(db);
  db.transaction(() => {
    const insert = db.prepare(
      `INSERT INTO task_transition (task_id, number, from_state, to_state, at, by, reason) VALUES (?, ?, ?, ?, ?, '', '')`,
    );
    for (let number = 2; number < 200_000; number += 2) {
      insert.run(task, number, 'running', 'waiting', number);
      insert.run(task, number + 1, 'waiting', 'running', number + 1);
    }
  })();
  const quickest = (since: number, waited: number) => {
    const times = Array.from({ length: 10 }, () => {
      const before = performance.now();
      expect(ms(db, since, 300_000)).toBe(waited);
      return performance.now() - before;
    });
    return Math.min(...times);
  };
  // The control: what looks at all of them takes as long as that takes, whatever machine this is.
  expect(quickest(199_000, 500) * 10).toBeLessThan(quickest(0, 99_999));
});

test('every saved store tells it after the migration', () => {
  for (const name of readdirSync(join(import.meta.dirname, 'saved')).filter((file) => file.endsWith('.db'))) {
    const file = join(temporaryFolder(), 'switchyard.db');
    copyFileSync(join(import.meta.dirname, 'saved', name), file);
    const db = openDatabase({ file });
    onTestFinished(() => closeDatabase(db));
    // Its second task waits since 22, and its claim holds until 1020.
    expect(readWaited(db, { since: 0, now: 5000 })).toEqual({ since: 0, at: 5000, ms: 998, waiting: 1 });
  }
});
