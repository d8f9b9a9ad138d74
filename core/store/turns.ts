import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** A turn whose agent's program is held by a host. */
export interface TurnRow {
  readonly id: number;
  readonly task: number;
  readonly session: number;
  /** What it was begun with, as JSON. */
  readonly given: string;
  /** How often in a row a runtime took it up and did not get as far as the one before. */
  readonly takenUp: number;
}

const columns = 'id, task_id AS task, session_id AS session, given, taken_up AS takenUp';

/** Notes that a turn's program is about to be started and gives the turn's id, which is never given again. */
export function insertTurn(
  db: Database,
  turn: { readonly task: number; readonly session: number; readonly given: string; readonly at: number },
): number {
  return run(
    db,
    'INSERT INTO turn (task_id, session_id, given, started_at) VALUES (?, ?, ?, ?)',
    turn.task,
    turn.session,
    turn.given,
    turn.at,
  ).id;
}

/** The turn of a task that is held, or undefined. */
export function turnOf(db: Database, task: number): TurnRow | undefined {
  return getRow<TurnRow>(db, `SELECT ${columns} FROM turn WHERE task_id = ?`, task);
}

/** The held turns of tasks that are in hand. */
export function listTurns(db: Database): TurnRow[] {
  return allRows<TurnRow>(
    db,
    `SELECT ${columns} FROM turn WHERE task_id IN (SELECT id FROM task WHERE state IN ('running', 'waiting')) ORDER BY id`,
  );
}

/** Forgets every turn but these. */
export function keepTurns(db: Database, kept: readonly number[]): void {
  run(db, 'DELETE FROM turn WHERE id NOT IN (SELECT value FROM json_each(?))', JSON.stringify(kept));
}

/** Counts that a runtime takes a turn up, or that one got as far as the one before: then it begins anew. */
export function countTakingUp(
  db: Database,
  { turn, through }: { readonly turn: number; readonly through: boolean },
): void {
  run(db, `UPDATE turn SET taken_up = ${through ? '0' : 'taken_up + 1'} WHERE id = ?`, turn);
}

/** Forgets the turn of a task. */
export function deleteTurn(db: Database, task: number): void {
  run(db, 'DELETE FROM turn WHERE task_id = ?', task);
}
