import { expect, it } from 'vitest';
import { inOrder, nextStep } from '../../../core/commands/train-plan';
import type { CarState } from '../../../core/contract/aboard';
import type { CarRow } from '../../../core/store/trains';

const car = (task: number, state: CarState): CarRow => ({
  ...{ place: task, task, head: '', mergeBase: '', comments: [], state },
  ...{ onto: null, result: null, tries: 0, reason: '' },
});
const free = () => [];

it('goes on with the first change whose turn has not ended, whatever became of those before it', () => {
  const cars = [car(1, 'landed'), car(2, 'returned'), car(3, 'left'), car(4, 'checking'), car(5, 'waiting')];
  expect(nextStep(cars, free)).toEqual({ kind: 'check', car: cars[3] });
  expect(nextStep(cars.slice(0, 3), free)).toEqual({ kind: 'end' });
  expect(nextStep([], free)).toEqual({ kind: 'end' });
});

it('leaves what is after a change that did not land', () => {
  const cars = [car(1, 'returned'), car(2, 'waiting'), car(3, 'waiting')];
  const landsAfter = (task: number) => (task === 2 ? [1] : []);
  expect(nextStep(cars, landsAfter)).toEqual({ kind: 'leave', car: cars[1], after: [1] });
  expect(nextStep([car(1, 'landed'), car(2, 'left'), car(3, 'waiting')], landsAfter)).toMatchObject({ kind: 'check' });
});

it('keeps the order in which tasks were named, but for those that must land first', () => {
  const after: Readonly<Record<number, readonly number[]>> = { 1: [4], 4: [3], 2: [9] };
  const order = (named: readonly number[]) =>
    inOrder(
      named.map((task) => ({ task })),
      (task) => after[task] ?? [],
    ).map(({ task }) => task);
  expect(order([1, 2, 3, 4])).toEqual([3, 4, 1, 2]);
  expect(order([5, 3, 2])).toEqual([5, 3, 2]);
  // A circle cannot be made, and must not hang what looks at one.
  expect(
    inOrder([{ task: 7 }, { task: 8 }], (task) => [task === 7 ? 8 : 7])
      .map(({ task }) => task)
      .sort(),
  ).toEqual([7, 8]);
});
