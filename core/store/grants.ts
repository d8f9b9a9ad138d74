import { z } from 'zod';
import { measures } from '../contract/budget';
import { startOfDay } from '../contract/waited';
import type { Database } from './database';
import { getRow, run } from './statement';

/** Which budget a request is about, and how much more of it the person may allow. */
const budgetAskedSchema = z.object({
  scope: z.enum(['task', 'repository', 'day']),
  measure: z.enum(measures),
  more: z.number().positive(),
});
export type BudgetAsked = z.infer<typeof budgetAskedSchema>;

/**
 * Allows what a request asked beyond its budget: a task's for good, the others' for the day of the answer. Called in the
 * transaction that answers it; a second call changes nothing.
 */
export function grantMore(db: Database, { request, at }: { readonly request: number; readonly at: number }): void {
  const row = getRow<{ budget: string; task: number; repository: number }>(
    db,
    `SELECT request.budget, task.id AS task, task.repository_id AS repository FROM request
     JOIN task ON task.id = request.task_id WHERE request.id = ? AND request.kind = 'budget'`,
    request,
  );
  if (row === undefined) return;
  const { scope, measure, more } = budgetAskedSchema.parse(JSON.parse(row.budget));
  run(
    db,
    `INSERT OR IGNORE INTO budget_grant (request_id, scope, subject, day, measure, amount, granted_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    request,
    scope,
    { task: row.task, repository: row.repository, day: 0 }[scope],
    scope === 'task' ? 0 : startOfDay(at),
    measure,
    more,
    at,
  );
}

/** Notes that a task is to be finished with what is there: no further turn is begun before its review. */
export function finishNow(db: Database, task: number): void {
  run(db, 'UPDATE task SET finishing = 1 WHERE id = ?', task);
}

/** Whether a task is to be finished with what is there. */
export function isFinishing(db: Database, task: number): boolean {
  return getRow(db, 'SELECT 1 FROM task WHERE id = ? AND finishing = 1', task) !== undefined;
}
