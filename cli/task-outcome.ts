import type { Client } from '../core/client';
import type { Review } from '../core/contract/review';
import type { Task, TaskDetail } from '../core/contract/task';
import type { Outcome, Surroundings } from './command';
import { taskText } from './task-text';
import { isResting } from './wait';

/** A task as a command's outcome. */
export function taskOutcome(task: Task | TaskDetail, around: Surroundings): Outcome {
  return { json: task, text: taskText(task, around.program) };
}

/** A task that was waited for as a command's outcome, which is a failure when the task's is, or when it still goes on. */
export async function finished(task: TaskDetail | Task, client: Client, around: Surroundings): Promise<Outcome> {
  const exit = task.state === 'failed' || task.state === 'cancelled' || !isResting(task) ? 1 : 0;
  // What has just come to review was not compared with its base by anybody yet.
  const conflicts = task.state === 'review' ? conflictsIn(await reviewOf(client, task.id)) : undefined;
  return { json: task, text: taskText(task, around.program, { conflicts }), exit };
}

/** A change in review; null of one that cannot be compared now, as when its base is gone. */
export async function reviewOf(client: Client, task: number): Promise<Review | null> {
  return client.reviews.get({ task }).catch(() => null);
}

/** Whether a change conflicts with its base now; undefined when nobody could look. */
export function conflictsIn(review: Review | null): boolean | undefined {
  return review === null ? undefined : review.conflicts.length > 0;
}
