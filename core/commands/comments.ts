import type { Caller } from '../contract/caller';
import { type Comment, type CommentPlace, isDraft, isUndecided } from '../contract/comment';
import { CodedError } from '../contract/errors';
import { listChanges, mergeBase } from '../git/diff';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { quoteOf } from '../runner/quote';
import {
  acceptComments,
  addComment,
  type CommentRow,
  commentsOf,
  dismissComments,
  editComment,
  readComment,
  removeComment,
  resolveComment,
  sendComment,
  taskOfComment,
} from '../store/comments';
import type { Database } from '../store/database';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { alone, mustBe } from './acting';
import { tipsOf } from './reviews';
import type { Room } from './room';
import { type ChangeNow, standing } from './standing';

/** The comments on a task's change, in the order they were made, and what became of each. */
export async function list(room: Room, task: number): Promise<Comment[]> {
  const rows = commentsOf(room.db, task);
  return rows.length === 0 ? [] : (await followed(room, task, rows)).comments;
}

/** Keeps a comment on a change in review as a draft. Throws BAD_INPUT when the place is not in it. */
export function add(
  room: Room,
  { by }: Caller,
  input: { task: number; head: string; mergeBase: string; place: CommentPlace; text: string },
): Promise<Comment> {
  const { task } = input;
  return alone(task, async () => {
    mustBe(taskRow(room.db, task), ['review'], 'commented on');
    const work = taskWork(room.db, task);
    const place = await repositoryPlace(room.git, work.repository);
    await assertInChange(place, input);
    const quote = await quoteOf(place, input);
    const id = await room.writer.write((db) => {
      mustBe(taskRow(db, task), ['review'], 'commented on');
      return addComment(db, { ...input, quote, by, at: room.now() });
    });
    return told(room, id);
  });
}

/** Throws BAD_INPUT when a comment is about a file that the change leaves as it was. */
async function assertInChange(
  place: RepositoryPlace,
  { head, mergeBase: base, place: { path, side } }: { head: string; mergeBase: string; place: CommentPlace },
): Promise<void> {
  const files = await listChanges(place, { base, head });
  if (files.some((file) => file.path === path || (side === 'old' && file.oldPath === path))) return;
  throw new CodedError('BAD_INPUT', `Looked for ${path} in the change; it is not there. Choose a file of the change.`, {
    facts: { path },
  });
}

/** Changes what a draft says, or what an agent's comment does, which is the person's then. */
export function edit(room: Room, input: { comment: number; text: string }): Promise<Comment> {
  return changed(room, input.comment, (db) => editComment(db, { ...input, at: room.now() }));
}

/** Takes a draft back. */
export async function remove(room: Room, comment: number): Promise<void> {
  const { task } = readComment(room.db, comment);
  await alone(task, () => room.writer.write((db) => removeComment(db, { comment, at: room.now() })));
  room.announceComments(task);
}

/** Makes agents' comments the person's own: they go with the next changes asked for. All of them, or none. */
export async function accept(room: Room, comments: readonly number[]): Promise<void> {
  const { task } = readComment(room.db, comments[0] ?? 0);
  await alone(task, () =>
    room.writer.write((db) => {
      mustBe(taskRow(db, task), ['review', 'queued', 'running', 'waiting', 'failed', 'cancelled'], 'commented on');
      acceptComments(db, { task, comments, at: room.now() });
    }),
  );
  room.announceComments(task);
}

/** Takes agents' comments that were not sent away, or has them back; all of them or none. */
export async function dismiss(room: Room, input: { comments: readonly number[]; dismissed: boolean }): Promise<void> {
  const { comments, dismissed } = input;
  const task = taskOfComment(room.db, comments[0] ?? 0);
  const at = dismissed ? room.now() : null;
  await alone(task, () => room.writer.write((db) => dismissComments(db, { task, comments, at })));
  room.announceComments(task);
}

/** Notes that the person is done with a comment, or not after all. */
export function resolve(room: Room, input: { comment: number; resolved: boolean }): Promise<Comment> {
  const at = input.resolved ? room.now() : null;
  return changed(room, input.comment, (db) => resolveComment(db, { comment: input.comment, at }));
}

/** Drafts, each where its lines are in the change as it stands. */
export interface Drafts {
  readonly comments: readonly Comment[];
  readonly now: ChangeNow | null;
}

/** What waits to be sent with a change, to be noted by `send` in the transaction that sends the change back. */
export async function drafts(room: Room, task: number): Promise<Drafts> {
  const rows = commentsOf(room.db, task).filter(isDraft);
  return rows.length === 0 ? { comments: [], now: null } : followed(room, task, rows);
}

/** Notes that drafts go to the agent. Throws MOVED when one was changed, or another one added, since they were read. */
export function send(db: Database, { comments, now }: Drafts, { task, at }: { task: number; at: number }): void {
  const waiting = commentsOf(db, task).filter(isDraft);
  const same = waiting.length === comments.length && waiting.every(({ text }, index) => text === comments[index]?.text);
  if (!same)
    throw new CodedError('MOVED', `The comments on task ${task} were changed as they were sent. Send them again.`);
  for (const comment of comments) {
    const place = now === null || comment.now === null ? comment : { place: comment.now, ...now };
    sendComment(db, { comment: comment.id, place: place.place, head: place.head, mergeBase: place.mergeBase, at });
  }
}

/** Follows comments to the change as it stands. Without its branches, they stay as they were. */
async function followed(
  room: Room,
  task: number,
  rows: readonly CommentRow[],
): Promise<{ comments: Comment[]; now: ChangeNow | null }> {
  const work = taskWork(room.db, task);
  const place = await repositoryPlace(room.git, work.repository);
  const now = await changeNow(room, place, work);
  if (now !== null) return { comments: [...(await standing(place, rows, now))], now };
  const still = { now: null, since: null };
  return { comments: rows.map((row) => ({ ...row, fate: unfollowed(row), ...still })), now };
}

function unfollowed(row: CommentRow): Comment['fate'] {
  return isUndecided(row) ? 'proposed' : row.sentAt === null ? 'draft' : 'sent';
}

async function changed(room: Room, comment: number, change: (db: Database) => void): Promise<Comment> {
  const { task } = readComment(room.db, comment);
  return alone(task, async () => {
    await room.writer.write(change);
    return told(room, comment);
  });
}

async function told(room: Room, id: number): Promise<Comment> {
  const { task } = readComment(room.db, id);
  room.announceComments(task);
  const comment = (await list(room, task)).find((each) => each.id === id);
  if (comment === undefined) throw new CodedError('NOT_FOUND', `There is no comment ${id}. See: task comments ${task}`);
  return comment;
}

/** The change as it stands, or as it was when its task was done; null when a branch of it is gone. */
async function changeNow(room: Room, place: RepositoryPlace, work: TaskWork): Promise<ChangeNow | null> {
  const tips = await tipsOf(room, work, place);
  if (tips === null) return null;
  const { base, head } = tips;
  return { head, mergeBase: (await mergeBase(place, base, head)) ?? base, state: work.state };
}
