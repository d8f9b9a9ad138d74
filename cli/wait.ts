import type { Client, Connection } from '../core/client';
import { CodedError } from '../core/contract/errors';
import type { Task, TaskState } from '../core/contract/task';
import { type Given, notPassed, type Surroundings, UsageError } from './command';
import { stateText, whenText, whyQueued } from './text';

/** States in which nothing more happens until a person acts. */
const resting: readonly TaskState[] = ['review', 'done', 'failed', 'cancelled'];

/** Whether a task waits for a person, or for nobody any more. */
export function isResting(task: Task): boolean {
  return resting.includes(task.state) || task.requests.length > 0;
}

/**
 * How waiting for several tasks that do the same ends: 0 as soon as one of them is done, is to be reviewed or asks something,
 * 1 while one still goes on or when all failed, and a number of its own when required checks passed on none that is in review.
 */
export function exitOfSeveral(tasks: readonly Task[], isHeld: (task: Task) => boolean): 0 | 1 | typeof notPassed {
  const [held, others] = [tasks.filter((task) => task.state === 'review' && isHeld(task)), tasks.filter(isDue)];
  if (others.length === 0 || !tasks.every(isResting)) return 1;
  return others.every((task) => held.includes(task)) ? notPassed : 0;
}

/** Whether something of a task is there, or is asked for. */
function isDue({ state }: Task): boolean {
  return state !== 'failed' && state !== 'cancelled';
}

/** The options of a command that can wait for the task it sets going, and how they are typed. */
export const waitOptions = { wait: { type: 'boolean' }, 'wait-minutes': { type: 'string' } } as const;
export const waitUsage = '[--wait [--wait-minutes N]]';

/** Whether a command is to wait, and for how many minutes at most, null for as long as it takes; null when it is not to. Throws UsageError. */
export function waitGiven(given: Given): { readonly minutes: number | null } | null {
  const minutes = waitMinutes(given);
  return minutes === null && !given.flag('wait') ? null : { minutes };
}

/** How many minutes are waited for at most; null for as long as it takes. Throws UsageError. */
export function waitMinutes(given: Given): number | null {
  const typed = given.text('wait-minutes');
  if (typed === undefined) return null;
  const minutes = Number(typed);
  if (typed.trim() === '' || !(minutes > 0 && minutes <= 100_000))
    throw new UsageError('--wait-minutes must be a number of minutes above 0.');
  return minutes;
}

/**
 * Watches a task until it is in review, done, failed, cancelled or waits for a person, and gives it back as it is then.
 * A runtime that dies meanwhile is started again; the task goes on where it was. After `minutes`, unless they are null, the
 * task is given back as it is.
 */
export async function waitForTask(
  id: number,
  first: Connection,
  around: Surroundings,
  minutes: number | null = null,
): Promise<Task> {
  const say = progress(around);
  const end = new AbortController();
  const stop = () => end.abort();
  around.signal.addEventListener('abort', stop, { once: true });
  // Pressed before there was anything to wait for, it is not told again.
  if (around.signal.aborted) stop();
  const timer = minutes === null ? undefined : setTimeout(stop, minutes * 60_000);
  let again: Connection | null = null;
  try {
    for (let attempt = 1; ; attempt += 1) {
      const connection = again ?? first;
      try {
        return await watch(id, connection.client, end.signal, say);
      } catch (error) {
        if (around.signal.aborted) {
          throw new CodedError(
            'CANCELLED',
            `Stopped waiting. Task ${id} goes on; see it with: ${around.program} task show ${id}`,
          );
        }
        if (end.signal.aborted) return await connection.client.tasks.get({ task: id });
        if (attempt === 3 || !(await hasClosed(connection))) throw error;
        again?.close();
        again = await around.reach();
      }
    }
  } finally {
    clearTimeout(timer);
    around.signal.removeEventListener('abort', stop);
    again?.close();
  }
}

async function watch(id: number, client: Client, signal: AbortSignal, say: (task: Task) => void): Promise<Task> {
  signal.throwIfAborted();
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

/** Until when a task is parked, by the clock where this is read, and how to have it go on before. */
function parkedText({ id, parked, runAfter }: Task, program: string): string {
  if (parked === null || runAfter === null) return '';
  const sooner = parked === 'budget' ? '' : ` To go on now: ${program} task resume ${id}`;
  return `#${id} is parked until ${whenText(runAfter)}.${sooner}`;
}

/** Live progress for a person at a terminal; elsewhere only until when a task is parked. Each is told once per change. */
function progress({ err, program }: Pick<Surroundings, 'err' | 'program'>): (task: Task) => void {
  let last = '';
  return (task) => {
    const why = whyQueued(task);
    // A time that moves by seconds is the same to whoever reads it.
    const minute = task.parked === null || task.runAfter === null ? null : Math.round(task.runAfter / 60_000);
    const known = JSON.stringify([task.state, task.takeover?.state, why, minute]);
    if (known === last) return;
    last = known;
    const parked = parkedText(task, program);
    // Even a script that waits for hours is told why, once.
    if (!err.isTTY) return void (parked === '' || err.write(`${parked}\n`));
    err.write(
      `#${task.id} ${stateText(task)}${why === null ? '' : ` (${why})`}\n${parked === '' ? '' : `${parked}\n`}`,
    );
  };
}
