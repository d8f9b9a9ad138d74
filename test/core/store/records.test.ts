import { describe, expect, test } from 'vitest';
import { usualRetention } from '../../../core/contract/retention';
import { sessionSchema } from '../../../core/contract/session';
import { settingsSchema } from '../../../core/contract/settings';
import { claimTasks } from '../../../core/store/claims';
import { finishLanding, openLandingOf, openLandings, recordLanding } from '../../../core/store/landings';
import { forgetProcess, listProcesses, recordProcess } from '../../../core/store/processes';
import {
  deleteRepository,
  insertRepository,
  listRepositories,
  repositoryById,
  repositoryByPath,
  updateRepository,
} from '../../../core/store/repositories';
import {
  endOpenSessions,
  insertSession,
  listSessions,
  newestSession,
  readSession,
  updateSession,
} from '../../../core/store/sessions';
import { readSettings, settingNames, writeSetting } from '../../../core/store/settings';
import { moveTask } from '../../../core/store/tasks';
import { recordWorktree, unsettledWorktrees, updateWorktree, worktreeOf } from '../../../core/store/worktrees';
import { addRepository, addTask, temporaryStore } from './store';

const notFound = expect.objectContaining({ code: 'NOT_FOUND' });

describe('a repository', () => {
  test('is found by id and path, and changes only in what is said', () => {
    const { db, repository } = temporaryStore();
    expect(repositoryById(db, repository)).toEqual({
      id: repository,
      name: 'sample',
      path: '/work/sample',
      trusted: true,
      trustChanged: false,
      defaultBranch: 'main',
      checks: [],
      landing: { protected: [], finished: 'review', pushTo: null, strategy: null },
      runCommand: null,
      setupCommand: null,
      teardownCommand: null,
      retention: usualRetention,
      pool: 0,
      budget: { usd: null, tokens: null, minutes: null },
      addedAt: 1,
      commonDir: '/work/sample/.git',
      trustHash: 'hash',
    });
    expect(
      updateRepository(db, repository, {
        trustChanged: true,
        checks: [{ name: 'test', command: 'npm test', required: true }],
      }),
    ).toMatchObject({
      trustChanged: true,
      trusted: true,
    });
    expect(
      updateRepository(db, repository, { trusted: false, trustHash: null, trustChanged: false, defaultBranch: null }),
    ).toMatchObject({
      trusted: false,
      trustHash: null,
      trustChanged: false,
      defaultBranch: null,
      checks: [{ name: 'test', command: 'npm test', required: true }],
    });
    expect(updateRepository(db, repository, {})).toEqual(repositoryByPath(db, '/work/sample'));
    expect(repositoryByPath(db, '/elsewhere')).toBe(undefined);
    expect(() => repositoryById(db, 9)).toThrow(notFound);
    expect(() => updateRepository(db, 9, { trusted: true })).toThrow(notFound);
    expect(() => addRepository(db)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  test('is kept while any task of it is unfinished, and says which', () => {
    const { db, repository } = temporaryStore();
    const tasks = Array.from({ length: 4 }, () => addTask(db));
    tasks.push(addTask(db, { after: [tasks[0] as number] }));
    claimTasks(db, { worker: 'w', limit: 3, now: 100, leaseMs: 1000 });
    moveTask(db, { task: tasks[1] as number, to: 'waiting', by: 't', reason: '', at: 1 });
    moveTask(db, { task: tasks[2] as number, to: 'review', by: 't', reason: '', at: 1 });
    expect(() => deleteRepository(db, repository)).toThrow(/repository \/work\/sample: tasks 1, 2, 3, 4, 5 can/);
    moveTask(db, { task: tasks[2] as number, to: 'done', by: 't', reason: '', at: 1, patch: { outcome: 'discarded' } });
    for (const task of [0, 1, 3, 4]) {
      expect(() => deleteRepository(db, repository)).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
      moveTask(db, { task: tasks[task] as number, to: 'cancelled', by: 't', reason: '', at: 1 });
      // A cancelled task can still be retried, so it keeps the repository too.
      expect(() => deleteRepository(db, repository)).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
      const patch = { outcome: 'discarded' } as const;
      moveTask(db, { task: tasks[task] as number, to: 'done', by: 't', reason: '', at: 1, patch });
    }
    deleteRepository(db, repository);
    expect(listRepositories(db)).toEqual([]);
    expect(() => deleteRepository(db, repository)).toThrow(notFound);
  });

  test('added again after it was removed has its old id and nothing of its old trust', () => {
    const { db, repository } = temporaryStore();
    updateRepository(db, repository, { trustChanged: true });
    deleteRepository(db, repository);
    expect(repositoryByPath(db, '/work/sample')).toBe(undefined);
    const again = insertRepository(db, {
      path: '/work/sample',
      commonDir: '/moved/.git',
      name: 'again',
      trusted: false,
      trustHash: null,
      defaultBranch: null,
      at: 9,
    });
    expect(again).toMatchObject({
      id: repository,
      trusted: false,
      trustHash: null,
      trustChanged: false,
      commonDir: '/moved/.git',
      addedAt: 9,
    });
    expect(addRepository(db, '/work/another')).not.toBe(repository);
    expect(listRepositories(db).map((row) => row.name)).toEqual(['again', 'sample']);
  });
});

describe('a session', () => {
  test('remembers the agent’s own id, its end and what it used', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const first = insertSession(db, { task, agent: 'echo', at: 1 });
    const second = insertSession(db, { task, agent: 'claude', at: 2 });
    updateSession(db, { session: second, agentSession: 'abc', state: 'active' });
    updateSession(db, { session: second, state: 'ended', endReason: 'turn over', endedAt: 5 });
    expect(newestSession(db, task)).toEqual(readSession(db, second));
    expect(sessionSchema.parse(readSession(db, second))).toMatchObject({
      agentSession: 'abc',
      state: 'ended',
      endReason: 'turn over',
      endedAt: 5,
    });
    updateSession(db, { session: second, state: 'starting', endReason: null, endedAt: null });
    expect(readSession(db, second)).toMatchObject({ endReason: null, endedAt: null, agentSession: 'abc' });
    expect(listSessions(db, task).map((session) => session.id)).toEqual([first, second]);
    expect(newestSession(db, 99)).toBe(undefined);
    expect(() => readSession(db, 99)).toThrow(notFound);
    expect(() => updateSession(db, { session: 99 })).toThrow(notFound);
  });

  test('that was alive when its owner died is ended at the next start', () => {
    const { db } = temporaryStore();
    const task = addTask(db);
    const [first, second, third] = [
      insertSession(db, { task, agent: 'echo', at: 1 }),
      insertSession(db, { task, agent: 'echo', at: 2 }),
      insertSession(db, { task, agent: 'echo', at: 3 }),
    ];
    updateSession(db, { session: first, state: 'ended', endReason: 'turn over', endedAt: 3 });
    updateSession(db, { session: second, state: 'active' });
    // As one whose screen the person drives: what was at work on it is over.
    const driven = insertSession(db, { task, agent: 'echo', at: 4 });
    updateSession(db, { session: driven, state: 'active', endReason: 'turn over' });
    expect(endOpenSessions(db, { at: 9 })).toEqual([second, third, driven]);
    const reasons = ['turn over', 'Switchyard ended.', 'Switchyard ended before the agent was heard.', 'turn over'];
    expect(listSessions(db, task).map((session) => session.endReason)).toEqual(reasons);
  });
});

describe('settings', () => {
  test('have their defaults until they are set', () => {
    const { db } = temporaryStore();
    expect(readSettings(db)).toEqual(settingsSchema.parse({}));
    expect(writeSetting(db, 'concurrency', 8)).toEqual({ ...settingsSchema.parse({}), concurrency: 8 });
    writeSetting(db, 'concurrency', 2);
    expect(readSettings(db).concurrency).toBe(2);
  });

  test('refuse a bad value, naming the setting and what is wrong, and keep the old one', () => {
    const { db } = temporaryStore();
    writeSetting(db, 'concurrency', 8);
    for (const [name, value] of [
      ['concurrency', 0],
      ['concurrency', '8'],
      ['passEnvironment', ['A-B']],
      ['acpAgents', [{ name: 'X' }]],
    ] as const) {
      expect(() => writeSetting(db, name, value)).toThrow(
        expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining(name) }),
      );
    }
    expect(() => writeSetting(db, 'passEnvironment', ['A-B'])).toThrow(
      'The setting passEnvironment cannot be ["A-B"]. It takes a JSON list of names of environment variables. What is wrong is number 1.',
    );
    expect(() => writeSetting(db, 'silenceMinutes', -1)).toThrow(
      'The setting silenceMinutes cannot be -1. It takes a whole number from 1 to 1440 (minutes).',
    );
    expect(() => writeSetting(db, 'theme', 'pink')).toThrow(
      'The setting theme cannot be "pink". It takes one of system, light, dark.',
    );
    expect(readSettings(db)).toMatchObject({ concurrency: 8, passEnvironment: [] });
  });

  test('refuse an unknown name and list the names there are', () => {
    const { db } = temporaryStore();
    for (const name of ['colour', '__proto__', 'toString']) {
      expect(() => writeSetting(db, name, 1)).toThrow(
        expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining(settingNames.join(', ')) }),
      );
    }
  });

  test('fall back to the default, each by itself, when what is stored cannot be read', () => {
    const { db } = temporaryStore();
    writeSetting(db, 'theme', 'dark');
    const store = db.prepare('INSERT INTO setting (name, value) VALUES (?, ?)');
    store.run('concurrency', '"many"');
    store.run('silenceMinutes', 'not json');
    store.run('gone', '1');
    expect(readSettings(db)).toEqual({ ...settingsSchema.parse({}), theme: 'dark' });
  });
});

