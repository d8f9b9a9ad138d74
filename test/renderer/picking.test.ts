import { expect, test } from 'vitest';
import type { Task } from '../../core/contract/task';
import { heldOrder } from '../../renderer/tasks/held-order';
import { picksOf, stillPicked } from '../../renderer/tasks/picking';
import { landingNotes } from '../../renderer/tasks/waits';
import * as data from './harness/data';

const change = (id: number, more: Partial<Task> = {}): Task => data.task(id, `Change ${id}`, 'review', more);
const known = (...tasks: readonly Task[]) => new Map(tasks.map((task) => [task.id, task]));
const left = { train: 3, state: 'left', place: 1, of: 2, reason: 'It conflicts with main in a.ts.' } as const;
const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id);

test('what a train was begun with is picked no more, however it came off it, until it is picked again', () => {
  const picks = picksOf([change(2), change(1)]);
  expect(ids(stillPicked(picks, known(change(1), change(2))))).toEqual([1, 2]);
  const after = known(change(1, { train: left }), change(2, { state: 'done', outcome: 'merged' }));
  expect(stillPicked(picks, after)).toEqual([]);
  const again = picksOf([change(1, { train: left })]);
  expect(ids(stillPicked(again, after))).toEqual([1]);
  expect(ids(stillPicked(again, known(change(1))))).toEqual([1]);
  expect(stillPicked(again, known(change(1, { train: { ...left, train: 4 } })))).toEqual([]);
});

test('a row says first that a required check failed, then why a train left it, then what it meets', () => {
  const stands = [
    { name: 'lint', required: false, state: 'failed' },
    { name: 'test', required: true, state: 'failed' },
    { name: 'build', required: true, state: 'not-run' },
  ] as const;
  const meets = [{ with: null, conflicts: 2, files: 0 }];
  const task = change(1, { train: left, overlaps: meets, base: 'main' });
  expect(landingNotes(task, stands)).toEqual([
    { kind: 'failed', words: 'test failed, required' },
    { kind: 'warning', words: 'It conflicts with main in a.ts (train 3)' },
    { kind: 'warning', words: 'conflicts with main: 2 files' },
  ]);
  // The cause is there before the line is cut.
  const reason = 'Nothing was merged and nothing was touched: a.ts is edited where main is checked out. Commit it.';
  expect(landingNotes(change(1, { train: { ...left, reason } }), [])).toEqual([
    { kind: 'warning', words: 'a.ts is edited where main is checked out. Commit it (train 3)' },
  ]);
  expect(landingNotes(change(1), stands.slice(0, 1))).toEqual([]);
  // What it failed with before says nothing of what its agent does now.
  expect(landingNotes(change(1, { state: 'running' }), stands)).toEqual([]);
});

test('rows that are held keep their places: what left stays where it was, and what came is at the end', () => {
  const [one, two, three, four] = [change(1), change(2, { state: 'done' }), change(3), change(4)];
  const all = known(one, two, three, four);
  expect(ids(heldOrder([four, three, one], [1, 2, 3], all))).toEqual([1, 2, 3, 4]);
  // What is not known any more leaves no hole, and nothing held is just the list.
  expect(ids(heldOrder([three, one], [1, 9, 3], all))).toEqual([1, 3]);
  expect(ids(heldOrder([four, three], [], all))).toEqual([4, 3]);
});
