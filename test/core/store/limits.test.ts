import { describe, expect, test } from 'vitest';
import type { ProviderLimit } from '../../../core/contract/park';
import { staggerMs } from '../../../core/contract/park';
import { claimTasks } from '../../../core/store/claims';
import type { Database } from '../../../core/store/database';
import { agentLimit, clearLimit, endLimit, lastClaimed, noteLimit, settleLimits } from '../../../core/store/limits';
import { readTask } from '../../../core/store/task-view';
import { goOnNow, type Move, moveTask } from '../../../core/store/tasks';
import { addTask, temporaryStore } from './store';

const hour = 3_600_000;

function claim(db: Database, now: number, limit = 10): { claimed: number[]; held: number[] } {
  const held: number[] = [];
  const onHeld = (task: number) => held.push(task);
  const claimed = claimTasks(db, { worker: 'w', limit, now, leaseMs: 1000, onHeld }).map(({ task }) => task);
  return { claimed, held };
}

function refuse(db: Database, task: number, at: number, more: { until?: number; parks?: number; claimedAt?: number }) {
  const limit: ProviderLimit = { kind: 'limit', until: more.until ?? null };
  const { parks = 0, claimedAt = at } = more;
  return noteLimit(db, { agent: 'echo', limit, reason: 'Too much.', task, parks, claimedAt, at });
}

describe('while the provider of an agent refuses', () => {
  test('its due tasks are parked instead of claimed, each with the reason and a moment of its own', () => {
    const { db } = temporaryStore();
    const [refused, waits, waitsToo] = [addTask(db), addTask(db), addTask(db)];
    claim(db, 100, 1);
    const { until } = refuse(db, refused, 200, { until: 200 + hour, claimedAt: 100 });
    expect(claim(db, 300)).toEqual({ claimed: [], held: [waits, waitsToo] });
    expect(readTask(db, waits)).toMatchObject({
      state: 'queued',
      parked: 'agent',
      attempt: 0,
      runAfter: until + staggerMs(waits),
      queuedReason: `Waits with task ${refused}: Too much.`,
    });
    expect(readTask(db, waits).runAfter).not.toBe(readTask(db, waitsToo).runAfter);
    expect(claim(db, 400)).toEqual({ claimed: [], held: [] });
  });

  test('other agents’ tasks are claimed in their place', () => {
    const { db } = temporaryStore();
    const refused = addTask(db);
    claim(db, 100);
    refuse(db, refused, 200, { until: 200 + hour });
    const [held, other] = [addTask(db), addTask(db, { agent: 'goose' })];
    expect(claim(db, 300, 1)).toEqual({ claimed: [other], held: [held] });
  });

  test('a task the person lets go on now is claimed all the same, once', () => {
    const { db } = temporaryStore();
    const refused = addTask(db);
    claim(db, 100);
    refuse(db, refused, 200, { until: 200 + hour });
    const task = addTask(db);
    claim(db, 300);
    goOnNow(db, { task, at: 400 });
    expect(readTask(db, task)).toMatchObject({ parked: null, runAfter: null });
    expect(claim(db, 500).claimed).toEqual([task]);
    expect(db.prepare('SELECT go_on FROM task WHERE id = ?').pluck().get(task)).toBe(0);
  });

  test('its tasks come up when the limit is over', () => {
    const { db } = temporaryStore();
    const refused = addTask(db);
    claim(db, 100);
    const { until } = refuse(db, refused, 200, { until: 200 + hour });
    const task = addTask(db);
    claim(db, 300);
    expect(claim(db, until + staggerMs(task)).claimed).toEqual([task]);
    expect(readTask(db, task)).toMatchObject({ state: 'running', parked: null, queuedReason: null });
  });

  test('its tasks come up at once when it turns out to work again', () => {
    const { db } = temporaryStore();
    const refused = addTask(db);
    claim(db, 100);
    refuse(db, refused, 200, { until: 200 + hour });
    const task = addTask(db);
    claim(db, 300);
    expect(clearLimit(db, { agent: 'echo', task: refused, began: 350 })).toEqual([task]);
    expect(claim(db, 400).claimed).toEqual([task]);
    expect(agentLimit(db, 'echo')).toBeUndefined();
  });
});

describe('a turn that went through', () => {
  test('ends no limit that was noted while it went on', () => {
    const { db } = temporaryStore();
    const [worked, refused] = [addTask(db), addTask(db)];
    claim(db, 100);
    refuse(db, refused, 200, { until: 200 + hour, claimedAt: 100 });
    const waits = addTask(db);
    claim(db, 300);
    expect(clearLimit(db, { agent: 'echo', task: worked, began: 150 })).toEqual([]);
    expect(agentLimit(db, 'echo')).toMatchObject({ task: refused });
    expect(readTask(db, waits)).toMatchObject({ parked: 'agent' });
  });
});

