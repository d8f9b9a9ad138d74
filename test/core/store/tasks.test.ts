import { describe, expect, test } from 'vitest';
import { type TaskState, taskDetailSchema, taskSchema, taskStates, taskTransitions } from '../../../core/contract/task';
import { endCheck, endOpenChecks, listCheckDetails, listChecks, startCheck } from '../../../core/store/checks';
import { claimTasks } from '../../../core/store/claims';
import type { Database } from '../../../core/store/database';
import { addDependency, dependants } from '../../../core/store/dependencies';
import { ranOnChange, tasksWithDueChecks } from '../../../core/store/due-checks';
import { addMessage, markMessagesDelivered, pendingMessages } from '../../../core/store/messages';
import { deleteRepository } from '../../../core/store/repositories';
import { insertSession, updateSession } from '../../../core/store/sessions';
import { StaleClaim } from '../../../core/store/stale-claim';
import { countTasks } from '../../../core/store/task-count';
import { listTasks, readTask, readTaskDetail, snapshotTasks } from '../../../core/store/task-view';
import { taskWork } from '../../../core/store/task-work';
import { moveTask, patchTask } from '../../../core/store/tasks';
import { addTask, land, temporaryStore } from './store';

const now = 100;

/** A task brought into a state by the moves a real one makes. */
function taskIn(db: Database, state: TaskState): number {
  const task = addTask(db);
  const move = (to: TaskState, patch = {}) => moveTask(db, { task, to, by: 'test', reason: 'test', at: now, patch });
  if (state === 'queued') return task;
  if (state === 'cancelled') move('cancelled');
  else {
    claimTasks(db, { worker: 'w', limit: 100, now, leaseMs: 1000 });
    if (state === 'waiting') move('waiting');
    if (state === 'review' || state === 'done') move('review');
    if (state === 'done') move('done', { outcome: 'discarded' });
    if (state === 'failed') move('failed', { error: 'broken' });
  }
  return task;
}

describe('a task', () => {
  test('reads back as the contract has it, in every state', () => {
    const { db } = temporaryStore();
    for (const state of taskStates) {
      const task = readTaskDetail(db, taskIn(db, state));
      expect(taskDetailSchema.parse(task)).toEqual(task);
      expect(task.state).toBe(state);
    }
  });

  test('carries what was asked for, its history and nothing it does not know yet', () => {
    const { db } = temporaryStore();
    const id = addTask(db, { runAfter: 500, by: 'orchestrator', priority: 'high_priority' });
    expect(readTaskDetail(db, id)).toMatchObject({
      title: 'Say hello',
      prompt: 'Write hello into a file.',
      repository: '/work/sample',
      runAfter: 500,
      priority: 'high_priority',
      attempt: 0,
      branch: null,
      session: null,
      usage: { inputTokens: null, outputTokens: null, costUsd: null },
      requests: [],
      checks: [],
      transitions: [{ from: null, to: 'queued', at: 10, by: 'orchestrator', reason: 'Created.', attempt: null }],
      edits: [],
    });
  });

  test('of a repository that does not exist is refused', () => {
    const { db } = temporaryStore();
    expect(() => addTask(db, { repositoryId: 9 })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => readTask(db, 9)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(countTasks(db).queued).toBe(0);
  });

  test('sums usage over its sessions and keeps unknown apart from zero', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const first = insertSession(db, { task, agent: 'echo', at: now });
    updateSession(db, { session: first, usage: { inputTokens: 10, outputTokens: null, costUsd: null } });
    updateSession(db, { session: first, usage: { inputTokens: 5, outputTokens: null, costUsd: 0.25 } });
    const second = insertSession(db, { task, agent: 'echo', at: now });
    updateSession(db, { session: second, usage: { inputTokens: 1, outputTokens: null, costUsd: null } });
    expect(readTask(db, task)).toMatchObject({
      session: second,
      usage: { inputTokens: 16, outputTokens: null, costUsd: 0.25 },
    });
  });
});

