import type { Request } from '../../core/contract/request';
import { type Task, type TaskState, waitsSince } from '../../core/contract/task';

/** A place in the rail: a way to look at the tasks, or the monitor. */
export type Place = 'inbox' | 'running' | 'review' | 'queue' | 'failed' | 'done' | 'monitor' | `repository:${number}`;

/** Whether this is the name of a place. */
export function isPlace(name: unknown): name is Place {
  return typeof name === 'string' && /^(inbox|running|review|queue|failed|done|monitor|repository:\d+)$/.test(name);
}

/** Each state is in one place, so the counts in the rail, a list's head and the status line are the same number. */
const statesOf: Readonly<Record<Exclude<Place, `repository:${number}`>, readonly TaskState[]>> = {
  inbox: ['waiting'],
  running: ['running'],
  review: ['review'],
  queue: ['queued'],
  failed: ['failed'],
  done: ['done', 'cancelled'],
  monitor: [],
};

const priorityRank = { high_priority: 0, default: 1, low_priority: 2 } as const;
const stateRank: Readonly<Record<TaskState, number>> = {
  waiting: 0,
  review: 1,
  running: 2,
  failed: 3,
  queued: 4,
  done: 5,
  cancelled: 5,
};

/** The tasks of a place that match the filter, in the order a person wants them: what waits longest first. */
export function tasksIn(tasks: ReadonlyMap<number, Task>, place: Place, filter: string): readonly Task[] {
  const repository = place.startsWith('repository:') ? Number(place.slice(11)) : null;
  const states = repository === null ? statesOf[place as keyof typeof statesOf] : null;
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found: Task[] = [];
  for (const task of tasks.values()) {
    if (states === null ? task.repositoryId !== repository : !states.includes(task.state)) continue;
    if (matches(task, words)) found.push(task);
  }
  const [named, usual] = [byNumber(words), orderOf(place)];
  return found.sort((one, other) => named(one, other) || usual(one, other));
}

/** Whether every word is somewhere in what a list shows of the task. */
export function matches(task: Task, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text =
    `${task.title} ${task.repository} ${task.branch ?? ''} ${task.agent} ${task.model ?? ''} ${task.state} #${task.id}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Puts a task whose very number is typed, as `31` or `#31`, before those that only match. */
export function byNumber(words: readonly string[]): (one: Task, other: Task) => number {
  const isNamed = ({ id }: Task): boolean => words.includes(`${id}`) || words.includes(`#${id}`);
  return (one, other) => Number(isNamed(other)) - Number(isNamed(one));
}

/** The task that is named by its number and nothing else, wherever it is listed. */
export function taskNamed(tasks: ReadonlyMap<number, Task>, filter: string): Task | undefined {
  const number = /^\s*#?(\d{1,9})\s*$/.exec(filter)?.[1];
  return number === undefined ? undefined : tasks.get(Number(number));
}

function orderOf(place: Place): (one: Task, other: Task) => number {
  if (place === 'queue') {
    return (one, other) =>
      priorityRank[one.priority] - priorityRank[other.priority] ||
      (one.runAfter ?? 0) - (other.runAfter ?? 0) ||
      one.id - other.id;
  }
  if (place === 'inbox' || place === 'review')
    return (one, other) => one.stateSince - other.stateSince || one.id - other.id;
  if (place === 'done' || place === 'failed')
    return (one, other) => other.stateSince - one.stateSince || other.id - one.id;
  return (one, other) =>
    stateRank[one.state] - stateRank[other.state] || waitsSince(other) - waitsSince(one) || other.id - one.id;
}

/** How many tasks are in each state. */
export function countStates(tasks: ReadonlyMap<number, Task>): Readonly<Record<TaskState, number>> {
  const counts = { queued: 0, running: 0, waiting: 0, review: 0, done: 0, failed: 0, cancelled: 0 };
  for (const task of tasks.values()) counts[task.state] += 1;
  return counts;
}

/** Every open request, the one that blocked an agent longest first. */
export function openRequests(tasks: ReadonlyMap<number, Task>): readonly Request[] {
  const found: Request[] = [];
  for (const task of tasks.values())
    for (const request of task.requests) if (request.state === 'open') found.push(request);
  return found.sort((one, other) => one.createdAt - other.createdAt || one.id - other.id);
}

/**
 * The items in the order they have, but with those that were there before in the order they were shown in: what the
 * person looks at changes places only when they come back to it.
 */
export function asShown<T extends { readonly id: number }>(
  items: readonly T[],
  shown: readonly number[],
): readonly T[] {
  const place = new Map(shown.map((id, index) => [id, index]));
  const before = items
    .filter(({ id }) => place.has(id))
    .sort((one, other) => (place.get(one.id) ?? 0) - (place.get(other.id) ?? 0));
  let next = 0;
  return items.map((item) => (place.has(item.id) ? (before[next++] ?? item) : item));
}

/** The window's title: what waits for the person, then the name. */
export function titleFor(requests: number, reviews: number): string {
  const parts = [requests > 0 ? `${requests} waiting` : '', reviews > 0 ? `${reviews} to review` : ''].filter(Boolean);
  return parts.length === 0 ? 'Switchyard' : `${parts.join(', ')} · Switchyard`;
}

/** The last part of a repository's path, which lists show as its name. */
export function nameOfPath(path: string): string {
  return (
    path
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .pop() || path
  );
}
