import stringWidth from 'fast-string-width';
import { expect, test } from 'vitest';
import { plainLine } from '../../cli/plain';
import { counted, fittingTable, nextSteps, stateText, table, takeoverText, taskCells, whyQueued } from '../../cli/text';
import { type CheckStand, setupName } from '../../core/contract/check';
import type { Task } from '../../core/contract/task';

test('columns line up under wide, joined and combining characters', () => {
  const rows = [
    ['日本語', '|'],
    ['👩‍👩‍👧', '|'],
    ['e\u0301', '|'],
    ['abcdef', '|'],
    ['한국', '|'],
  ];
  const lines = table(rows).trimEnd().split('\n');
  expect(lines.map((line) => stringWidth(line.slice(0, line.indexOf('|'))))).toEqual([8, 8, 8, 8, 8]);
});

test('a table is as wide as its terminal, and whole for a pipe', () => {
  const rows = [['name', 'x'.repeat(200)]];
  expect(stringWidth(fittingTable(rows, { columns: 90 }).trimEnd())).toBe(90);
  expect(fittingTable(rows, {})).toBe(`name  ${'x'.repeat(200)}\n`);
});

test('a line is cut between characters and never wider than asked', () => {
  for (const text of ['日本語日本語', '👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 'abcdefghijk', 'a日b本c語d日']) {
    const line = plainLine(text, 6);
    expect(stringWidth(line)).toBeLessThanOrEqual(6);
    expect(line.endsWith('…')).toBe(true);
    expect(text.startsWith(line.slice(0, -1))).toBe(true);
    expect(line).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  }
  expect(plainLine('abcdef', 6)).toBe('abcdef');
});

test('one of a thing is not said to be many', () => {
  expect([0, 1, 2].map((number) => counted(number, 'file'))).toEqual(['0 files', '1 file', '2 files']);
});

test('a change that was thrown away does not look like one that landed', () => {
  const done = (outcome: Task['outcome']) => stateText({ state: 'done', outcome, runAfter: null } as Task);
  expect([done('merged'), done('discarded')]).toEqual(['✓ merged', '⊘ discarded']);
});

test('a task that waits for its own next attempt retries, and only what waits for something else is parked', () => {
  const queued = (parked: Task['parked'], error: string | null) =>
    stateText({ state: 'queued', outcome: null, runAfter: 6000, parked, error } as Task, 0);
  expect([queued(null, 'hiccup'), queued('limit', null), queued('limit', 'hiccup')]).toEqual([
    '◷ retries in 6s',
    '◷ parked, in 6s',
    '◷ parked, in 6s',
  ]);
});

test('a task whose screen runs on while Switchyard is closed is driven, and no other queued one', () => {
  const queued = (state: string | null) =>
    stateText({ state: 'queued', outcome: null, runAfter: null, takeover: state && { state } } as unknown as Task);
  expect([queued('driving'), queued('asked'), queued(null)]).toEqual(['◐ driven by you', '○ queued', '○ queued']);
});

test('a failed task says in the list why, in the first line of its error', () => {
  const task = { id: 1, title: 't', repository: '/r', agent: 'echo', outcome: null, queuedReason: null, change: null };
  const cells = (state: Task['state']) =>
    taskCells({
      ...{ ...task, state, error: 'the oven is cold\nand dark' },
      ...{ blockedBy: [], landsAfter: [], overlaps: [], train: null, stateSince: 0, requests: [], runAfter: null },
    } as unknown as Task).at(-1);
  expect([cells('failed'), cells('review')]).toEqual(['the oven is cold', '']);
});

test('a task in the list says since when it waits, whatever else was written down of it since', () => {
  const now = Date.now();
  const task = { id: 1, title: 't', repository: '/r', agent: 'echo', outcome: null, queuedReason: null, change: null };
  const cells = taskCells({
    ...{ ...task, state: 'waiting', stateSince: now - 3_000, updatedAt: now, requests: [{ createdAt: now - 120_000 }] },
    ...{ blockedBy: [], landsAfter: [], overlaps: [], train: null, runAfter: null, takeover: null },
  } as unknown as Task);
  expect(cells.at(-2)).toBe('2m');
});

test('a task that waits for others says for which', () => {
  const task = (queuedReason: string | null, blockedBy: number[]) => ({ queuedReason, blockedBy }) as unknown as Task;
  expect(whyQueued(task(null, []))).toBeNull();
  expect(whyQueued(task(null, [2, 5]))).toBe('Waits for task 2, task 5.');
  expect(whyQueued(task('Waits for task 2, which was discarded.', [2]))).toContain('which was discarded');
});

test('a change that cannot land as it stands is not offered to be approved', () => {
  const offered = (more: object, conflicts = false, stands: readonly CheckStand[] = []) => {
    const task = { id: 9, state: 'review', requests: [], contest: null, stack: null, landsAfter: [], ...more };
    return nextSteps(task as unknown as Task, 'sy', { conflicts, stands })
      .split('\n')[1]
      ?.trim();
  };
  const stack = { on: [8], problem: null };
  expect(offered({})).toMatch(/^Approve: +sy task approve 9$/);
  expect(offered({}, true)).toMatch(/: +sy task resolve 9$/);
  expect(offered({ stack, landsAfter: [8] })).toMatch(/^Approve all: +sy task approve 9 --stack$/);
  expect(offered({ stack: { ...stack, problem: 'It conflicts.' }, landsAfter: [8] })).toMatch(/: +sy task restack 9$/);
  const test = { name: 'test', required: true } as const;
  expect(offered({}, false, [{ ...test, state: 'failed' }])).toMatch(/^Check it again: +sy check run 9$/);
  expect(offered({}, false, [{ ...test, state: 'stale' }])).toMatch(/^Check it first: +sy check run 9$/);
  expect(offered({}, false, [{ ...test, state: 'running' }])).toMatch(/: +sy task log 9 --follow$/);
  expect(offered({}, true, [{ ...test, state: 'failed' }])).toMatch(/: +sy task resolve 9$/);
  for (const stand of [{ ...test, required: false, state: 'failed' } as const, { ...test, state: 'passed' } as const])
    expect(offered({}, false, [stand])).toMatch(/: +sy task approve 9$/);
});

test('a takeover that was asked for says what goes on until then: a turn, a question, checks or the setup', () => {
  const when = (more: object) => {
    const task = { id: 9, state: 'running', takeover: { state: 'asked' }, requests: [], checks: [], ...more };
    return /soon as (.*);/.exec(takeoverText(task as unknown as Task, 'sy'))?.[1];
  };
  const runs = (name: string) => ({ checks: [{ name, state: 'running', train: null }] });
  expect([{}, runs('test'), runs(setupName), { state: 'queued' }, { requests: [{}] }].map(when)).toEqual([
    'the turn is over',
    'its checks are over',
    'its worktree is set up, which is not interrupted',
    'a slot is free',
    'its question is answered and the turn is over',
  ]);
});
