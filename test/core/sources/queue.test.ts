import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createQueueSource, type QueueOptions, type QueueSource } from '../../../core/sources/queue';
import type { Claim } from '../../../core/sources/source';
import type { Released } from '../../../core/store/claims';
import type { Database } from '../../../core/store/database';
import { noteLimit } from '../../../core/store/limits';
import { readTask } from '../../../core/store/task-view';
import { moveTask } from '../../../core/store/tasks';
import { createWriter, type Writer } from '../../../core/store/writer';
import { addTask, land, temporaryStore } from '../store/store';

/** Only the clock and the timers are fakes; setImmediate, the database and its commits are real. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1000 }));
afterEach(() => void vi.useRealTimers());

interface Queue {
  readonly db: Database;
  readonly writer: Writer;
  readonly source: QueueSource;
  readonly released: (readonly Released[])[];
  readonly errors: unknown[];
}

function open(options: Partial<QueueOptions> = {}, db = temporaryStore().db): Queue {
  const writer = createWriter(db);
  const seen = {
    released: [] as (readonly Released[])[],
    errors: [] as unknown[],
  };
  const source = createQueueSource({
    db,
    writer,
    worker: 'w',
    now: () => Date.now(),
    leaseMs: 60_000,
    onReleased: (released) => seen.released.push(released),
    onError: (error) => seen.errors.push(error),
    ...options,
  });
  onTestFinished(() => source.close());
  return { db, writer, source, ...seen };
}

const never = new AbortController().signal;
const ids = (claims: readonly Claim[]) => claims.map((claim) => claim.task);

/** Lets every write that is in hand be committed and told. */
const settle = async ({ writer }: Queue) => {
  await writer.drain();
  await new Promise((resolve) => setImmediate(resolve));
};

/** Whether a promise is settled, without waiting for it. */
async function isPending(promise: Promise<unknown>, queue: Queue): Promise<boolean> {
  await settle(queue);
  return (await Promise.race([promise, Promise.resolve('pending')])) === 'pending';
}

describe('a worker that waits', () => {
  test('is handed a task in the very transaction that stores it', async () => {
    const queue = open();
    const next = queue.source.next(3, never);
    await settle(queue);
    let commits = 0;
    queue.writer.addTail(() => () => {
      commits += 1;
    });
    const task = await queue.writer.write((db) => addTask(db));
    expect(readTask(queue.db, task).state).toBe('running');
    expect(await next).toEqual([{ task, generation: 1, leaseUntil: 61_000 }]);
    expect(commits).toBe(1);
  });

  test('gets what is there already, up to its free slots', async () => {
    const queue = open();
    await queue.writer.write((db) => [1, 2, 3].map(() => addTask(db)));
    expect(ids(await queue.source.next(2, never))).toEqual([1, 2]);
    expect(ids(await queue.source.next(2, never))).toEqual([3]);
    expect(await queue.source.next(0, never)).toEqual([]);
  });

  test('shares with others: a task is given to one of them', async () => {
    const queue = open();
    const [first, second] = [queue.source.next(1, never), queue.source.next(1, never)];
    await queue.writer.write((db) => [addTask(db), addTask(db), addTask(db)]);
    expect([...ids(await first), ...ids(await second)]).toEqual([1, 2]);
    expect(readTask(queue.db, 3).state).toBe('queued');
  });

  test('starts a task when the last one it waits for lands', async () => {
    const queue = open();
    await queue.writer.write((db) => addTask(db, { after: [addTask(db)] }));
    expect(ids(await queue.source.next(5, never))).toEqual([1]);
    const next = queue.source.next(5, never);
    expect(await isPending(next, queue)).toBe(true);
    await queue.writer.write((db) => land(db, 1));
    expect(ids(await next)).toEqual([2]);
  });

  test('leaves empty-handed when its signal is aborted or the source closes, and the task stays', async () => {
    const queue = open();
    const leave = new AbortController();
    const [first, second] = [queue.source.next(1, leave.signal), queue.source.next(1, never)];
    await settle(queue);
    leave.abort();
    expect(await first).toEqual([]);
    queue.source.close();
    expect(await second).toEqual([]);
    expect(await queue.source.next(1, never)).toEqual([]);
    expect(await queue.source.next(1, leave.signal)).toEqual([]);
    await queue.writer.write((db) => addTask(db));
    expect(readTask(queue.db, 1).state).toBe('queued');
  });

  test('is served later when the transaction that would have served it fails', async () => {
    const queue = open();
    const next = queue.source.next(1, never);
    await settle(queue);
    const broken = queue.writer.write((db) => {
      addTask(db);
      db.pragma('defer_foreign_keys = ON');
      db.prepare("INSERT INTO task_message (task_id, text, by, created_at) VALUES (99, '', '', 0)").run();
    });
    await expect(broken).rejects.toThrow(/FOREIGN KEY/);
    expect(await isPending(next, queue)).toBe(true);
    await queue.writer.write((db) => addTask(db));
    expect(ids(await next)).toEqual([1]);
  });
});