test('a merge about to be published is known until it is closed, one for each task', () => {
  const { db } = temporaryStore();
  const [first, second] = [addTask(db), addTask(db)];
  const landing = {
    baseRef: 'refs/heads/main',
    oldOid: 'a'.repeat(40),
    newOid: 'b'.repeat(40),
    headOid: 'c'.repeat(40),
    checkout: null,
    strategy: 'ff',
    message: 'm',
    decision: {
      at: 1,
      by: 'person',
      kind: 'approve',
      task: 1,
      repository: '/work/sample',
      request: null,
      shown: { head: 'c' },
      answered: { strategy: 'ff' },
      rule: null,
    },
  } as const;
  const id = recordLanding(db, { ...landing, task: first, at: 1 });
  const other = recordLanding(db, { ...landing, task: second, checkout: '/work/sample', at: 2 });
  expect(() => recordLanding(db, { ...landing, task: first, at: 3 })).toThrow(
    expect.objectContaining({ code: 'CONFLICT' }),
  );
  expect(openLandings(db)).toEqual([
    { ...landing, id, task: first, createdAt: 1 },
    { ...landing, id: other, task: second, checkout: '/work/sample', createdAt: 2 },
  ]);
  expect(openLandingOf(db, second)).toMatchObject({ id: other });
  expect(finishLanding(db, { landing: id, state: 'abandoned', at: 4 })).toBe(true);
  expect(finishLanding(db, { landing: id, state: 'landed', at: 5 })).toBe(false);
  expect(openLandingOf(db, first)).toBe(undefined);
  expect(db.prepare('SELECT state, ended_at FROM landing WHERE id = ?').get(id)).toEqual({
    state: 'abandoned',
    ended_at: 4,
  });
  expect(recordLanding(db, { ...landing, task: first, at: 6 })).toBeGreaterThan(other);
});

