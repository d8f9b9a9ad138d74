import type { Database } from './database';
import { allRows } from './statement';

/** The newest run of each check in a worktree, on the commit its task's change stands at. */
const newest = `check_run JOIN task ON task.id = check_run.task_id
  WHERE check_run.id = (SELECT max(id) FROM check_run AS run WHERE run.task_id = task.id AND run.name = check_run.name
    AND run.train_id IS NULL AND run.head = task.change_head)`;

/** So often a runtime may die while a check runs that it began: who knows whether that is why, and the next would die of it, too. */
const mostDeaths = 3;

/** How often that was; one that was closed has looked what the check left behind, and one that ended with the machine died of that. */
const deaths = `(SELECT count(*) FROM check_run AS run WHERE run.task_id = check_run.task_id AND run.name = check_run.name
  AND run.head = check_run.head AND run.train_id IS NULL AND run.by_itself = 1 AND run.cut_off = 'closing' AND run.left_behind IS NULL)`;

/** A takeover that came to nothing ended it, or the end of a runtime one that nobody else would begin again. */
const isDue = `(check_run.cut_off = 'takeover'
  OR (check_run.cut_off = 'closing' AND check_run.by_itself = 1 AND ${deaths} < ${mostDeaths}))`;

/** The checks that ran on a task's change as it stands, by name, and whether each is to be run again. */
export function ranOnChange(db: Database, task: number): ReadonlyMap<string, boolean> {
  const rows = allRows<{ name: string; due: number | null }>(
    db,
    `SELECT check_run.name, ${isDue} AS due FROM ${newest} AND task.id = ?`,
    task,
  );
  return new Map(rows.map(({ name, due }) => [name, due === 1]));
}

/** The tasks in review that have a check that is to be run again. */
export function tasksWithDueChecks(db: Database): number[] {
  return allRows<{ id: number }>(
    db,
    `SELECT DISTINCT task.id FROM ${newest} AND check_run.cut_off IS NOT NULL AND task.state = 'review' AND ${isDue} ORDER BY task.id`,
  ).map(({ id }) => id);
}
