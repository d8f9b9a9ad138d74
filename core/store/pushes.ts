import type { KeptPush } from '../contract/remote';
import type { Database } from './database';
import type { Taken } from './decisions';
import { recordIntent } from './intent';
import { allRows, getRow, run } from './statement';

/** A change about to be put on a branch of a remote, or that was. */
export interface PushRow {
  readonly id: number;
  readonly task: number;
  readonly remote: string;
  /** As it may be shown. */
  readonly url: string;
  readonly branch: string;
  readonly oldOid: string | null;
  readonly newOid: string;
  /** What is recorded once it is there. */
  readonly decision: Taken;
}

interface Row extends Omit<PushRow, 'decision'> {
  readonly decision: string;
}

const columns = `id, task_id AS task, remote, url, branch, old_oid AS oldOid, new_oid AS newOid, decision`;

/** Writes the intent and gives its id. Throws CONFLICT when the task has one that is not finished. */
export function recordPush(db: Database, push: Omit<PushRow, 'id'> & { readonly at: number }): number {
  const insert = `INSERT INTO push (task_id, remote, url, branch, old_oid, new_oid, state, decision, created_at)
    VALUES (@task, @remote, @url, @branch, @oldOid, @newOid, 'open', @decision, @at) ON CONFLICT DO NOTHING`;
  return recordIntent(db, insert, push, `Task ${push.task} is being pushed already. Wait for that to end.`);
}

/** Ends an intent: `done` when the branch is at the commit, `abandoned` when not. False when it had ended before. */
export function finishPush(
  db: Database,
  end: { readonly push: number; readonly state: 'done' | 'abandoned'; readonly at: number },
): boolean {
  const sql = "UPDATE push SET state = ?, ended_at = ? WHERE id = ? AND state = 'open'";
  return run(db, sql, end.state, end.at, end.push).changes === 1;
}

/** The pushes nobody ended, oldest first. */
export function openPushes(db: Database): PushRow[] {
  return allRows<Row>(db, `SELECT ${columns} FROM push WHERE state = 'open' ORDER BY id`).map(toPush);
}

/** The push of a task that nobody ended, or undefined. */
export function openPushOf(db: Database, task: number): PushRow | undefined {
  const row = getRow<Row>(db, `SELECT ${columns} FROM push WHERE task_id = ? AND state = 'open'`, task);
  return row === undefined ? undefined : toPush(row);
}

/** The commit a task's change last brought a branch of a remote to, or null. */
export function lastPushed(
  db: Database,
  { task, url, branch }: { readonly task: number; readonly url: string; readonly branch: string },
): string | null {
  const sql = `SELECT new_oid AS oid FROM push WHERE task_id = ? AND url = ? AND branch = ? AND state = 'done'
    ORDER BY id DESC LIMIT 1`;
  return getRow<{ oid: string }>(db, sql, task, url, branch)?.oid ?? null;
}

/** The push of a task that nobody ended, and the last that was done to each branch of a remote, the newest first. */
export function pushesOf(db: Database, task: number): Omit<KeptPush, 'hasAll'>[] {
  return allRows<Omit<KeptPush, 'hasAll' | 'isOpen'> & { isOpen: 0 | 1 }>(
    db,
    `SELECT remote, url, branch, new_oid AS oid, state = 'open' AS isOpen, coalesce(ended_at, created_at) AS at
     FROM push WHERE id IN (SELECT max(id) FROM push WHERE task_id = ? AND state IN ('open', 'done') GROUP BY state, url, branch)
     ORDER BY id DESC`,
    task,
  ).map((row) => ({ ...row, isOpen: row.isOpen === 1 }));
}

function toPush(row: Row): PushRow {
  return { ...row, decision: JSON.parse(row.decision) as Taken };
}
