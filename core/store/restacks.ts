import type { Part } from '../contract/stack';
import type { Database } from './database';
import { recordIntent } from './intent';
import { setStack } from './stacks';
import { allRows, getRow, run } from './statement';

/** The bringing of a task's branch onto another commit, written down first, so that one that was cut short is settled. */
export interface Restack {
  readonly id: number;
  readonly task: number;
  /** Where the task's branch was before it, and where it goes. */
  readonly oldHead: string;
  readonly newHead: string;
  /** Where the task's own change began before it, and begins then. */
  readonly oldOid: string;
  readonly newOid: string;
  /** The changes it stands on then; none for its base alone. */
  readonly parts: readonly Part[];
}

interface Row extends Omit<Restack, 'parts'> {
  readonly parts: string;
}

const columns = `id, task_id AS task, old_head AS oldHead, new_head AS newHead, old_oid AS oldOid, new_oid AS newOid, parts`;

/** Writes the intent and gives its id. Throws CONFLICT while the task has another one under way. */
export function recordRestack(db: Database, restack: Omit<Restack, 'id'> & { readonly at: number }): number {
  const insert = `INSERT INTO restack (task_id, old_head, new_head, old_oid, new_oid, parts, state, created_at)
    VALUES (@task, @oldHead, @newHead, @oldOid, @newOid, @parts, 'open', @at) ON CONFLICT DO NOTHING`;
  const { parts, ...rest } = restack;
  const intent = { ...rest, parts: JSON.stringify(parts) };
  return recordIntent(db, insert, intent, `Task ${restack.task} is being restacked already. Wait for that to end.`);
}

/** Ends what is under way: the task stands on its new footing when the branch `moved`. False when it had ended. */
export function finishRestack(
  db: Database,
  { restack, moved, at }: { readonly restack: Restack; readonly moved: boolean; readonly at: number },
): boolean {
  const end = "UPDATE restack SET state = ?, ended_at = ? WHERE id = ? AND state = 'open'";
  const { changes } = run(db, end, moved ? 'done' : 'abandoned', at, restack.id);
  if (changes === 1 && moved) setStack(db, { task: restack.task, oid: restack.newOid, parts: restack.parts });
  return changes === 1;
}

/** Whether a task's branch was brought onto another commit since then. */
export function wasRestacked(
  db: Database,
  { task, since }: { readonly task: number; readonly since: number },
): boolean {
  const sql = "SELECT 1 FROM restack WHERE task_id = ? AND state = 'done' AND ended_at >= ? LIMIT 1";
  return getRow(db, sql, task, since) !== undefined;
}

/** Those nobody ended, oldest first. */
export function restacksUnderWay(db: Database): Restack[] {
  return allRows<Row>(db, `SELECT ${columns} FROM restack WHERE state = 'open' ORDER BY id`).map(toRestack);
}

/** The one of a task that nobody ended, or undefined. */
export function restackUnderWay(db: Database, task: number): Restack | undefined {
  const row = getRow<Row>(db, `SELECT ${columns} FROM restack WHERE task_id = ? AND state = 'open'`, task);
  return row === undefined ? undefined : toRestack(row);
}

/** The restacks that brought a task's branch on from where it stood at a commit last, one after the other. */
export function restacksFrom(
  db: Database,
  { task, head }: { readonly task: number; readonly head: string },
): Restack[] {
  const done = `SELECT ${columns} FROM restack WHERE task_id = ? AND state = 'done' ORDER BY id`;
  let led: Restack[] = [];
  for (const row of allRows<Row>(db, done, task)) {
    // Put back to that commit it is brought on anew.
    if (row.oldHead === head) led = [toRestack(row)];
    else if (row.oldHead === led.at(-1)?.newHead) led.push(toRestack(row));
  }
  return led;
}

function toRestack(row: Row): Restack {
  return { ...row, parts: JSON.parse(row.parts) as Part[] };
}
