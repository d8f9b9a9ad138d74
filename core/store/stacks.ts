import { footingOf, type Part, standsOn } from '../contract/stack';
import type { Database } from './database';
import { dependants, listDependencies } from './dependencies';
import { allRows, getRow, run } from './statement';

/** The commit a task's own change begins at, while it stands on changes of other tasks. */
export interface Stack {
  readonly oid: string;
  /** Why it does not stand on them as they are now, a sentence; null while it does. */
  readonly problem: string | null;
  /** What could not be done when `problem` was found: the same is not tried again by itself. */
  readonly tried: string | null;
  /** What its agent was told to bring it onto last. */
  readonly told: string | null;
}

/** What a task stands on beside its base; undefined for nothing. */
export function stackOf(db: Database, task: number): Stack | undefined {
  return getRow<Stack>(db, 'SELECT oid, problem, tried, told FROM stack WHERE task_id = ?', task);
}

/** Where a task's own change begins while it stands on others' changes; null on its base alone, also while a problem is kept. */
export function stackOidOf(db: Database, task: number): string | null {
  const sql = 'SELECT oid FROM stack WHERE task_id = @task AND EXISTS (SELECT 1 FROM stack_part WHERE task_id = @task)';
  return getRow<{ oid: string }>(db, sql, { task })?.oid ?? null;
}

/** The changes a task stands on, by id. */
export function partsOf(db: Database, task: number): Part[] {
  return allRows<Part>(db, 'SELECT after_id AS id, head FROM stack_part WHERE task_id = ? ORDER BY after_id', task);
}

/** Keeps what a task stands on from now on; its base alone when there are no parts. */
export function setStack(
  db: Database,
  { task, oid, parts }: { readonly task: number; readonly oid: string; readonly parts: readonly Part[] },
): void {
  run(db, 'DELETE FROM stack_part WHERE task_id = ?', task);
  run(db, 'DELETE FROM stack WHERE task_id = ?', task);
  if (parts.length === 0) return;
  run(db, 'INSERT INTO stack (task_id, oid) VALUES (?, ?)', task, oid);
  for (const { id, head } of parts)
    run(db, 'INSERT INTO stack_part (task_id, after_id, head) VALUES (?, ?, ?)', task, id, head);
}

/** Keeps why a task could not be brought onto what it is to stand on. `oid` is where its own change begins. */
export function noteProblem(
  db: Database,
  {
    task,
    oid,
    problem,
    tried,
    told,
  }: {
    readonly task: number;
    readonly oid: string;
    readonly problem: string;
    readonly tried: string;
    /** Given when its agent was told. */
    readonly told?: string;
  },
): void {
  const insert = `INSERT INTO stack (task_id, oid, problem, tried, told) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (task_id) DO UPDATE SET problem = excluded.problem, tried = excluded.tried, told = coalesce(excluded.told, told)`;
  run(db, insert, task, oid, problem, tried, told ?? null);
}

/** Forgets why a task could not be brought onto what it is to stand on, because it stands there. False when there was nothing. */
export function clearProblem(db: Database, task: number): boolean {
  const { changes } = run(
    db,
    'UPDATE stack SET problem = NULL, tried = NULL WHERE task_id = ? AND problem IS NOT NULL',
    task,
  );
  const gone =
    'DELETE FROM stack WHERE task_id = @task AND NOT EXISTS (SELECT 1 FROM stack_part WHERE task_id = @task)';
  run(db, gone, { task });
  return changes === 1;
}

/** The tasks in review that do not stand on what they are to stand on, or of which that is still said, by id. */
export function staleStacks(db: Database): number[] {
  const some = allRows<{ id: number }>(
    db,
    `SELECT id FROM task INDEXED BY task_review WHERE state = 'review' AND (
       EXISTS (SELECT 1 FROM stack WHERE stack.task_id = task.id)
       OR EXISTS (SELECT 1 FROM task_dependency WHERE task_dependency.task_id = task.id AND start = 'review')
     ) ORDER BY id`,
  );
  return some.map(({ id }) => id).filter((task) => isStale(db, task) || stackOf(db, task)?.problem != null);
}

/** Whether a task is to be brought onto something else than it stands on. */
export function isStale(db: Database, task: number): boolean {
  const parts = partsOf(db, task);
  return !standsOn(footingOf(listDependencies(db, task), parts), parts);
}

/** The unfinished tasks that are after another one, or that an unfinished one is after, by id. */
export function stackedTasks(db: Database): number[] {
  const unfinished = allRows<{ id: number }>(
    db,
    `SELECT id FROM task INDEXED BY task_review WHERE state = 'review'
     UNION SELECT id FROM task INDEXED BY task_broken WHERE state IN ('failed', 'cancelled')
     UNION SELECT id FROM task INDEXED BY task_lease WHERE state IN ('running', 'waiting')
     UNION SELECT id FROM task WHERE state = 'queued' ORDER BY id`,
  ).map(({ id }) => id);
  const open = new Set(unfinished);
  return unfinished.filter(
    (task) => listDependencies(db, task).length > 0 || dependants(db, task).some((other) => open.has(other)),
  );
}