describe('the clock', () => {
  test('starts a task when its time has come, by one timer and not by looking', async () => {
    const queue = open();
    const next = queue.source.next(1, never);
    await queue.writer.write((db) => [addTask(db, { runAfter: 5000 }), addTask(db, { runAfter: 9000 })]);
    await settle(queue);
    let writes = 0;
    queue.writer.addTail(() => {
      writes += 1;
      return undefined;
    });
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(3999);
    expect(await isPending(next, queue)).toBe(true);
    expect(writes).toBe(0);
    vi.advanceTimersByTime(1);
    await settle(queue);
    expect(ids(await next)).toEqual([1]);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('reaches dates further away than a timer can count', async () => {
    const queue = open();
    const next = queue.source.next(1, never);
    const runAfter = 1000 + 2 ** 31 + 5000;
    await queue.writer.write((db) => addTask(db, { runAfter }));
    await settle(queue);
    vi.advanceTimersByTime(2 ** 31 - 1);
    expect(await isPending(next, queue)).toBe(true);
    vi.advanceTimersByTime(5001);
    await settle(queue);
    expect(ids(await next)).toEqual([1]);
    expect(Date.now()).toBe(runAfter);
  });

  test('takes a task from a worker that stopped renewing, within the lease and five seconds', async () => {
    const queue = open();
    await queue.writer.write((db) => addTask(db));
    const [claim] = await queue.source.next(1, never);
    vi.advanceTimersByTime(40_000);
    expect(await queue.source.extend(claim as Claim)).toBe(true);
    await settle(queue);
    vi.advanceTimersByTime(59_999);
    await settle(queue);
    expect(queue.released).toEqual([]);
    vi.advanceTimersByTime(5000);
    await settle(queue);
    expect(queue.released).toEqual([[{ task: 1, from: 'running', to: 'queued' }]]);
    expect(await queue.source.extend(claim as Claim)).toBe(false);
    expect(await queue.source.next(1, never)).toMatchObject([{ task: 1, generation: 2 }]);
  });

  test('after a sleep lets live workers renew before anything is taken from them', async () => {
    const queue = open();
    await queue.writer.write((db) => [addTask(db), addTask(db)]);
    const [alive, dead] = await queue.source.next(2, never);
    await settle(queue);
    // The computer sleeps for an hour: the clock jumps, no timer fires meanwhile.
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(60_000);
    await settle(queue);
    expect(queue.released).toEqual([]);
    expect(await queue.source.extend(alive as Claim)).toBe(true);
    await settle(queue);
    vi.advanceTimersByTime(5000);
    await settle(queue);
    expect(queue.released.flat()).toEqual([{ task: dead?.task, from: 'running', to: 'queued' }]);
    expect(await queue.source.extend(alive as Claim)).toBe(true);
  });

  test('sweeps leases that ran out before the source was made', async () => {
    const first = open();
    await first.writer.write((db) => addTask(db));
    await first.source.next(1, never);
    first.source.close();
    vi.setSystemTime(500_000);
    const second = open({}, first.db);
    vi.advanceTimersByTime(5000);
    await settle(second);
    expect(second.released.flat()).toMatchObject([{ task: 1 }]);
  });

  test('tries again when a sweep could not be written', async () => {
    const queue = open();
    await queue.writer.write((db) => addTask(db));
    await queue.source.next(1, never);
    await settle(queue);
    const remove = queue.writer.addTail((db) => {
      db.pragma('defer_foreign_keys = ON');
      db.prepare("INSERT INTO task_message (task_id, text, by, created_at) VALUES (99, '', '', 0)").run();
      return undefined;
    });
    vi.advanceTimersByTime(61_000);
    await settle(queue);
    expect(queue.errors).toMatchObject([{ message: expect.stringContaining('FOREIGN KEY') }]);
    expect(queue.released).toEqual([]);
    remove();
    vi.advanceTimersByTime(1000);
    await settle(queue);
    expect(queue.released.flat()).toMatchObject([{ task: 1 }]);
  });

  test('has no timer left once the source is closed', async () => {
    const queue = open();
    await queue.writer.write((db) => addTask(db, { runAfter: 5000 }));
    // Nobody would be given it.
    expect(vi.getTimerCount()).toBe(0);
    const next = queue.source.next(1, never);
    await settle(queue);
    expect(vi.getTimerCount()).toBe(1);
    queue.source.close();
    expect(await next).toEqual([]);
    queue.source.notify();
    await queue.writer.write((db) => addTask(db, { runAfter: 6000 }));
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('notify looks again for what changed behind the writer', async () => {
  const queue = open();
  const next = queue.source.next(1, never);
  await settle(queue);
  addTask(queue.db);
  expect(await isPending(next, queue)).toBe(true);
  queue.source.notify();
  expect(ids(await next)).toEqual([1]);
  moveTask(queue.db, { task: 1, to: 'review', by: 'runner', reason: '', at: 1 });
});

describe('tasks that a limit holds', () => {
  test('come up by the clock when it is over, each at its own moment, also after a sleep', async () => {
    const held: number[] = [];
    const queue = open({ onHeld: (tasks) => held.push(...tasks) });
    const [refused, ...waiting] = await queue.writer.write((db) => [1, 2, 3].map(() => addTask(db)));
    const [claim] = await queue.source.next(1, never);
    const hour = 3_600_000;
    await queue.writer.write((db) => {
      const limit = { kind: 'limit', until: 1000 + hour } as const;
      noteLimit(db, {
        agent: 'echo',
        limit,
        reason: 'Too much.',
        task: refused ?? 0,
        parks: 0,
        claimedAt: 1000,
        at: 1000,
      });
      const patch = { parked: 'limit', runAfter: 1000 + 100 * hour, queuedReason: 'Too much.' } as const;
      moveTask(db, { task: claim?.task ?? 0, to: 'queued', by: 'runner', reason: 'Aside.', at: 1000, patch });
    });
    const first = queue.source.next(1, never);
    expect(await isPending(first, queue)).toBe(true);
    expect(held).toEqual(waiting);
    const moments = waiting.map((task) => readTask(queue.db, task).runAfter ?? 0);
    expect(new Set(moments).size).toBe(2);
    const [soonest = 0, latest = 0] = [...moments].sort((one, other) => one - other);
    await vi.advanceTimersByTimeAsync(soonest - 1000 - 1);
    expect(await isPending(first, queue)).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    await settle(queue);
    expect(ids(await first)).toEqual([waiting[moments.indexOf(soonest)]]);
    await queue.writer.write((db) => {
      moveTask(db, {
        task: waiting[moments.indexOf(soonest)] ?? 0,
        to: 'review',
        by: 'runner',
        reason: 'Aside.',
        at: soonest,
      });
    });
    const second = queue.source.next(1, never);
    expect(await isPending(second, queue)).toBe(true);
    // The computer slept past the moment of the other one.
    vi.setSystemTime(latest + hour);
    await vi.advanceTimersByTimeAsync(latest - soonest + 5000);
    await settle(queue);
    expect(ids(await second)).toEqual([waiting[moments.indexOf(latest)]]);
  });
});
