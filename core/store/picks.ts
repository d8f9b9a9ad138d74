import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** The task of a contest that was picked last. */
export interface PickRow {
  readonly contest: number;
  readonly task: number;
  /**
   * - `landing`: written before its change lands; `discarding` once it has, and gone when it did not.
   * - `discarding`: the others go one by one; whoever starts next goes on with it.
   * - `done`: nothing more happens.
   */
  readonly state: 'landing' | 'discarding' | 'done';
  readonly by: string;
}

const columns = 'contest_id AS contest, task_id AS task, state, picked_by AS "by"';

/** The task of a contest that was picked last; undefined for none. */
export function pickOf(db: Database, contest: number): PickRow | undefined {
  return getRow<PickRow>(db, `SELECT ${columns} FROM pick WHERE contest_id = ?`, contest);
}

/** The picks that are not done, oldest first. */
export function openPicks(db: Database): PickRow[] {
  return allRows<PickRow>(db, `SELECT ${columns} FROM pick WHERE state <> 'done' ORDER BY picked_at, contest_id`);
}

/**
 * Notes which task of a contest is picked once its change lands, in place of what was picked before: what that had not discarded
 * yet stays, which may be the very task that is picked now.
 */
export function intendPick(
  db: Database,
  { contest, task, by, at }: Omit<PickRow, 'state'> & { readonly at: number },
): void {
  run(db, 'DELETE FROM pick_rest WHERE contest_id = ?', contest);
  run(
    db,
    "INSERT OR REPLACE INTO pick (contest_id, task_id, state, picked_by, picked_at) VALUES (?, ?, 'landing', ?, ?)",
    ...[contest, task, by, at],
  );
}

/** Forgets a pick whose change did not land. */
export function forgetIntent(db: Database, contest: number): void {
  run(db, "DELETE FROM pick WHERE contest_id = ? AND state = 'landing'", contest);
}

/** Picks a task of a contest: these others are to be discarded. */
export function beginPick(
  db: Database,
  { others, ...pick }: Omit<PickRow, 'state'> & { readonly others: readonly number[]; readonly at: number },
): void {
  intendPick(db, pick);
  run(db, "UPDATE pick SET state = 'discarding' WHERE contest_id = ?", pick.contest);
  for (const other of others) run(db, 'INSERT INTO pick_rest (task_id, contest_id) VALUES (?, ?)', other, pick.contest);
}

/** The tasks that are still to be discarded because another one was picked, by id. */
export function restOfPick(db: Database, contest: number): number[] {
  const sql = 'SELECT task_id AS id FROM pick_rest WHERE contest_id = ? ORDER BY task_id';
  return allRows<{ id: number }>(db, sql, contest).map(({ id }) => id);
}

/** Notes that nothing more is to be done to a task because another one was picked: it is discarded, or could not be. */
export function leaveRest(db: Database, task: number): void {
  run(db, 'DELETE FROM pick_rest WHERE task_id = ?', task);
}

/** Ends a pick of which no task is left to be discarded. */
export function endPick(db: Database, contest: number): void {
  run(
    db,
    `UPDATE pick SET state = 'done' WHERE contest_id = @contest AND state = 'discarding'
       AND NOT EXISTS (SELECT 1 FROM pick_rest WHERE contest_id = @contest)`,
    { contest },
  );
}
