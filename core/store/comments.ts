import { commentsOfReview, type Severity } from '../contract/agent-review';
import { type Comment, type CommentPlace, draftsAtOnce, isDraft, isUndecided } from '../contract/comment';
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
  readonly review_id: number | null;
  readonly severity: Severity | null;
  readonly accepted_at: number | null;
}

/** Keeps a comment as a draft and gives its id. Throws BAD_INPUT when too many wait already. */
export function addComment(
  db: Database,
  comment: Pick<Comment, 'task' | 'place' | 'head' | 'mergeBase' | 'quote' | 'text' | 'by'> & { readonly at: number },
): number {
  const { task, place, head, mergeBase, quote, text, by, at } = comment;
  assertRoom(db, task, 1);
  return run(
    db,
    `INSERT INTO comment (task_id, path, side, first_line, last_line, head, merge_base, quote, text, by, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[task, place.path, place.side, place.lines?.first ?? null, place.lines?.last ?? null],
    ...[head, mergeBase, quote, text, by, at],
  ).id;
}

/** A comment as an agent leaves it in a review. */
export interface LeftComment extends Pick<Comment, 'task' | 'place' | 'head' | 'mergeBase' | 'quote' | 'text' | 'by'> {
  /** The task of the review. */
  readonly review: number;
  readonly severity: Severity | null;
  /** Tells it from the review's others; the same for the same said again. */
  readonly said: string;
  readonly at: number;
}

/** Keeps an agent's comment, once however often it is said, and gives its id; null when its review has left all it may. */
export function leaveComment(db: Database, comment: LeftComment): number | null {
  const { task, place, head, mergeBase, quote, text, by, at, review, severity, said } = comment;
  const known = commentSaid(db, comment);
  if (known !== null) return known;
  if (isReviewFull(db, review)) return null;
  return run(
    db,
    `INSERT INTO comment (task_id, path, side, first_line, last_line, head, merge_base, quote, text, by, created_at,
       review_id, severity, said)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[task, place.path, place.side, place.lines?.first ?? null, place.lines?.last ?? null],
    ...[head, mergeBase, quote, text, by, at, review, severity, said],
  ).id;
}

/** The comment a review left with these words at this place, also when it was dismissed; null when it left none. */
export function commentSaid(db: Database, { review, said }: Pick<LeftComment, 'review' | 'said'>): number | null {
  const known = getRow<{ id: number }>(db, 'SELECT id FROM comment WHERE review_id = ? AND said = ?', review, said);
  return known?.id ?? null;
}

/** Whether a review has left as many comments as it may. Those that were dismissed count. */
export function isReviewFull(db: Database, review: number): boolean {
  const left = getRow<{ n: number }>(db, 'SELECT count(*) AS n FROM comment WHERE review_id = ?', review);
  return (left?.n ?? 0) >= commentsOfReview;
}

/**
 * Makes agents' comments on a task the person's own drafts. Those that are already stay so. Throws NOT_FOUND for one that is
 * not on this task, and BAD_INPUT when too many would wait to be sent.
 */
export function acceptComments(
  db: Database,
  { task, comments, at }: { readonly task: number; readonly comments: readonly number[]; readonly at: number },
): void {
  const open = comments.filter((id) => isUndecided(commentOn(db, { task, comment: id })));
  assertRoom(db, task, open.length);
  for (const id of open) run(db, 'UPDATE comment SET accepted_at = ? WHERE id = ?', at, id);
}

/**
 * Takes agents' comments on a task that were not sent away, or has them back as they were; their rows stay. Throws NOT_FOUND for
 * one that is none of those, and WRONG_STATE when one was sent.
 */