describe('a move', () => {
  test('is made exactly when the table has it, whatever the two states', () => {
    const { db } = temporaryStore();
    for (const from of taskStates) {
      for (const to of taskStates) {
        const task = taskIn(db, from);
        const patch = {
          ...(to === 'done' && { outcome: 'answered' as const }),
          ...(to === 'failed' && { error: 'x' }),
        };
        const move = () => moveTask(db, { task, to, by: 'test', reason: 'because', at: now, patch });
        // Only a claim makes a queued task run.
        if (taskTransitions[from].includes(to) && !(from === 'queued' && to === 'running')) {
          move();
          expect(readTaskDetail(db, task).transitions.at(-1)).toEqual({
            from,
            to,
            at: now,
            by: 'test',
            reason: 'because',
            attempt: null,
          });
        } else {
          const before = readTaskDetail(db, task);
          expect(move).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
          expect(readTaskDetail(db, task)).toEqual(before);
        }
      }
    }
    const counted = Object.fromEntries(
      taskStates.map((state) => [state, listTasks(db, { states: [state], limit: 1000 }).length]),
    );
    expect(countTasks(db)).toEqual(counted);
  });

  test('by a worker whose claim no longer holds is refused and changes nothing', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const [claim] = claimTasks(db, { worker: 'w', limit: 1, now, leaseMs: 1000 });
    const generation = claim?.generation ?? 0;
    moveTask(db, { task, to: 'queued', by: 'recovery', reason: 'lease', at: now });
    const say = () => moveTask(db, { task, to: 'review', by: 'runner', reason: 'done', at: now, generation });
    expect(say).toThrow(StaleClaim);
    claimTasks(db, { worker: 'other', limit: 1, now, leaseMs: 1000 });
    expect(say).toThrow(StaleClaim);
    expect(() => patchTask(db, { task, patch: { branch: 'stale' }, at: now, generation })).toThrow(StaleClaim);
    expect(readTask(db, task)).toMatchObject({ state: 'running', branch: null });
    moveTask(db, { task, to: 'review', by: 'runner', reason: 'done', at: now, generation: generation + 1 });
    expect(readTask(db, task).state).toBe('review');
  });

  test('out of the worker’s hands ends the lease; to waiting and back keeps it', () => {
    const { db } = temporaryStore();
    const task = taskIn(db, 'running');
    const lease = () => db.prepare('SELECT worker, lease_until FROM task WHERE id = ?').get(task);
    moveTask(db, { task, to: 'waiting', by: 'runner', reason: 'asks', at: now });
    moveTask(db, { task, to: 'running', by: 'person', reason: 'answered', at: now });
    expect(lease()).toEqual({ worker: 'w', lease_until: 1100 });
    moveTask(db, {
      task,
      to: 'queued',
      by: 'runner',
      reason: 'limit',
      at: now,
      patch: { runAfter: 900, queuedReason: 'The provider is busy.' },
    });
    expect(lease()).toEqual({ worker: null, lease_until: null });
    expect(readTask(db, task)).toMatchObject({ attempt: 1, runAfter: 900, queuedReason: 'The provider is busy.' });
  });

  test('back to the queue by the person starts counting attempts anew and forgets the error', () => {
    const { db } = temporaryStore();
    const task = taskIn(db, 'failed');
    expect(readTask(db, task)).toMatchObject({ attempt: 1, error: 'broken' });
    moveTask(db, { task, to: 'queued', by: 'person', reason: 'Retried.', at: now });
    expect(readTask(db, task)).toMatchObject({ attempt: 0, error: null, stateSince: now });
  });

  test('to done says how it ended, and restoring a discarded task takes that back', () => {
    const { db } = temporaryStore();
    const task = taskIn(db, 'review');
    expect(() => moveTask(db, { task, to: 'done', by: 'person', reason: '', at: now })).toThrow(/CHECK/);
    moveTask(db, {
      task,
      to: 'done',
      by: 'person',
      reason: '',
      at: now,
      patch: { outcome: 'discarded', backupRef: 'refs/x' },
    });
    expect(readTask(db, task)).toMatchObject({ outcome: 'discarded', backupRef: 'refs/x' });
    moveTask(db, { task, to: 'review', by: 'person', reason: 'Restored.', at: now });
    expect(readTask(db, task)).toMatchObject({ state: 'review', outcome: null, backupRef: 'refs/x' });
  });

  test('keeps facts that are no states apart: they change without a move', () => {
    const { db } = temporaryStore();
    const task = taskIn(db, 'running');
    const change = { files: 2, additions: 10, deletions: 1 };
    patchTask(db, { task, patch: { branch: 'switchyard/x', worktree: '/w', change }, at: 300 });
    expect(readTaskDetail(db, task)).toMatchObject({ branch: 'switchyard/x', worktree: '/w', change, updatedAt: 300 });
    expect(readTaskDetail(db, task).transitions).toHaveLength(2);
    patchTask(db, { task, patch: { change: null, worktree: null }, at: 301 });
    expect(readTask(db, task)).toMatchObject({ branch: 'switchyard/x', worktree: null, change: null });
  });
});