test('a child is in the ledger until it has ended; a reused pid is the newer one', () => {
  const { db } = temporaryStore();
  const task = addTask(db);
  recordProcess(db, { pid: 10, startTime: 'boot:1', task, command: 'claude', at: 1 });
  recordProcess(db, { pid: 11, startTime: 'boot:2', task: null, command: 'git', at: 2 });
  recordProcess(db, { pid: 10, startTime: 'boot:9', task, command: 'goose', at: 3 });
  forgetProcess(db, 11);
  expect(listProcesses(db)).toEqual([{ pid: 10, startTime: 'boot:9', task, command: 'goose', createdAt: 3 }]);
});

test('a worktree is in the ledger before it exists and until it is gone', () => {
  const { db, repository } = temporaryStore();
  const task = addTask(db);
  const worktree = {
    task,
    repository,
    path: '/w/1',
    branch: 'switchyard/x',
    state: 'making',
    ownerPid: 5,
    ownerStart: 's5',
  } as const;
  const id = recordWorktree(db, { ...worktree, at: 1 });
  expect(() => recordWorktree(db, { ...worktree, at: 2 })).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
  expect(worktreeOf(db, task)).toEqual({ ...worktree, id, setUp: null, createdAt: 1, updatedAt: 1 });
  expect(unsettledWorktrees(db, [])).toMatchObject([{ id }]);
  updateWorktree(db, { worktree: id, state: 'ready', at: 3 });
  expect(unsettledWorktrees(db, [])).toEqual([]);
  expect(unsettledWorktrees(db, [task + 1, task])).toMatchObject([{ id }]);
  updateWorktree(db, { worktree: id, state: 'removing', owner: { pid: 6, start: 's6' }, at: 4 });
  expect(unsettledWorktrees(db, [])).toMatchObject([
    { state: 'removing', ownerPid: 6, ownerStart: 's6', updatedAt: 4 },
  ]);
  updateWorktree(db, { worktree: id, state: 'removed', at: 5 });
  expect(unsettledWorktrees(db, [task])).toEqual([]);
  expect(worktreeOf(db, task)).toBe(undefined);
  expect(recordWorktree(db, { ...worktree, at: 6 })).toBeGreaterThan(id);
  expect(() => updateWorktree(db, { worktree: 99, state: 'ready', at: 1 })).toThrow(notFound);
});

test('a worktree kept in a repository that was removed is left in peace until the repository is added again', () => {
  const { db, repository } = temporaryStore();
  const task = addTask(db);
  const worktree = { task, repository, path: '/w/1', branch: 'x', ownerPid: 5, ownerStart: 's5' };
  const id = recordWorktree(db, { ...worktree, state: 'ready', at: 1 });
  moveTask(db, { task, to: 'cancelled', by: 'person', reason: '', at: 2 });
  moveTask(db, { task, to: 'done', by: 'person', reason: '', at: 3, patch: { outcome: 'discarded' } });
  expect(unsettledWorktrees(db, [])).toMatchObject([{ id }]);
  deleteRepository(db, repository);
  expect(unsettledWorktrees(db, [task])).toEqual([]);
  addRepository(db);
  expect(unsettledWorktrees(db, [])).toMatchObject([{ id }]);
});
