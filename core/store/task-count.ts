import type { Priority } from '../contract/priority';
import type { TaskState } from '../contract/task';
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

/** Counts new tasks of a state. Called in the transaction that stores them. */
export function addToCount(db: Database, state: TaskState, priority: Priority): void {
  run(db, 'UPDATE task_count SET count = count + 1 WHERE state = ? AND priority = ?', state, priority);
}

/** Counts a task out of a state and priority. Called in the transaction that changes either. */
export function takeFromCount(db: Database, state: TaskState, priority: Priority): void {
  run(db, 'UPDATE task_count SET count = count - 1 WHERE state = ? AND priority = ?', state, priority);
}

/** Counts tasks out of one state and into another. Called in the transaction that moves them. */
export function shiftCount(
  db: Database,
  move: { readonly from: TaskState; readonly to: TaskState; readonly priority: Priority; readonly by: number },
): void {
  run(
    db,
    `UPDATE task_count SET count = count + CASE state WHEN ? THEN ? ELSE ? END
     WHERE state IN (?, ?) AND priority = ?`,
    move.to,
    move.by,
    -move.by,
    move.from,
    move.to,
    move.priority,
  );
}
