import type { Change } from '../core/contract/change';
import type { Request } from '../core/contract/request';
import { isInHand, type Task } from '../core/contract/task';
import type { Seen } from './notice';

/** The tasks as they were last told, by id. */
export type Tasks = ReadonlyMap<number, Seen>;

/** What a change brought that a person may want to hear of. */
export interface News {
  readonly tasks: Tasks;
  /** Requests that were not there before. */
  readonly requests: readonly Request[];
  /** Tasks that have come to an end: ready for review, answered without a change, or failed. */
  readonly finished: readonly Seen[];
}

/**
 * Takes a change in. What is older than `since`, when listening began, is no news: it was there before. A later snapshot
 * is compared with what was known, so nothing is told twice because the runtime is another one.
 */
export function takeIn(tasks: Tasks, change: Change, since: number): News {
  if (change.type === 'snapshot') {
    const next = new Map(change.tasks.map((task) => [task.id, seen(task)]));
    return { tasks: next, ...compare(tasks, next, [...next.values()], since) };
  }
  if (change.type !== 'task.changed') return { tasks, requests: [], finished: [] };
  const before = tasks.get(change.task.id);
  const now = seen(change.task);
  // Most changes are of what a task used so far, which nobody is told.
  if (before !== undefined && isSame(before, now)) return { tasks, requests: [], finished: [] };
  const next = new Map(tasks).set(now.id, now);
  return { tasks: next, ...compare(tasks, next, [now], since) };
}

/** Every open request, the one that has waited longest first. */
export function openRequests(tasks: Tasks): readonly Request[] {
  return [...tasks.values()]
    .flatMap(({ requests }) => requests)
    .sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
}

/** Whether a task is still at the end it had come to. */
export function isStillAt(tasks: Tasks, end: Seen): boolean {
  const now = tasks.get(end.id);
  return now !== undefined && now.state === end.state && now.stateSince === end.stateSince;
}

function compare(before: Tasks, all: Tasks, now: readonly Seen[], since: number): Omit<News, 'tasks'> {
  const isNew = (at: number) => at >= since;
  return {
    requests: now.flatMap((task) => {
      const known = new Set(before.get(task.id)?.requests.map(({ id }) => id));
      return task.requests.filter(({ id, createdAt }) => !known.has(id) && isNew(createdAt));
    }),
    finished: once(
      now
        .filter((task) => isEnd(task) && isNew(task.stateSince) && hasWorked(before.get(task.id), task, since))
        .flatMap((task) => toldOf(all, task)),
    ),
  };
}

/** What is told when a task ends: of a contest nothing before all of it is finished, and then one change that can be compared. */
function toldOf(all: Tasks, task: Seen): readonly Seen[] {
  if (task.contest == null || task.contest.picked !== null) return [task];
  const tasks = task.contest.tasks.flatMap((id) => all.get(id) ?? []);
  if (tasks.some(isInHand)) return [];
  return [tasks.find(({ state }) => state === 'review') ?? task];
}

function once(tasks: readonly Seen[]): readonly Seen[] {
  return [...new Map(tasks.map((task) => [task.id, task])).values()];
}

function isEnd({ state, outcome }: Seen): boolean {
  return state === 'review' || state === 'failed' || (state === 'done' && outcome === 'answered');
}

/** A change the person brought back to review was not finished by an agent just now. */
function hasWorked(before: Seen | undefined, now: Seen, since: number): boolean {
  // A follower that lags may hear of a task first when it is finished.
  if (before === undefined) return now.createdAt >= since;
  const isOver = before.state === 'done' || before.state === 'cancelled';
  return !isOver && (before.state !== now.state || before.stateSince !== now.stateSince);
}

function isSame(one: Seen, other: Seen): boolean {
  return (
    one.state === other.state &&
    one.stateSince === other.stateSince &&
    one.title === other.title &&
    one.requests.length === other.requests.length &&
    one.requests.every(({ id }, index) => id === other.requests[index]?.id)
  );
}

function seen(task: Task): Seen {
  const { id, title, agent, repository, state, outcome, stateSince, createdAt, requests, contest } = task;
  return { id, title, agent, repository, state, outcome, stateSince, createdAt, requests, contest };
}
