import { type Asked, refused } from '../contract/refusal';
import type { Task, TaskState } from '../contract/task';
import { inTurn } from '../git/in-turn';
import { readTask } from '../store/task-view';
import type { Room } from './room';

/**
 * Does one thing at a time to a task that is in nobody's hands: approving, discarding, restoring, asking for changes and
 * retrying take many steps or decide what the next of them finds, and may come by two doors at once.
 */
export function alone<Result>(task: number, act: () => Promise<Result>): Promise<Result> {
  return inTurn(`task ${task}`, act);
}

/** Throws WRONG_STATE unless the task is in one of the states. */
export function mustBe(task: Parameters<typeof refused>[0], states: readonly TaskState[], asked: Asked): void {
  if (!states.includes(task.state)) throw refused(task, asked);
}

/** Tells followers of a task and gives it as it is now. */
export function told(room: Room, task: number): Task {
  room.announce(task);
  return readTask(room.db, task);
}
