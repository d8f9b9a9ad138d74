import type { Client, Connection } from '../core/client';
import { CodedError } from '../core/contract/errors';
import type { Task, TaskState } from '../core/contract/task';
import type { Output, Surroundings } from './command';
import { stateText, whyQueued } from './text';

/** States in which nothing more happens until a person acts. */
const resting: readonly TaskState[] = ['review', 'done', 'failed', 'cancelled'];

/** Whether a task waits for a person, or for nobody any more. */
export function isResting(task: Task): boolean {
  return resting.includes(task.state) || task.requests.length > 0;
}

/**
 * Watches a task until it is in review, done, failed, cancelled or waits for a person, and gives it back as it is then.
 * A runtime that dies meanwhile is started again; the task goes on where it was.
 */
export async function waitForTask(id: number, first: Connection, around: Surroundings): Promise<Task> {
  const say = progress(around.err);
  let again: Connection | null = null;
  try {
    for (let attempt = 1; ; attempt += 1) {
      const connection = again ?? first;
      try {
        return await watch(id, connection.client, around.signal, say);
      } catch (error) {
        if (around.signal.aborted) {
          throw new CodedError(
            'CANCELLED',
            `Stopped waiting. Task ${id} goes on; see it with: ${around.program} task show ${id}`,
          );
        }
        if (attempt === 3 || !(await hasClosed(connection))) throw error;
        again?.close();
        again = await around.reach();
      }
    }
  } finally {
    again?.close();
  }
}

async function watch(id: number, client: Client, signal: AbortSignal, say: (task: Task) => void): Promise<Task> {
  const stream = await client.changes.follow(undefined, { signal });
  for await (const change of stream) {
    const task =
      change.type === 'snapshot'
        ? (change.tasks.find((one) => one.id === id) ?? (await client.tasks.get({ task: id })))
        : change.type === 'task.changed' && change.task.id === id
          ? change.task
          : undefined;
    if (task === undefined) continue;
    say(task);
    // A finished task is read once more: only then is everything about it certain to be told.
    if (isResting(task)) return client.tasks.get({ task: id });
  }
  throw new Error(`The runtime ended while task ${id} was being watched.`);
}

async function hasClosed(connection: Connection): Promise<boolean> {
  const soon = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 250).unref());
  return Promise.race([connection.closed.then(() => true), soon]);
}

function parkedText({ id, parked, runAfter }: Task): string {
  if (parked === null || runAfter === null) return '';
  return `#${id} parked until ${new Date(runAfter).toISOString()}`;
}

/** Live progress for a person at a terminal; elsewhere only until when a task is parked. */
function progress(err: Output): (task: Task) => void {
  let last = '';
  return (task) => {
    if (!err.isTTY) {
      // Even a script that waits for hours is told why, once.
      const line = parkedText(task);
      if (line === '' || line === last) return;
      last = line;
      err.write(`${line}\n`);
      return;
    }
    const why = whyQueued(task);
    const line = `#${task.id} ${stateText(task)}${why === null ? '' : ` (${why})`}`;
    if (line === last) return;
    last = line;
    err.write(`${line}\n`);
  };
}
