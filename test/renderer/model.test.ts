import { describe, expect, test } from 'vitest';
import type { Change } from '../../core/contract/change';
import { applyChanges, nothingKnown } from '../../renderer/state/model';
import { asShown, countStates, openRequests, taskNamed, tasksIn, titleFor } from '../../renderer/state/places';
import { waitWords } from '../../renderer/tasks/waits';
import * as sample from './harness/data';

const snapshot = (...tasks: ReturnType<typeof sample.task>[]): Change => ({
  type: 'snapshot',
  tasks,
  repositories: [...sample.repositories],
  agents: [...sample.agents],
  held: null,
  pushes: [],
  trains: [],
  settings: sample.settings,
});

describe('the model', () => {
  test('takes a snapshot whole, forgetting what an earlier connection told', () => {
    const before = applyChanges(nothingKnown, [snapshot(sample.task(1, 'old', 'queued'))]);
    const after = applyChanges(before, [snapshot(sample.task(2, 'new', 'queued'))]);
    expect([...after.tasks.keys()]).toEqual([2]);
    expect(after.connection).toEqual({ kind: 'connected' });
  });

  test('puts an open request on its task and takes an answered one away', () => {
    const task = sample.task(1, 'asks', 'waiting');
    const request = sample.request(9, task);
    const asked = applyChanges(nothingKnown, [snapshot(task), { type: 'request.changed', request }]);
    expect(openRequests(asked.tasks)).toEqual([request]);
    const answered = applyChanges(asked, [{ type: 'request.changed', request: { ...request, state: 'answered' } }]);
    expect(openRequests(answered.tasks)).toEqual([]);
  });

  test('leaves the former model as it was, so that what is on screen never changes under a reader', () => {
    const first = applyChanges(nothingKnown, [snapshot(sample.task(1, 'one', 'queued'))]);
    const second = applyChanges(first, [{ type: 'task.changed', task: sample.task(1, 'one', 'running') }]);
    expect(first.tasks.get(1)?.state).toBe('queued');
    expect(second.tasks.get(1)?.state).toBe('running');
  });

  test('gives back the same task map when no task changed', () => {
    const first = applyChanges(nothingKnown, [snapshot(sample.task(1, 'one', 'queued'))]);
    expect(applyChanges(first, [{ type: 'agents.changed', agents: [] }]).tasks).toBe(first.tasks);
  });
});

describe('places', () => {
  const tasks = new Map(sample.littleTasks().map((task) => [task.id, task]));

  test('the queue is in the order it is taken: priority first', () => {
    expect(tasksIn(tasks, 'queue', '').map(({ priority }) => priority)[0]).toBe('high_priority');
  });

  test('a filter needs every word, wherever it stands', () => {
    expect(tasksIn(tasks, 'review', 'webhooks api').map(({ id }) => id)).toEqual([6]);
    expect(tasksIn(tasks, 'review', 'webhooks nowhere')).toEqual([]);
  });

  test('a task is found by its number, before those that only have it in theirs, and wherever it is listed', () => {
    const numbered = new Map([31, 3, 310, 131].map((id) => [id, sample.task(id, 'one', 'queued')]));
    const found = (filter: string): readonly number[] => tasksIn(numbered, 'queue', filter).map(({ id }) => id);
    expect(found('#3')).toEqual([3, 31, 310]);
    expect(found('31')).toEqual([31, 131, 310]);
    expect(found('310 one')).toEqual([310]);
    expect([' #31 ', '31', '#32', 'fix 31', ''].map((filter) => taskNamed(numbered, filter)?.id)).toEqual([
      ...[31, 31],
      ...[undefined, undefined, undefined],
    ]);
  });

  test('requests come with the longest waiting first', () => {
    const waits = openRequests(tasks).map(({ createdAt }) => createdAt);
    expect(waits).toEqual([...waits].sort((one, other) => one - other));
  });

  test('what is on screen keeps its places while others come and go', () => {
    const items = [5, 1, 4, 2].map((id) => ({ id }));
    expect(asShown(items, []).map(({ id }) => id)).toEqual([5, 1, 4, 2]);
    expect(asShown(items, [1, 2, 3, 5]).map(({ id }) => id)).toEqual([1, 2, 4, 5]);
  });

  test('the title says what waits for the person and nothing when nothing does', () => {
    expect(titleFor(3, 2)).toBe('3 waiting, 2 to review · Switchyard');
    expect(titleFor(0, 0)).toBe('Switchyard');
  });

  test('every task is counted once', () => {
    const counts = Object.values(countStates(tasks)).reduce((sum, one) => sum + one, 0);
    expect(counts).toBe(tasks.size);
  });

  test('every task is in one place of the rail, so that its counts add up', () => {
    const places = (['inbox', 'running', 'review', 'queue', 'failed', 'done'] as const).map((place) =>
      tasksIn(tasks, place, ''),
    );
    expect(places.flat().length).toBe(tasks.size);
    expect(tasksIn(tasks, 'running', '').length).toBe(countStates(tasks).running);
  });
});

test('what a task waits for is said in plain words, the one that will not come first', () => {
  const known = (...others: ReturnType<typeof sample.task>[]) => new Map(others.map((task) => [task.id, task]));
  const waits = (...blockedBy: number[]) => sample.task(9, 'waits', 'queued', { after: blockedBy, blockedBy });
  const discarded = sample.task(2, 'two', 'done', { outcome: 'discarded' });
  expect(waitWords(waits(1, 2), known(sample.task(1, 'one', 'running'), discarded))).toBe(
    'Waits for #2, which was discarded',
  );
  expect(waitWords(waits(3), known(sample.task(3, 'three', 'failed')))).toBe('Waits for #3, which failed');
  expect(waitWords(waits(4), known(sample.task(4, 'four', 'cancelled')))).toBe('Waits for #4, which was cancelled');
  expect(waitWords(waits(5, 6), known(sample.task(5, 'five', 'review')))).toBe('Waits for #5, #6');
});
