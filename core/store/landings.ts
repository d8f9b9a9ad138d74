import type { Strategy } from '../contract/strategy';
import type { Database } from './database';
import type { Taken } from './decisions';
import { recordIntent } from './intent';
import { allRows, getRow, run } from './statement';

/** A merge about to be published, written down first, so that recovery can finish it or find that nothing happened. */
export interface Landing {
  readonly id: number;
  readonly task: number;
  /** The full name of the branch that moves. */
  readonly baseRef: string;
  readonly oldOid: string;
  readonly newOid: string;
  /** The commit of the task's branch that was approved; null in stores older than this column. */
  readonly headOid: string | null;
  /** The checkout that moves with it, or null when the branch is checked out nowhere. */
  readonly checkout: string | null;
  readonly strategy: Strategy;
  readonly message: string;
  /** What is recorded once the change is on its base; null in stores older than this column. */
  readonly decision: Taken | null;
  readonly createdAt: number;
}

/** Writes the intent and gives its id. Throws CONFLICT when the task has one that is not finished. */
export function recordLanding(
  db: Database,
  landing: Omit<Landing, 'id' | 'createdAt'> & { readonly at: number },
): number {
  const insert = `INSERT INTO landing (task_id, base_ref, old_oid, new_oid, head_oid, checkout, strategy, message, decision,
      state, created_at)
    VALUES (@task, @baseRef, @oldOid, @newOid, @headOid, @checkout, @strategy, @message, @decision, 'open', @at)
    ON CONFLICT DO NOTHING`;
  return recordIntent(db, insert, landing, `Task ${landing.task} is being merged already. Wait for that to end.`);
}

/** Closes an intent: `landed` when the branch carries the change, `abandoned` when nothing moved. False when it was closed before. */
export function finishLanding(
  db: Database,
  end: { readonly landing: number; readonly state: 'landed' | 'abandoned'; readonly at: number },
): boolean {
  const { changes } = run(
    db,
    "UPDATE landing SET state = ?, ended_at = ? WHERE id = ? AND state = 'open'",
    end.state,
    end.at,
    end.landing,
  );
  return changes === 1;
}

interface Row extends Omit<Landing, 'decision'> {
  readonly decision: string | null;
}

const columns = `id, task_id AS task, base_ref AS baseRef, old_oid AS oldOid, new_oid AS newOid, head_oid AS headOid,
  checkout, strategy, message, decision, created_at AS createdAt`;

/** The intents nobody closed, oldest first. */
export function openLandings(db: Database): Landing[] {
  return allRows<Row>(db, `SELECT ${columns} FROM landing WHERE state = 'open' ORDER BY id`).map(toLanding);
}

/** The intent of a task that nobody closed, or undefined. */
export function openLandingOf(db: Database, task: number): Landing | undefined {
  const row = getRow<Row>(db, `SELECT ${columns} FROM landing WHERE task_id = ? AND state = 'open'`, task);
  return row === undefined ? undefined : toLanding(row);
}

/** The merge by which a task's change came onto its base, or undefined when it did not. */
export function landedOf(db: Database, task: number): Landing | undefined {
  const row = getRow<Row>(
    db,
    `SELECT ${columns} FROM landing WHERE task_id = ? AND state = 'landed' ORDER BY id DESC LIMIT 1`,
    task,
  );
  return row === undefined ? undefined : toLanding(row);
}

/** Notes that the person was told what came while a change landed, or that nothing did. */
export function markLandingTold(db: Database, told: { readonly landing: number; readonly at: number }): void {
  run(db, 'UPDATE landing SET told_at = ? WHERE id = ? AND told_at IS NULL', told.at, told.landing);
}

/** The merges of which nobody was told yet what came while they landed, oldest first. */
export function untoldLandings(db: Database): (Landing & { readonly endedAt: number })[] {
  return allRows<Row & { readonly endedAt: number }>(
    db,
    `SELECT ${columns}, coalesce(ended_at, created_at) AS endedAt FROM landing
     WHERE state = 'landed' AND told_at IS NULL ORDER BY id`,
  ).map(({ endedAt, ...row }) => ({ ...toLanding(row), endedAt }));
}

function toLanding(row: Row): Landing {
  return { ...row, decision: row.decision === null ? null : (JSON.parse(row.decision) as Taken) };
}
