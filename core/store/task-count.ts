import { type TaskState, taskStates } from '../contract/task';
import type { Database } from './database';
import { getRow, run } from './statement';
import { tasksIn } from './task-index';

/** The states that may hold any number of tasks: to count these takes longer with each. */
const finished: ReadonlySet<TaskState> = new Set(['done', 'failed', 'cancelled']);

/** How many tasks are in each state. Finished ones are read from counters: the time it takes does not grow with them. */
export function countTasks(db: Database): Record<TaskState, number> {
  return getRow<Record<TaskState, number>>(db, selectCounts) as Record<TaskState, number>;
}

const selectCounts = `SELECT ${taskStates
  .map((state) => {
    const counts = finished.has(state)
      ? [`(SELECT count FROM finished_count WHERE state = '${state}')`]
      : tasksIn[state].map((sort) => `(SELECT count(*) FROM ${sort})`);
    return `${counts.join(' + ')} AS ${state}`;
  })
  .join(', ')}`;

/** Counts a task out of one state and into another. Called in the transaction that moves it. */
export function shiftCount(db: Database, { from, to }: { readonly from: TaskState; readonly to: TaskState }): void {
  for (const [state, by] of [[from, -1] as const, [to, 1] as const]) {
    if (finished.has(state)) run(db, 'UPDATE finished_count SET count = count + ? WHERE state = ?', by, state);
  }
}