describe('dependencies', () => {
  const claimable = (db: Database) =>
    claimTasks(db, { worker: 'w', limit: 10, now, leaseMs: 1000 }).map((claim) => claim.task);

  test('hold a task back until every other is merged, published or answered', () => {
    const { db } = temporaryStore();
    const [first, second, third] = [addTask(db), addTask(db), addTask(db)];
    const last = addTask(db, { after: [first, second, third, third], priority: 'high_priority' });
    expect(readTask(db, last)).toMatchObject({ after: [first, second, third], blockedBy: [first, second, third] });
    expect(dependants(db, first)).toEqual([last]);
    expect(claimable(db)).toEqual([first, second, third]);
    land(db, first);
    moveTask(db, { task: second, to: 'done', by: 'runner', reason: '', at: now, patch: { outcome: 'answered' } });
    expect(claimable(db)).toEqual([]);
    expect(readTask(db, last).blockedBy).toEqual([third]);
    moveTask(db, { task: third, to: 'review', by: 'runner', reason: '', at: now });
    moveTask(db, { task: third, to: 'done', by: 'person', reason: '', at: now, patch: { outcome: 'published' } });
    expect(readTask(db, last)).toMatchObject({ blockedBy: [], queuedReason: null });
    expect(claimable(db)).toEqual([last]);
  });

  test('on a task that failed, was cancelled or discarded keep the other queued and say why, until it lands after all', () => {
    const { db } = temporaryStore();
    for (const [state, word] of [
      ['failed', 'failed'],
      ['cancelled', 'cancelled'],
      ['done', 'discarded'],
    ] as const) {
      const first = taskIn(db, state);
      const last = addTask(db, { after: [first] });
      expect(readTask(db, last)).toMatchObject({
        state: 'queued',
        blockedBy: [first],
        queuedReason: expect.stringContaining(word),
      });
      expect(claimable(db)).toEqual([]);
      moveTask(db, {
        task: first,
        to: state === 'done' ? 'review' : 'queued',
        by: 'person',
        reason: 'Again.',
        at: now,
      });
      expect(readTask(db, last).queuedReason).toBe(null);
      if (state === 'done')
        moveTask(db, { task: first, to: 'done', by: 'person', reason: '', at: now, patch: { outcome: 'merged' } });
      else {
        expect(claimable(db)).toEqual([first]);
        land(db, first);
      }
      expect(claimable(db)).toEqual([last]);
    }
  });

  test('on a task that has landed hold nothing back, and on none at all are refused', () => {
    const { db } = temporaryStore();
    const first = taskIn(db, 'running');
    land(db, first);
    expect(readTask(db, addTask(db, { after: [first] })).blockedBy).toEqual([]);
    expect(() => addTask(db, { after: [77] })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('in a circle are refused, however long the circle is', () => {
    const { db } = temporaryStore();
    const first = addTask(db);
    const second = addTask(db, { after: [first] });
    const third = addTask(db, { after: [second] });
    for (const [task, after] of [
      [first, third],
      [first, second],
      [first, first],
    ] as const) {
      expect(() => addDependency(db, { task, after, start: 'landed' })).toThrow(
        expect.objectContaining({ code: 'CYCLE' }),
      );
    }
    expect(() => addDependency(db, { task: first, after: third, start: 'review' })).toThrow(
      `Task ${first} cannot come after task ${third}: ${first} after ${third} after ${second} after ${first} goes round in a circle.`,
    );
    addDependency(db, { task: third, after: first, start: 'landed' });
    expect(readTask(db, third).blockedBy).toEqual([first, second]);
  });
});

describe('lists', () => {
  test('show tasks newest first, by state and repository, up to the limit', () => {
    const { db, repository } = temporaryStore();
    const ids = taskStates.map((state) => taskIn(db, state));
    const blocked = addTask(db, { after: [ids[0] as number] });
    const shown = (states?: TaskState[]) => listTasks(db, { states, limit: 10 }).map((task) => task.id);
    expect(shown()).toEqual([blocked, ...[...ids].reverse()]);
    for (const [index, state] of taskStates.entries()) {
      expect(shown([state])).toEqual(
        state === 'queued' ? [blocked] : state === 'running' ? [ids[1], ids[0]] : [ids[index]],
      );
    }
    expect(listTasks(db, { states: ['review', 'done'], limit: 1 }).map((task) => task.id)).toEqual([ids[4]]);
    expect(listTasks(db, { repository, limit: 10 })).toHaveLength(8);
    expect(listTasks(db, { repository: repository + 1, limit: 10 })).toEqual([]);
    expect(shown([])).toEqual([]);
  });

  test('a snapshot has every unfinished task and the newest 500 finished ones', () => {
    const { db } = temporaryStore();
    const old = addTask(db);
    db.transaction(() => {
      for (let count = 0; count < 510; count++) {
        const task = addTask(db);
        moveTask(db, { task, to: 'cancelled', by: 'person', reason: '', at: now });
      }
    })();
    const tasks = snapshotTasks(db);
    expect(tasks).toHaveLength(501);
    expect(tasks.at(-1)?.id).toBe(old);
    expect(tasks[0]?.id).toBe(511);
    expect(taskSchema.array().parse(tasks)).toEqual(tasks);
  });
});

describe('work', () => {
  test('has the task, its prompt, its repository and its newest session', () => {
    const { db, repository } = temporaryStore();
    const task = taskIn(db, 'running');
    const session = insertSession(db, { task, agent: 'echo', at: now });
    expect(taskWork(db, task)).toMatchObject({
      id: task,
      prompt: 'Write hello into a file.',
      generation: 1,
      repository: { id: repository, commonDir: '/work/sample/.git', trustHash: 'hash' },
      newestSession: { id: session, state: 'starting' },
    });
  });

  test('of a removed repository is refused', () => {
    const { db, repository } = temporaryStore();
    const task = taskIn(db, 'done');
    deleteRepository(db, repository);
    expect(() => taskWork(db, task)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(readTask(db, task).repository).toBe('/work/sample');
  });

  test('keeps a message pending that came while others were delivered', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const first = addMessage(db, { task, text: 'one', by: 'person', at: 1 });
    const given = pendingMessages(db, task).map((message) => message.id);
    const second = addMessage(db, { task, text: 'two', by: 'person', at: 2 });
    markMessagesDelivered(db, { messages: given, at: 3 });
    expect(given).toEqual([first]);
    expect(pendingMessages(db, task).map((message) => message.id)).toEqual([second]);
  });
});

describe('checks', () => {
  const npm = { name: 'test', command: 'npm test', head: 'a'.repeat(40), clean: true };

  test('show the newest run of each by name; only exit code 0 passes', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const first = startCheck(db, { task, ...npm, at: 1 });
    endCheck(db, { check: first, exitCode: 1, output: 'no', at: 2 });
    const second = startCheck(db, { task, ...npm, at: 3 });
    expect(listChecks(db, task)).toMatchObject([
      { command: 'npm test', state: 'running', exitCode: null, endedAt: null },
    ]);
    endCheck(db, { check: second, exitCode: 0, output: 'ok', at: 4 });
    const killed = startCheck(db, { task, ...npm, name: 'make', command: 'make', at: 5 });
    endCheck(db, { check: killed, exitCode: null, output: '', at: 6 });
    expect(readTask(db, task).checks.map((check) => [check.command, check.state])).toEqual([
      ['npm test', 'passed'],
      ['make', 'failed'],
    ]);
    expect(listCheckDetails(db, task)).toMatchObject([{ output: 'ok' }, { output: '' }]);
    expect(listChecks(db, task).every((check) => !('output' in check))).toBe(true);
    expect(() => endCheck(db, { check: killed, exitCode: 0, output: '', at: 7 })).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  test('of another commit, of more than the commit, or of nobody knows what are stale', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const passed = (more: Partial<typeof npm>) => {
      const check = startCheck(db, { task, ...npm, ...more, at: 1 });
      endCheck(db, { check, exitCode: 0, output: '', leftBehind: ['a', 'b'], at: 2 });
    };
    const stale = () => listChecks(db, task).map((check) => check.stale);
    passed({});
    expect(stale()).toEqual([true]);
    patchTask(db, { task, patch: { head: npm.head }, at: 3 });
    expect(stale()).toEqual([false]);
    expect(listChecks(db, task, 'b'.repeat(40))).toMatchObject([{ stale: true, leftBehind: ['a', 'b'] }]);
    passed({ clean: false });
    expect(listChecks(db, task)).toMatchObject([{ stale: true, clean: false }]);
    passed({});
    expect(stale()).toEqual([false]);
    db.exec('UPDATE check_run SET head = NULL, clean = NULL, left_behind = NULL');
    expect(listChecks(db, task)).toMatchObject([{ stale: true, head: null, leftBehind: [] }]);
  });

  test('that ran when their owner died fail at the next start', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    startCheck(db, { task, ...npm, at: 1 });
    expect(endOpenChecks(db, { output: 'Switchyard ended.', at: 2 })).toEqual([task]);
    expect(listCheckDetails(db, task)).toMatchObject([{ state: 'failed', output: 'Switchyard ended.', endedAt: 2 }]);
  });

  test('that nobody asked for are due again however often Switchyard was closed or the machine restarted, but not when it died over them three times', () => {
    const { db } = temporaryStore();
    const task = taskIn(db, 'review');
    patchTask(db, { task, patch: { head: npm.head }, at: now });
    const begun = () => startCheck(db, { task, ...npm, byItself: true, at: now });
    const due = () => [tasksWithDueChecks(db).includes(task), ranOnChange(db, task).get('test')];
    for (let times = 0; times < 4; times += 1) {
      endCheck(db, { check: begun(), exitCode: null, output: '', cutOff: 'closing', at: now });
      expect(due()).toEqual([true, true]);
    }
    for (let times = 0; times < 3; times += 1) {
      begun();
      endOpenChecks(db, { output: '', rebooted: true, at: now });
    }
    const restarted = due();
    const died = [1, 2, 3].map(() => {
      begun();
      endOpenChecks(db, { output: '', at: now });
      return due();
    });
    expect(died).toEqual([
      [true, true],
      [true, true],
      [false, false],
    ]);
    expect(restarted).toEqual([true, true]);
    // It is about that change and no other.
    patchTask(db, { task, patch: { head: 'b'.repeat(40) }, at: now });
    startCheck(db, { task, ...npm, head: 'b'.repeat(40), byItself: true, at: now });
    endOpenChecks(db, { output: '', at: now });
    expect(due()).toEqual([true, true]);
  });
});
