import { describe, expect, test } from 'vitest';
import { closedWhileDriven, moveLines, restartedWhileDriven } from '../../../core/contract/move-words';
import { lookAhead } from '../../../core/store/ahead';
import {
  claimTasks,
  crashesAllowed,
  expireClaims,
  extendClaim,
  giveUpClaims,
  releaseOwnerless,
} from '../../../core/store/claims';
import type { Database } from '../../../core/store/database';
import { askTakeover, beginTakeover, takeoverOf } from '../../../core/store/takeovers';
import { countTasks } from '../../../core/store/task-count';
import { readTask, readTaskDetail } from '../../../core/store/task-view';
import { moveTask } from '../../../core/store/tasks';
import { insertTerminal } from '../../../core/store/terminals';
import { listTransitions } from '../../../core/store/transitions';
import { recordWorktree } from '../../../core/store/worktrees';
import { addTask, temporaryStore } from './store';

const claim = (db: Database, { limit = 10, now = 100, leaseMs = 1000 } = {}) =>
  claimTasks(db, { worker: 'w', limit, now, leaseMs });

describe('a claim', () => {
  test('takes the highest priority first, in it the one due longest, and no more than asked', () => {
    const { db } = temporaryStore();
    const low = addTask(db, { priority: 'low_priority', at: 1 });
    const later = addTask(db, { at: 5, runAfter: 90 });
    const normal = addTask(db, { at: 20 });
    const high = addTask(db, { priority: 'high_priority', at: 99 });
    const early = addTask(db, { at: 30, runAfter: 10 });
    const ids = (limit: number) => claim(db, { limit }).map((taken) => taken.task);
    expect(ids(0)).toEqual([]);
    expect(ids(2)).toEqual([high, early]);
    expect(ids(10)).toEqual([normal, later, low]);
    expect(ids(10)).toEqual([]);
  });

  test('leaves a task alone until its time has come', () => {
    const { db } = temporaryStore();
    const task = addTask(db, { runAfter: 500 });
    expect(claim(db, { now: 499 })).toEqual([]);
    expect(claim(db, { now: 500 })).toEqual([{ task, generation: 1, leaseUntil: 1500 }]);
    expect(readTask(db, task)).toMatchObject({ state: 'running', attempt: 1, runAfter: null, stateSince: 500 });
    expect(readTaskDetail(db, task).transitions.at(-1)).toMatchObject({ from: 'queued', to: 'running', by: 'runner' });
  });

  test('is not kept from a task by a clock that was set back', () => {
    const { db } = temporaryStore();
    const task = addTask(db, { at: 10_000 });
    expect(claim(db, { now: 100 }).map((taken) => taken.task)).toEqual([task]);
  });

  test('keeps the counts right', () => {
    const { db } = temporaryStore();
    for (const priority of ['high_priority', 'default', 'low_priority', 'default'] as const) addTask(db, { priority });
    claim(db, { limit: 3 });
    expect(countTasks(db)).toMatchObject({ queued: 1, running: 3 });
  });

  test('is renewed by who holds it and by nobody else', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const [first] = claim(db);
    expect(extendClaim(db, { claim: { task, generation: 1 }, leaseUntil: 5000 })).toBe(true);
    expect(expireClaims(db, { now: 4999 })).toEqual([]);
    expect(expireClaims(db, { now: 5000 })).toEqual([{ task, from: 'running', to: 'queued' }]);
    expect(extendClaim(db, { claim: first ?? { task, generation: 0 }, leaseUntil: 9000 })).toBe(false);
    claim(db);
    expect(extendClaim(db, { claim: { task, generation: 1 }, leaseUntil: 9000 })).toBe(false);
    moveTask(db, { task, to: 'waiting', by: 'runner', reason: '', at: 100 });
    expect(extendClaim(db, { claim: { task, generation: 2 }, leaseUntil: 9000 })).toBe(true);
  });
});

describe('a claim whose worker is gone', () => {
  test('goes back to the queue with a reason, and the poison task fails at the third crash', () => {
    const { db } = temporaryStore();
    const poison = addTask(db, { maxAttempts: 20 });
    const other = addTask(db);
    const starts: number[] = [];
    for (let now = 1000; now < 20_000; now += 1000) {
      for (const taken of claim(db, { now, leaseMs: 500 })) {
        starts.push(taken.task);
        if (taken.task === other) moveTask(db, { task: other, to: 'review', by: 'runner', reason: '', at: now });
      }
      expireClaims(db, { now: now + 500 });
      if (now === 1000)
        expect(readTask(db, poison)).toMatchObject({
          state: 'queued',
          queuedReason: expect.stringContaining('crash 1 of 3'),
        });
    }
    expect(starts).toEqual([poison, other, poison, poison]);
    expect(crashesAllowed).toBe(3);
    expect(readTask(db, poison)).toMatchObject({ state: 'failed', error: expect.stringContaining('3rd time') });
    expect(readTask(db, other).state).toBe('review');
    moveTask(db, { task: poison, to: 'queued', by: 'person', reason: 'Retried.', at: 30_000 });
    claim(db, { now: 30_000 });
    expect(expireClaims(db, { now: 40_000 })).toMatchObject([{ to: 'queued' }]);
  });

  test('fails when no attempt is left', () => {
    const { db } = temporaryStore();
    const task = addTask(db, { maxAttempts: 1 });
    claim(db);
    expect(expireClaims(db, { now: 5000 })).toEqual([{ task, from: 'running', to: 'failed' }]);
    expect(readTask(db, task).error).toContain('attempt 1 of 1');
  });
});

