import type { Connection } from '../core/client';
import { endedInIt } from '../core/contract/move-words';
import type { Status } from '../core/contract/status';
import type { Task, TaskDetail } from '../core/contract/task';
import { plainLine } from './plain';
import { counted } from './text';

/** The states of tasks that a start goes on with. */
export const unfinished = ['running', 'waiting', 'queued'] as const;

/** What a start goes on with: `2 unfinished tasks and train 3`; null for nothing. */
export function goesOnWith(tasks: Status['tasks'], trains: readonly number[]): string | null {
  // Each may be in another state by now than it was a moment ago; how many there are is true for longer.
  const total = unfinished.reduce((sum, state) => sum + tasks[state], 0);
  const parts = [
    ...(total === 0 ? [] : [counted(total, 'unfinished task')]),
    ...(trains.length === 0 ? [] : [`train${trains.length === 1 ? '' : 's'} ${trains.join(', ')}`]),
  ];
  return parts.length === 0 ? null : parts.join(' and ');
}

/** That a runtime was started, what it finished and what it goes on with: whoever stopped it before may not want that. */
export async function begunText({ client }: Pick<Connection, 'client'>): Promise<string> {
  const [{ tasks, startedAt }, trains, done, failed] = await Promise.all([
    client.runtime.status(),
    client.trains.list(),
    client.tasks.list({ states: ['done'], limit: 200 }),
    client.tasks.list({ states: ['failed'], limit: 200 }),
  ]);
  const since = done.filter(({ stateSince }) => stateSince >= startedAt);
  const finished = await Promise.all(since.map(({ id }) => client.tasks.get({ task: id })));
  const open = trains.filter(({ state }) => state === 'open').map(({ id }) => id);
  return begunWords({
    finished: finished.filter(isFinishedByStart),
    goesOn: goesOnWith(tasks, open.reverse()),
    lost: failed.filter(isGivenUp(startedAt)),
  });
}

/** The same in words, of what a start found. */
export function begunWords(found: {
  /** The tasks whose merge was cut short and is done now. */
  readonly finished: readonly Pick<Task, 'id' | 'base'>[];
  readonly goesOn: string | null;
  readonly lost: readonly Pick<Task, 'id'>[];
}): string {
  const finished = [...found.finished].sort((one, other) => one.id - other.id);
  const names = found.lost.map(({ id }) => id).sort((one, other) => one - other);
  const merged = finished.map(({ id, base }) => `task ${id} into ${plainLine(base)}`).join(', ');
  return [
    'No runtime was running, so one was started in the background.',
    ...(merged === '' ? [] : [`It finished merging ${merged}, which had been cut short.`]),
    found.goesOn !== null
      ? `It goes on with ${found.goesOn}.`
      : merged === ''
        ? 'It has no unfinished task.'
        : 'Nothing else is unfinished.',
    ...(names.length === 0
      ? []
      : [
          `${names.length} failed because Switchyard ended in ${names.length === 1 ? 'it' : 'them'} too often: task ${names.join(', ')}.`,
        ]),
    'It is ended by `switchyard stop`.',
  ].join(' ');
}

/** Whether a start found that the change of a task was landing when the last runtime ended, and finished that. */
function isFinishedByStart({ outcome, transitions }: Pick<TaskDetail, 'outcome' | 'transitions'>): boolean {
  return (outcome === 'merged' || outcome === 'answered') && transitions.at(-1)?.by === 'recovery';
}

/** Whether a task failed as a runtime that started then looked through what was in hand. */
function isGivenUp(startedAt: number): (task: Task) => boolean {
  return ({ stateSince, error }) => stateSince >= startedAt && (error ?? '').startsWith(endedInIt);
}
