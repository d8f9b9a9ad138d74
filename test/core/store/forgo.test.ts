import { describe, expect, test } from 'vitest';
import { claimTasks } from '../../../core/store/claims';
import type { Database } from '../../../core/store/database';
import { forgoTakeover } from '../../../core/store/forgo';
import { clearLimit, noteLimit } from '../../../core/store/limits';
import { askTakeover } from '../../../core/store/takeovers';
import { taskRow } from '../../../core/store/task-row';
import { readTask } from '../../../core/store/task-view';
import { goOnNow, patchTask } from '../../../core/store/tasks';
import { addTask, temporaryStore } from './store';

const hour = 3_600_000;

/** Asks to take a queued task over as the call does. */
function take(db: Database, task: number, at: number): void {
  const { run_after: runAfter, parked, queued_reason: reason, go_on: goOn } = taskRow(db, task);
  goOnNow(db, { task, at, why: 'You take over in a terminal.' });
  const asked = { interrupts: false, size: { columns: 80, rows: 24 }, by: 'person', former: null };
  askTakeover(db, { task, ...asked, at, waited: { runAfter, parked, reason, goOn: goOn === 1 } });
}

function forgo(db: Database, task: number, at: number) {
  return forgoTakeover(db, { task, by: 'person', reason: 'Not taken over after all.', at });
}

const claim = (db: Database, now: number) =>
  claimTasks(db, { worker: 'w', limit: 1, now, leaseMs: 1000 }).map(({ task }) => task);

/** One task whose agent's provider refused it, and one that waits with it, parked. */
function held(): { readonly db: Database; readonly refused: number; readonly task: number } {
  const { db } = temporaryStore();
  const refused = addTask(db);
  claim(db, 100);
  const limit = { kind: 'limit' as const, until: hour };
  noteLimit(db, { agent: 'echo', limit, reason: 'Too much.', task: refused, parks: 0, claimedAt: 100, at: 200 });
  const task = addTask(db);
  claim(db, 300);
  return { db, refused, task };
}

describe('a queued task that nobody drives after all', () => {
  test('is parked again until the same time and for the same reason', () => {
    const { db, task } = held();
    const before = readTask(db, task);
    expect(before).toMatchObject({ parked: 'agent', queuedReason: expect.stringContaining('Too much.') });
    take(db, task, 400);
    expect(readTask(db, task)).toMatchObject({ parked: null, runAfter: null });
    expect(forgo(db, task, 500)).toEqual({ moved: false, withdrawn: [] });
    const { parked, runAfter, queuedReason } = before;
    expect(readTask(db, task)).toMatchObject({ state: 'queued', parked, runAfter, queuedReason, takeover: null });
    expect(claim(db, 600)).toEqual([]);
  });

  test('is so too when a worker had it in hand already', () => {
    const { db, task } = held();
    const { parked, runAfter, queuedReason } = readTask(db, task);
    take(db, task, 400);
    expect(claim(db, 450)).toEqual([task]);
    expect(forgo(db, task, 500).moved).toBe(true);
    expect(readTask(db, task)).toMatchObject({ state: 'queued', parked, runAfter, queuedReason, attempt: 0 });
  });

  test('comes up at once when what held it is over meanwhile', () => {
    const { db, refused, task } = held();
    take(db, task, 400);
    expect(clearLimit(db, { agent: 'echo', task: refused, began: 450 })).toEqual([]);
    forgo(db, task, 500);
    expect(readTask(db, task)).toMatchObject({ parked: null, runAfter: null, queuedReason: null });
    expect(claim(db, 600)).toEqual([task]);
  });

  test('comes up to be looked at when a budget held it, which may have been raised', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const patch = { parked: 'budget' as const, runAfter: hour, queuedReason: 'The day’s budget is spent.' };
    patchTask(db, { task, patch, at: 100 });
    take(db, task, 200);
    forgo(db, task, 300);
    expect(claim(db, 400)).toEqual([task]);
  });

  test('keeps the longer wait of one that was refused again and again', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const patch = { parked: 'limit' as const, parks: 3, runAfter: hour, queuedReason: 'Refused three times.' };
    patchTask(db, { task, patch, at: 100 });
    take(db, task, 200);
    forgo(db, task, 300);
    expect(readTask(db, task)).toMatchObject({ parked: 'limit', runAfter: hour, queuedReason: 'Refused three times.' });
  });

  test('says no more that it is taken over, but why it was queued', () => {
    const { db } = temporaryStore();
    const [retried, plain] = [addTask(db), addTask(db)];
    const patch = { runAfter: hour, queuedReason: 'It broke and is tried again.' };
    patchTask(db, { task: retried, patch, at: 100 });
    for (const task of [retried, plain]) {
      take(db, task, 200);
      forgo(db, task, 300);
    }
    expect(readTask(db, retried)).toMatchObject(patch);
    expect(readTask(db, plain)).toMatchObject({ runAfter: null, queuedReason: null });
  });

  test('goes on all the same when the person had asked for that before', () => {
    const { db, task } = held();
    goOnNow(db, { task, at: 350 });
    take(db, task, 400);
    forgo(db, task, 500);
    expect(readTask(db, task)).toMatchObject({ parked: null, queuedReason: 'You asked for it to go on now.' });
    expect(claim(db, 600)).toEqual([task]);
  });

  test('whose time has come while it was taken is due, and not parked any more', () => {
    const { db, task } = held();
    take(db, task, 400);
    forgo(db, task, 3 * hour);
    expect(readTask(db, task)).toMatchObject({ parked: null, runAfter: null, queuedReason: null });
    expect(claim(db, 3 * hour)).toEqual([task]);
  });
});