describe('at start', () => {
  const held = () => {
    const { db } = temporaryStore();
    const [running, waiting, queued] = [addTask(db), addTask(db), addTask(db)] as const;
    claim(db, { limit: 2, leaseMs: 1e9 });
    moveTask(db, { task: waiting, to: 'waiting', by: 'runner', reason: 'asks', at: 100 });
    return { db, running, waiting, queued };
  };

  test('nothing is left running without an owner, whatever its lease says', () => {
    const { db, running, waiting, queued } = held();
    expect(releaseOwnerless(db, { at: 200 })).toEqual([
      { task: running, from: 'running', to: 'queued' },
      { task: waiting, from: 'waiting', to: 'queued' },
    ]);
    expect(countTasks(db)).toMatchObject({ queued: 3, running: 0, waiting: 0 });
    expect(claim(db, { now: 200 }).map((taken) => [taken.task, taken.generation])).toEqual([
      [running, 2],
      [waiting, 2],
      [queued, 1],
    ]);
    expect(readTask(db, running).attempt).toBe(2);
    expect(listTransitions(db, running).map(({ attempt }) => attempt)).toEqual([1, null, 2]);
    expect(readTask(db, waiting).attempt).toBe(1);
  });

  test('what a runtime that closed gave up counts no attempt and no crash, however often', () => {
    const { db, running, waiting } = held();
    for (let quit = 1; quit <= 5; quit += 1) {
      const claims = [running, waiting].map((task) => ({ task, generation: quit }));
      giveUpClaims(db, claims);
      expect(expireClaims(db, { now: 1e12 })).toEqual([]);
      releaseOwnerless(db, { at: 200 });
      expect(readTask(db, running)).toMatchObject({ attempt: 0, queuedReason: 'Switchyard was closed.' });
      expect(readTask(db, waiting)).toMatchObject({ state: 'queued', attempt: 0 });
      claim(db, { limit: 2, now: 300 });
    }
  });

  test('one that the person drives says so, however Switchyard ended, and counts neither', () => {
    const { db, running: task } = held();
    const size = { columns: 80, rows: 24 };
    askTakeover(db, { task, interrupts: true, size, by: 'person', at: 110, former: null, waited: null });
    const repository = readTask(db, task).repositoryId;
    const place = { path: '/w', branch: 'switchyard/task-1', state: 'ready', ownerPid: 1, ownerStart: '1' } as const;
    recordWorktree(db, { task, repository, ...place, at: 100 });
    const terminal = insertTerminal(db, { task, kind: 'agent', command: 'echo', at: 120 });
    const takeover = takeoverOf(db, task)?.id ?? 0;
    beginTakeover(db, { takeover, terminal, mark: '0', keyHash: null, afterEvent: 0, at: 120 });
    for (const reason of [restartedWhileDriven, closedWhileDriven]) {
      if (reason === closedWhileDriven) giveUpClaims(db, claim(db, { now: 300 }));
      releaseOwnerless(db, { at: 400 });
      expect(readTask(db, task)).toMatchObject({ state: 'queued', attempt: 0, queuedReason: reason });
    }
    const lines = moveLines({ transitions: listTransitions(db, task), maxAttempts: 3, edits: [] });
    expect(lines.map(({ text }) => text)).toEqual([restartedWhileDriven, closedWhileDriven]);
  });

  test('what was given up by a claim that no longer holds is not excused', () => {
    const { db, running } = held();
    giveUpClaims(db, [{ task: running, generation: 0 }]);
    releaseOwnerless(db, { at: 200 });
    expect(readTask(db, running).queuedReason).toContain('crash 1 of 3');
  });

  test('a task that only waited for an answer is never poison, however often the computer was switched off', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    for (let start = 0; start < 10; start++) {
      claim(db);
      moveTask(db, { task, to: 'waiting', by: 'runner', reason: 'asks', at: 100 });
      releaseOwnerless(db, { at: 200 });
    }
    expect(readTask(db, task)).toMatchObject({ state: 'queued', attempt: 0 });
  });

  test('a restart of the computer counts no attempt and no crash, however often, and says so', () => {
    const { db, running, waiting } = held();
    for (let start = 0; start < 5; start++) {
      releaseOwnerless(db, { at: 200, rebooted: true });
      const reason = 'The computer was restarted while it ran.';
      expect(readTask(db, running)).toMatchObject({ state: 'queued', attempt: 0, queuedReason: reason });
      expect(readTask(db, waiting)).toMatchObject({ state: 'queued' });
      claim(db, { limit: 2, now: 300 });
    }
  });

  test('a task that kills the app each time is started three times', () => {
    const { db } = temporaryStore();
    const task = addTask(db, { maxAttempts: 20 });
    let starts = 0;
    for (let start = 0; start < 6; start++) {
      starts += claim(db).length;
      releaseOwnerless(db, { at: 200 });
    }
    expect(starts).toBe(3);
    expect(readTask(db, task)).toMatchObject({ state: 'failed', attempt: 3 });
  });
});

test('the next due time is the earliest of what waits for the clock and what is in hand', () => {
  const { db } = temporaryStore();
  expect(lookAhead(db, 100).next).toBe(null);
  const first = addTask(db, { runAfter: 900 });
  addTask(db, { runAfter: 700, priority: 'low_priority' });
  addTask(db, { runAfter: 600, after: [first] });
  expect(lookAhead(db, 100).next).toBe(700);
  addTask(db);
  claim(db, { now: 100, leaseMs: 300 });
  expect(lookAhead(db, 100).next).toBe(400);
});
