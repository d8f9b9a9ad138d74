import { type Comment, type CommentPlace, draftsAtOnce } from '../contract/comment';
import { CodedError } from '../contract/errors';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** A comment as it is kept; what became of it is told by git. */
export type CommentRow = Omit<Comment, 'fate' | 'now' | 'since'>;

interface Row {
  readonly id: number;
  readonly task_id: number;
  readonly path: string;
  readonly side: CommentPlace['side'];
  readonly first_line: number | null;
  readonly last_line: number | null;
  readonly head: string;
  readonly merge_base: string;
  readonly quote: string;
  readonly text: string;
  readonly by: string;
  readonly created_at: number;
  readonly sent_at: number | null;
  readonly resolved_at: number | null;
}

/** Keeps a comment as a draft and gives its id. Throws BAD_INPUT when too many wait already. */
export function addComment(
  db: Database,
  comment: Pick<Comment, 'task' | 'place' | 'head' | 'mergeBase' | 'quote' | 'text' | 'by'> & { readonly at: number },
): number {
  const { task, place, head, mergeBase, quote, text, by, at } = comment;
  if (commentsOf(db, task).filter(({ sentAt }) => sentAt === null).length >= draftsAtOnce) {
    throw new CodedError(
      'BAD_INPUT',
      `${draftsAtOnce} comments on task ${task} wait to be sent already. Send those first.`,
      { facts: { task } },
    );
  }
  return run(
    db,
    `INSERT INTO comment (task_id, path, side, first_line, last_line, head, merge_base, quote, text, by, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[task, place.path, place.side, place.lines?.first ?? null, place.lines?.last ?? null],
    ...[head, mergeBase, quote, text, by, at],
  ).id;
}

/** The comments on a task's change that were not taken back, oldest first. */
export function commentsOf(db: Database, task: number): readonly CommentRow[] {
  return allRows<Row>(db, 'SELECT * FROM comment WHERE task_id = ? AND removed_at IS NULL ORDER BY id', task).map(
    toComment,
  );
}

/** One comment. Throws NOT_FOUND, also for one that was taken back. */
export function readComment(db: Database, id: number): CommentRow {
  const row = getRow<Row>(db, 'SELECT * FROM comment WHERE id = ? AND removed_at IS NULL', id);
  if (row === undefined)
    throw new CodedError('NOT_FOUND', `There is no comment ${id}. See: task comments ID`, { facts: { comment: id } });
  return toComment(row);
}

/** Changes what a draft says. Throws NOT_FOUND, and WRONG_STATE when it was sent. */
export function editComment(db: Database, change: { readonly comment: number; readonly text: string }): void {
  assertDraft(db, change.comment, 'changed');
  run(db, 'UPDATE comment SET text = ? WHERE id = ?', change.text, change.comment);
}

/** Takes a draft back; its row stays. Throws NOT_FOUND, and WRONG_STATE when it was sent. */
export function removeComment(db: Database, removal: { readonly comment: number; readonly at: number }): void {
  assertDraft(db, removal.comment, 'taken back');
  run(db, 'UPDATE comment SET removed_at = ? WHERE id = ?', removal.at, removal.comment);
}

/** Notes that the person is done with a comment; null when they are not after all. Throws NOT_FOUND. */
export function resolveComment(db: Database, note: { readonly comment: number; readonly at: number | null }): void {
  readComment(db, note.comment);
  run(db, 'UPDATE comment SET resolved_at = ? WHERE id = ?', note.at, note.comment);
}

/** Notes that a draft goes to the agent, and where its lines are as it does. */
export function sendComment(
  db: Database,
  sending: Pick<Comment, 'place' | 'head' | 'mergeBase'> & { readonly comment: number; readonly at: number },
): void {
  const { comment, place, head, mergeBase, at } = sending;
  run(
    db,
    `UPDATE comment SET path = ?, first_line = ?, last_line = ?, head = ?, merge_base = ?, sent_at = ?
     WHERE id = ? AND sent_at IS NULL`,
    ...[place.path, place.lines?.first ?? null, place.lines?.last ?? null, head, mergeBase, at, comment],
  );
}

function assertDraft(db: Database, id: number, asked: 'changed' | 'taken back'): void {
  const { task, sentAt } = readComment(db, id);
  if (sentAt === null) return;
  throw new CodedError(
    'WRONG_STATE',
    `Comment ${id} could not be ${asked}: the agent has it already. Write another one, or mark it as resolved.`,
    { facts: { comment: id, task } },
  );
}

function toComment(row: Row): CommentRow {
  const { first_line: first, last_line: last } = row;
  return {
    id: row.id,
    task: row.task_id,
    place: { path: row.path, side: row.side, lines: first === null || last === null ? null : { first, last } },
    head: row.head,
    mergeBase: row.merge_base,
    quote: row.quote,
    text: row.text,
    by: row.by,
    createdAt: row.created_at,
    sentAt: row.sent_at,
    resolvedAt: row.resolved_at,
  };
}