export function dismissComments(
  db: Database,
  { task, comments, at }: { readonly task: number; readonly comments: readonly number[]; readonly at: number | null },
): void {
  for (const id of new Set(comments)) {
    const row = getRow<Row>(db, 'SELECT * FROM comment WHERE id = ? AND review_id IS NOT NULL', id);
    if (row === undefined || row.task_id !== task) throw notThere(id, task);
    if (at !== null) assertDraft(db, id, 'dismissed');
    run(db, 'UPDATE comment SET removed_at = ? WHERE id = ?', at, id);
  }
}

/** The task an agent's comment is on, also of one that was dismissed. Throws NOT_FOUND. */
export function taskOfComment(db: Database, id: number): number {
  const row = getRow<Row>(db, 'SELECT * FROM comment WHERE id = ?', id);
  if (row === undefined) throw notThere(id, null);
  return row.task_id;
}

function commentOn(db: Database, { task, comment }: { readonly task: number; readonly comment: number }): CommentRow {
  const row = readComment(db, comment);
  if (row.task === task) return row;
  throw notThere(comment, task);
}

function notThere(comment: number, task: number | null): CodedError {
  const where = task === null ? '' : ` of an agent on task ${task}`;
  const message = `There is no comment ${comment}${where}. See: task comments ${task ?? 'ID'}`;
  return new CodedError('NOT_FOUND', message, { facts: { comment, task } });
}

/** Throws BAD_INPUT when so many more could not be sent at once. */
function assertRoom(db: Database, task: number, more: number): void {
  if (more === 0 || commentsOf(db, task).filter(isDraft).length + more <= draftsAtOnce) return;
  throw new CodedError(
    'BAD_INPUT',
    `No more than ${draftsAtOnce} comments on task ${task} can wait to be sent. Send those that do first.`,
    { facts: { task } },
  );
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

/** Changes what a draft says; an agent's comment is accepted with that. Throws NOT_FOUND, and WRONG_STATE when it was sent. */
export function editComment(
  db: Database,
  change: { readonly comment: number; readonly text: string; readonly at: number },
): void {
  const { comment, text, at } = change;
  assertDraft(db, comment, 'changed');
  const { task } = readComment(db, comment);
  acceptComments(db, { task, comments: [comment], at });
  run(db, 'UPDATE comment SET text = ? WHERE id = ?', text, comment);
}

/** Takes a draft back; its row stays. Throws NOT_FOUND, and WRONG_STATE when it was sent. */
export function removeComment(db: Database, removal: { readonly comment: number; readonly at: number }): void {
  assertDraft(db, removal.comment, 'taken back');
  run(db, 'UPDATE comment SET removed_at = ? WHERE id = ?', removal.at, removal.comment);
}

/** Notes that the person is done with a comment; null when they are not after all. Throws NOT_FOUND, and WRONG_STATE for one nobody was sent. */
export function resolveComment(db: Database, note: { readonly comment: number; readonly at: number | null }): void {
  const row = readComment(db, note.comment);
  if (note.at !== null && row.sentAt === null) {
    const { id, task } = row;
    const instead = isUndecided(row)
      ? `Accept or dismiss it (in the terminal: comment accept ${id}, comment dismiss ${id}).`
      : `Take it back, or send it by asking for changes (in the terminal: comment remove ${id}, task reject ${task}).`;
    throw new CodedError('WRONG_STATE', `Comment ${id} cannot be resolved: no agent has it yet. ${instead}`, {
      facts: { comment: id, task },
    });
  }
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
     WHERE id = ? AND sent_at IS NULL AND (review_id IS NULL OR accepted_at IS NOT NULL)`,
    ...[place.path, place.lines?.first ?? null, place.lines?.last ?? null, head, mergeBase, at, comment],
  );
}

function assertDraft(db: Database, id: number, asked: 'changed' | 'taken back' | 'dismissed'): void {
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
    reviewer:
      row.review_id === null
        ? null
        : { task: row.review_id, agent: row.by, severity: row.severity, acceptedAt: row.accepted_at },
    createdAt: row.created_at,
    sentAt: row.sent_at,
    resolvedAt: row.resolved_at,
  };
}
