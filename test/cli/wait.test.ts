import { expect, test } from 'vitest';
import { notPassed } from '../../cli/command';
import { exitOfSeveral } from '../../cli/wait';
import type { Task, TaskState } from '../../core/contract/task';

/** How waiting for tasks in these states ends: `waiting` asks something, and what is `review` is held or not. */
function exitOf(states: readonly TaskState[], isHeld = false): number {
  const tasks = states.map((state) => ({ state, requests: state === 'waiting' ? [{}] : [] }) as unknown as Task);
  return exitOfSeveral(tasks, () => isHeld);
}

test('waiting for several tasks ends well as for one: when each is finished or asks, and not all of them failed', () => {
  expect([exitOf(['waiting', 'waiting']), exitOf(['done']), exitOf(['review', 'failed'])]).toEqual([0, 0, 0]);
  expect([exitOf(['failed', 'cancelled']), exitOf(['review', 'running'])]).toEqual([1, 1]);
  expect([exitOf(['review', 'review'], true), exitOf(['review', 'failed'], true)]).toEqual([notPassed, notPassed]);
  // One that asks may still bring what passes.
  expect(exitOf(['review', 'waiting'], true)).toBe(0);
});
