import { expect, test } from 'vitest';
import type { Change } from '../../core/contract/change';
import type { Task } from '../../core/contract/task';
import { note, type Waiting } from '../../electron/waiting';

const task = (id: number, requests: number[]) =>
  ({ id, requests: requests.map((request) => ({ id: request, task: id })) }) as unknown as Task;
const snapshot = (...tasks: Task[]) => ({ type: 'snapshot', tasks }) as unknown as Change;
const changed = (one: Task): Change => ({ type: 'task.changed', task: one });

test('each new request is told once, and what waited before is not told again', () => {
  const waiting: Waiting = new Map();
  expect(note(waiting, snapshot(task(1, [10]), task(2, [])))).toEqual([]);
  expect(note(waiting, changed(task(1, [10])))).toEqual([]);
  expect(note(waiting, changed(task(1, [10, 11]))).map((request) => request.id)).toEqual([11]);
  expect(note(waiting, changed(task(2, [12]))).map((request) => request.id)).toEqual([12]);
  expect([...waiting.values()].flat()).toHaveLength(3);
  expect(note(waiting, changed(task(1, [])))).toEqual([]);
  expect([...waiting.values()].flat()).toHaveLength(1);
});

test('a new snapshot replaces what was known', () => {
  const waiting: Waiting = new Map();
  note(waiting, changed(task(1, [10])));
  note(waiting, snapshot(task(2, [12])));
  expect([...waiting.keys()]).toEqual([2]);
});
