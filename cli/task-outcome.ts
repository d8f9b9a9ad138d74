import type { Client, Connection } from '../core/client';
import type { RepositoryCheck } from '../core/contract/check';
import type { Review } from '../core/contract/review';
import type { Task, TaskDetail } from '../core/contract/task';
import { heldByChecks } from './check';
import { type Given, notPassed, type Outcome, type Surroundings } from './command';
import { taskText } from './task-text';
import { isResting, waitForTask, waitGiven } from './wait';

/** A task as a command's outcome. */
export async function taskOutcome(
  client: Client,
  task: Task | TaskDetail,
  { program }: Pick<Surroundings, 'program'>,
): Promise<Outcome> {
  const knownChecks = task.checks.length === 0 ? [] : await checksFor(client, task);
  return { json: task, text: taskText(task, program, { knownChecks }) };
}

/** The checks of a task's repository, by which those that ran for it are shown in order and as required. */
export async function checksFor(
  client: Client,
  { repositoryId }: Pick<Task, 'repositoryId'>,
): Promise<readonly RepositoryCheck[]> {
  return (await client.repositories.list()).find(({ id }) => id === repositoryId)?.checks ?? [];
}

/**
 * A task that was waited for as a command's outcome, which is a failure when the task's is, or when it still goes on; of a change in
 * review that required checks did not pass, one of its own.
 */
export async function finished(task: TaskDetail | Task, client: Client, around: Surroundings): Promise<Outcome> {
  const exit = task.state === 'failed' || task.state === 'cancelled' || !isResting(task) ? 1 : 0;
  if (task.state !== 'review') return { ...(await taskOutcome(client, task, around)), exit };
  // What has just come to review was not compared with its base by anybody yet.
  const review = await reviewOf(client, task.id);
  const held = heldByChecks({ id: task.id, stands: review?.checks ?? [] }, around.program);
  const knownChecks = await checksFor(client, task);
  const text = taskText(task, around.program, { conflicts: conflictsIn(review), knownChecks });
  return { json: task, text: `${held}${text}`, exit: held === '' ? exit : notPassed };
}

/** Sets a task going and gives it as it is then, or waits for it where the options say so. */
export async function setGoing(
  given: Given,
  around: Surroundings,
  act: (client: Client) => Promise<Task>,
): Promise<Outcome> {
  const waits = waitGiven(given);
  const connection = await around.reach();
  try {
    return await outcomeOf(await act(connection.client), connection, around, waits);
  } finally {
    connection.close();
  }
}

/** A task that was set going as a command's outcome, once it is finished or needs the person where that is waited for. */
export async function outcomeOf(
  task: Task,
  connection: Connection,
  around: Surroundings,
  waits: ReturnType<typeof waitGiven>,
): Promise<Outcome> {
  if (waits === null) return taskOutcome(connection.client, task, around);
  around.err.isTTY && around.err.write(`Queued task ${task.id}.\n`);
  return finished(await waitForTask(task.id, connection, around, waits.minutes), connection.client, around);
}

/** A change in review; null of one that cannot be compared now, as when its base is gone. */
export async function reviewOf(client: Client, task: number): Promise<Review | null> {
  return client.reviews.get({ task }).catch(() => null);
}

/** Whether a change conflicts with its base now; undefined when nobody could look. */
export function conflictsIn(review: Review | null): boolean | undefined {
  return review === null ? undefined : review.conflicts.length > 0;
}
