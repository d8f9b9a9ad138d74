import type { Priority, TaskState } from '../contract/task';
import { taskStates } from '../contract/task';
import type { Database } from './database';
import { allRows, run } from './statement';

/** How many tasks are in each state. Read from counters: the time it takes does not grow with the tasks. */
export function countTasks(db: Database): Record<TaskState, number> {
  const counts = Object.fromEntries(taskStates.map((state) => [state, 0])) as Record<TaskState, number>;
  const rows = allRows<{ state: TaskState; count: number }>(
    db,
    'SELECT state, sum(count) AS count FROM task_count GROUP BY state',
  );
  for (const row of rows) counts[row.state] = row.count;
  return counts;
}

/** Adds to one counter. Called in the transaction that changes the state, by whoever writes it. */
export function addToCount(db: Database, state: TaskState, priority: Priority, by: number): void {
  run(db, 'UPDATE task_count SET count = count + ? WHERE state = ? AND priority = ?', by, state, priority);
}
