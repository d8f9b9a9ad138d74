import type { ConversationAfter } from '../contract/checkpoint';
import type { Database } from './database';
import { recordIntent } from './intent';
import { allRows, getRow, run } from './statement';

/** A going back to a checkpoint, written down first, so that one that was cut short is finished. */
export interface Return {
  readonly id: number;
  readonly task: number;
  /** The number of the checkpoint gone back to. */
  readonly target: number;
  /** The number of the checkpoint that keeps what is left. */
  readonly left: number;
  readonly conversation: ConversationAfter;
  readonly by: string;
  /** The task was in review, with what it was to be reviewed committed. */
  readonly inReview: boolean;
  /** How many turns of the newest session had begun. */
  readonly turn: number;
  /** Where HEAD was when it was done; null until then. */
  readonly head: string | null;
  readonly createdAt: number;
}

interface Row extends Omit<Return, 'inReview'> {
  readonly inReview: 0 | 1;
}

const columns = `id, task_id AS task, target, left_number AS left, conversation, by, in_review AS inReview, turn, head,
  created_at AS createdAt`;

function toReturn(row: Row | undefined): Return | undefined {
  return row === undefined ? undefined : { ...row, inReview: row.inReview === 1 };
}

/** Writes the intent and gives its id. Throws CONFLICT when the task has one that is not finished. */
export function recordReturn(
  db: Database,
  intent: Omit<Return, 'id' | 'head' | 'createdAt'> & { readonly at: number },
): number {
  const insert = `INSERT INTO task_return (task_id, target, left_number, conversation, by, in_review, turn, state,
      newest_checkpoint, created_at)
    VALUES (@task, @target, @left, @conversation, @by, @inReview, @turn, 'open',
      (SELECT max(id) FROM checkpoint WHERE task_id = @task), @at)
    ON CONFLICT DO NOTHING`;
  const row = { ...intent, inReview: intent.inReview ? 1 : 0 };
  return recordIntent(db, insert, row, `Task ${intent.task} is going back already. Wait for that to end.`);
}

/** Closes an intent. False when it was closed before. */
export function finishReturn(
  db: Database,
  end: { readonly id: number; readonly state: 'done' | 'abandoned'; readonly head: string | null; readonly at: number },
): boolean {
  const { changes } = run(
    db,
    "UPDATE task_return SET state = ?, head = ?, ended_at = ? WHERE id = ? AND state = 'open'",
    end.state,
    end.head,
    end.at,
    end.id,
  );
  return changes === 1;
}

/** Has a going back that is not finished come after the checkpoint that was made last. */
export function comeAfterNewest(db: Database, id: number): void {
  const sql = `UPDATE task_return SET newest_checkpoint = (SELECT max(id) FROM checkpoint WHERE task_id = task_return.task_id)
    WHERE id = ? AND state = 'open'`;
  run(db, sql, id);
}

/** The intents nobody closed, oldest first. */
export function openReturns(db: Database): Return[] {
  const rows = allRows<Row>(db, `SELECT ${columns} FROM task_return WHERE state = 'open' ORDER BY id`);
  return rows.flatMap((row) => toReturn(row) ?? []);
}

/** The intent of a task that nobody closed, or undefined. */
export function openReturnOf(db: Database, task: number): Return | undefined {
  return toReturn(getRow<Row>(db, `SELECT ${columns} FROM task_return WHERE task_id = ? AND state = 'open'`, task));
}

/** The last going back of a task, when no checkpoint was made since. */
export function lastReturn(db: Database, task: number): Return | undefined {
  const row = getRow<Row>(
    db,
    `SELECT ${columns} FROM task_return WHERE task_id = ? AND state = 'done'
       AND newest_checkpoint = (SELECT max(id) FROM checkpoint WHERE task_id = ?) ORDER BY id DESC LIMIT 1`,
    task,
    task,
  );
  return toReturn(row);
}

/** The newest going back the task's agent has yet to be told of, because its conversation stayed whole. */
export function untoldReturn(db: Database, task: number): Return | undefined {
  const newest = getRow<Row & { readonly toldAt: number | null }>(
    db,
    `SELECT ${columns}, told_at AS toldAt FROM task_return WHERE task_id = ? AND state = 'done' ORDER BY id DESC LIMIT 1`,
    task,
  );
  return newest?.conversation === 'kept' && newest.toldAt === null ? toReturn(newest) : undefined;
}

/** Notes that the agent was told of a going back. */
export function markReturnTold(db: Database, told: { readonly id: number; readonly at: number }): void {
  run(db, 'UPDATE task_return SET told_at = ? WHERE id = ? AND told_at IS NULL', told.at, told.id);
}

/** The numbers of the checkpoints that keep what a task's goings back left. */
export function leftByReturns(db: Database, task: number): number[] {
  const sql = "SELECT DISTINCT left_number AS left FROM task_return WHERE task_id = ? AND state = 'done'";
  return allRows<Pick<Row, 'left'>>(db, sql, task).map(({ left }) => left);
}

/** Whether a checkpoint keeps what was left of a task in review, uncommitted edits as such. */
export function wasInReview(db: Database, left: { readonly task: number; readonly number: number }): boolean {
  const sql =
    'SELECT in_review AS inReview FROM task_return WHERE task_id = ? AND left_number = ? ORDER BY id DESC LIMIT 1';
  return getRow<Pick<Row, 'inReview'>>(db, sql, left.task, left.number)?.inReview === 1;
}
