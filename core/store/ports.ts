import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** The first of a task's ports, or null when it has none yet. */
export function portOf(db: Database, task: number): number | null {
  return getRow<{ port: number }>(db, 'SELECT first_port AS port FROM task_port WHERE task_id = ?', task)?.port ?? null;
}

/** The first ports of all tasks that are not done; those of the others are free again. */
export function portsTaken(db: Database): number[] {
  run(
    db,
    "DELETE FROM task_port WHERE task_id IN (SELECT id FROM task WHERE id = task_port.task_id AND state = 'done')",
  );
  return allRows<{ port: number }>(db, 'SELECT first_port AS port FROM task_port').map(({ port }) => port);
}

/** Gives a task its ports. False when another task has them. */
export function keepPort(db: Database, task: number, port: number): boolean {
  const { changes } = run(
    db,
    `INSERT INTO task_port (task_id, first_port) SELECT ?, ?
     WHERE NOT EXISTS (SELECT 1 FROM task_port WHERE first_port = ? AND task_id <> ?)
     ON CONFLICT (task_id) DO UPDATE SET first_port = excluded.first_port`,
    task,
    port,
    port,
    task,
  );
  return changes > 0;
}