describe('when a task was claimed', () => {
  test('is not when it last went on after an answer', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    expect(lastClaimed(db, task)).toBe(0);
    claim(db, 100);
    moveTask(db, { task, to: 'waiting', by: 'runner', reason: 'Which?', at: 200 });
    moveTask(db, { task, to: 'running', by: 'person', reason: 'Answered.', at: 300 });
    expect(lastClaimed(db, task)).toBe(100);
  });
});

describe('how often a provider refused', () => {
  test('counts tasks that were at work together once', () => {
    const { db } = temporaryStore();
    const [one, other] = [addTask(db), addTask(db)];
    expect(refuse(db, one, 200, { claimedAt: 100 })).toMatchObject({ times: 1, until: 60_200 });
    expect(refuse(db, other, 250, { claimedAt: 100 })).toMatchObject({ times: 1, until: 60_200 });
    expect(refuse(db, one, 70_000, { claimedAt: 65_000, parks: 1 })).toMatchObject({ times: 2, until: 190_000 });
  });

  test('counts for a task alone when others of its agent work meanwhile', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    expect(refuse(db, task, 200, { parks: 4 })).toMatchObject({ times: 5 });
  });
});

describe('a limit that nothing proves any more', () => {
  /** Tasks that the provider refused, and two that wait with them. */
  function refusedAndHeld(refusals: number) {
    const { db } = temporaryStore();
    const refused = Array.from({ length: refusals }, () => addTask(db));
    claim(db, 100);
    for (const [index, task] of refused.entries()) {
      const { until } = refuse(db, task, 200 + index, { until: (index + 1) * hour, claimedAt: 100 });
      const patch = { parked: 'limit', parks: 1, runAfter: until + staggerMs(task), queuedReason: 'Refused.' } as const;
      moveTask(db, { task, to: 'queued', by: 'runner', reason: 'Refused.', at: 200, patch });
    }
    const held = [addTask(db), addTask(db)];
    claim(db, 300);
    const move = (task: number, to: Move['to'], patch: Move['patch'] = {}) =>
      moveTask(db, { task, to, by: 'person', reason: 'So it is.', at: 400, patch });
    return { db, refused: refused as [number, ...number[]], held, move };
  }

  test('is over when the task that was refused is cancelled: the others are tried one after the other', () => {
    const { db, refused, held, move } = refusedAndHeld(1);
    expect(settleLimits(db, 350)).toEqual([]);
    move(refused[0], 'cancelled');
    expect(settleLimits(db, 400)).toEqual(held);
    expect(agentLimit(db, 'echo')).toBeUndefined();
    const [first, second] = held
      .map((task) => readTask(db, task))
      .sort((a, b) => Number(a.runAfter) - Number(b.runAfter));
    expect(first).toMatchObject({ parked: 'agent', runAfter: 400, queuedReason: expect.stringContaining('task 1,') });
    expect(second?.runAfter).toBeGreaterThan(400);
    expect(second?.runAfter).toBeLessThan(60_400);
    expect(claim(db, 400).claimed).toEqual([first?.id]);
    expect(settleLimits(db, 400)).toEqual([]);
  });

  test.each(['waiting', 'failed', 'review'] as const)(
    'is over when it went on and is %s, of something else, but not while it asks again',
    (to) => {
      const { db, refused, held, move } = refusedAndHeld(1);
      goOnNow(db, { task: refused[0], at: 350 });
      expect(settleLimits(db, 350)).toEqual([]);
      expect(claim(db, 360).claimed).toEqual(refused);
      expect(settleLimits(db, 360)).toEqual([]);
      move(refused[0], to);
      expect(settleLimits(db, 400)).toEqual(held);
    },
  );

  test('becomes that of another task which is refused, with its reason and its time', () => {
    const { db, refused, held, move } = refusedAndHeld(2);
    move(refused[1] ?? 0, 'cancelled');
    expect(settleLimits(db, 400)).toEqual(held);
    const until = hour + 2000;
    expect(agentLimit(db, 'echo')).toMatchObject({ task: refused[0], until });
    for (const task of held) {
      const reason = `Waits with task ${refused[0]}: Refused.`;
      expect(readTask(db, task)).toMatchObject({ runAfter: until + staggerMs(task), queuedReason: reason });
    }
    move(refused[0], 'cancelled');
    expect(settleLimits(db, 400)).toEqual(held);
    expect(agentLimit(db, 'echo')).toBeUndefined();
  });

  test('is over while a turn goes on that began after it and got something done, without forgetting who was refused', () => {
    const { db, refused, held } = refusedAndHeld(1);
    expect(endLimit(db, { agent: 'echo', began: 150 })).toEqual([]);
    expect(endLimit(db, { agent: 'echo', began: 350 })).toEqual([...refused, ...held]);
    expect(readTask(db, refused[0])).toMatchObject({ parked: null, parks: 1 });
  });
});
