import { CodedError } from '../contract/errors';
import type { TaskOutcome, TaskState } from '../contract/task';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** One task that another waits for. */
export interface Dependency {
  readonly id: number;
  readonly title: string;
  readonly state: TaskState;
  readonly outcome: TaskOutcome | null;
}

/** Whether a task in this state lets those that wait for it start. */
export function hasLanded(state: TaskState, outcome: TaskOutcome | null): boolean {
  return state === 'done' && outcome !== 'discarded';
}

/**
 * Makes a task wait until another is merged, published or answered. Saying it twice changes nothing. Throws NOT_FOUND
 * when the other does not exist, CYCLE when the other waits for this one.
 */
export function addDependency(db: Database, { task, after }: { readonly task: number; readonly after: number }): void {
  const other = getRow<{ state: TaskState; outcome: TaskOutcome | null }>(
    db,
    'SELECT state, outcome FROM task WHERE id = ?',
    after,
  );
  if (other === undefined) {
    throw new CodedError('NOT_FOUND', `There is no task ${after} to wait for, so nothing was queued.`, {
      facts: { task, after },
    });
  }
  if (waitsFor(db, after, task)) {
    throw new CodedError('CYCLE', `Task ${task} cannot wait for task ${after}, which already waits for it.`, {
      facts: { task, after },
    });
  }
  const added = run(db, 'INSERT OR IGNORE INTO task_dependency (task_id, after_id) VALUES (?, ?)', task, after);
  if (added.changes === 0 || hasLanded(other.state, other.outcome)) return;
  run(db, 'UPDATE task SET blocked_count = blocked_count + 1 WHERE id = ?', task);
}

/** The tasks this one waits for or waited for, by id. */
export function listDependencies(db: Database, task: number): Dependency[] {
  return allRows<Dependency>(
    db,
    `SELECT task.id, task.title, task.state, task.outcome FROM task_dependency
     JOIN task ON task.id = task_dependency.after_id WHERE task_dependency.task_id = ? ORDER BY task.id`,
    task,
  );
}

/** The tasks that wait for this one, by id: those whose `blockedBy` changes when it moves. */
export function dependants(db: Database, task: number): number[] {
  return allRows<{ task_id: number }>(
    db,
    'SELECT task_id FROM task_dependency WHERE after_id = ? ORDER BY task_id',
    task,
  ).map((row) => row.task_id);
}

/** Frees, or blocks again, the tasks that wait for this one. Called in the transaction in which it lands. */
export function settleDependants(db: Database, task: number, landed: boolean): void {
  run(
    db,
    `UPDATE task SET blocked_count = blocked_count + ?
     WHERE id IN (SELECT task_id FROM task_dependency WHERE after_id = ?)`,
    landed ? -1 : 1,
    task,
  );
}

function waitsFor(db: Database, task: number, other: number): boolean {
  if (task === other) return true;
  const found = getRow(
    db,
    `WITH RECURSIVE before (id) AS (
       SELECT ? UNION SELECT after_id FROM task_dependency JOIN before ON task_dependency.task_id = before.id
     ) SELECT 1 FROM before WHERE id = ?`,
    task,
    other,
  );
  return found !== undefined;
}
