import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** The finished tasks whose change is still to land by what their repository says, oldest first. */
export function dueLandings(db: Database): number[] {
  return allRows<{ id: number }>(db, 'SELECT id FROM task WHERE landing_due = 1 ORDER BY id').map(({ id }) => id);
}

/** Whether a task's finished change is still to land by what its repository says. */
export function isLandingDue(db: Database, task: number): boolean {
  return getRow(db, 'SELECT 1 FROM task WHERE id = ? AND landing_due = 1', task) !== undefined;
}

/** Notes that it was tried: what did not land stays in review for the person. */
export function forgetDueLanding(db: Database, task: number): void {
  run(db, 'UPDATE task SET landing_due = 0 WHERE id = ?', task);
}
