import type { Caller } from '../contract/caller';
import { assertNever, CodedError } from '../contract/errors';
import { movedSince } from '../contract/refusal';
import { type FileText, type HunkPlace, maxEditedBytes, type ReviewEdit } from '../contract/review-edit';
import { readBlob } from '../git/blob';
import { commitTree } from '../git/commit-tree';
import { mergeBase } from '../git/diff';
import { lfsPointers } from '../git/lfs';
import { refOid } from '../git/resolve';
import { isRegular, storeContent, type TakenBack, takeBack as treeWithout } from '../git/take-back';
import { entryAt, rewriteTree } from '../git/tree-entry';
import { identityFor } from '../runner/change';
import { carryOut, type Editable, editable, settleEdit, throughFilters } from '../runner/edits';
import { settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { originOf } from '../runner/origin';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { endRestack } from '../runner/restacks';
import type { Database } from '../store/database';
import { type Edit, editUnderWay, newestEdit, recordEdit, recordUndo } from '../store/edits';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { alone, mustBe } from './acting';
import type { Room } from './room';

/** Takes a file of a change in review back, or a hunk of it as it was shown, as the person's commit. */
export function takeBack(
  room: Room,
  { by }: Caller,
  input: {
    task: number;
    head: string;
    mergeBase: string;
    path: string;
    oldPath: string | null;
    lines: HunkPlace | null;
  },
): Promise<ReviewEdit> {
  const { path, oldPath, lines, head } = input;
  return editing(room, input.task, async (work, place) => {
    await assertHead(work, place.repository, head);
    const base = await mergeBase(place.repository, await originOf(place.repository, work), head);
    if (base !== input.mergeBase) throw moved(work);
    await throughFilters(place, oldPath === null ? [path] : [path, oldPath]);
    const taken = await treeWithout(place.repository, { base, head }, { path, oldPath, lines });
    if (taken.kind !== 'made') throw notTaken(work, path, taken);
    const message = lines === null ? `Take back ${path}` : `Take back part of ${path}`;
    const answered = { path, oldPath, lines };
    return commit(room, work, place, { kind: 'take-back', by, path, head, tree: taken.tree, message, answered });
  });
}

/** Gives a file of a change in review another text, as the person's commit. */
export function write(
  room: Room,
  { by }: Caller,
  input: { task: number; head: string; path: string; text: string },
): Promise<ReviewEdit> {
  const { path, head } = input;
  return editing(room, input.task, async (work, place) => {
    const { repository } = place;
    await assertHead(work, repository, head);
    const entry = await entryAt(repository, { commit: head, path });
    const reason = await whyNot(repository, entry);
    if (entry === null || reason !== null)
      throw new CodedError('BAD_INPUT', `${path} cannot be edited. ${reason ?? ''}`);
    const content = Buffer.from(input.text);
    if (content.length > maxEditedBytes || content.includes(0) || content.toString() !== input.text) {
      throw new CodedError('BAD_INPUT', `${path} was not saved: only text of at most 1 MiB can be edited here.`);
    }
    await throughFilters(place, [path]);
    const put = { path, mode: entry.mode, oid: await storeContent(repository, content) };
    if (put.oid === entry.oid) {
      throw new CodedError('BAD_INPUT', `${path} was not saved: the change has it exactly so already.`);
    }
    const made = await rewriteTree(repository, head, { remove: null, put });
    if (made.kind !== 'made') throw notTaken(work, path, made);
    const message = `Edit ${path}`;
    return commit(room, work, place, { kind: 'edit', by, path, head, tree: made.tree, message, answered: { path } });
  });
}

/** Undoes the newest edit of a change in review that stands. Throws WRONG_STATE when there is none, or something came after it. */
export function undo(room: Room, { by }: Caller, task: number): Promise<ReviewEdit> {
  return editing(room, task, async (work, place) => {
    const edit = newestEdit(room.db, task);
    if (edit === undefined) {
      throw new CodedError('WRONG_STATE', `You edited nothing of task ${task} that could be undone.`, {
        facts: { task },
      });
    }
    const head = await refOid(place.repository, `refs/heads/${place.branch}`);
    if (head !== edit.newHead) {
      throw new CodedError(
        'WRONG_STATE',
        `Your edit of ${edit.path} cannot be undone: ${work.branch} has moved on since. Edit the file again, or go back to a checkpoint.`,
        { facts: { task, path: edit.path, head, edited: edit.newHead } },
      );
    }
    await throughFilters(place, [edit.path]);
    const { path, oldHead, newHead } = edit;
    const decision = taken(room, work, { by, kind: 'undo-edit', head: newHead, answered: { path, head: oldHead } });
    const intent = await intended(room, task, (db) =>
      recordUndo(db, { id: edit.id, task, by, decision, at: room.now() }),
    );
    return done(room, work, place, intent);
  });
}

/** The text of a file as a commit of the change has it, for editing. */
export async function file(room: Room, input: { task: number; head: string; path: string }): Promise<FileText> {
  const work = taskWork(room.db, input.task);
  const place = await repositoryPlace(room.git, work.repository);
  await assertHead(work, place, input.head);
  const at = { commit: input.head, path: input.path };
  const entry = await entryAt(place, at);
  const blob = entry?.oid ?? null;
  const reason = await whyNot(place, entry);
  if (reason !== null) return { text: null, blob, reason };
  const content = (await readBlob(place, at)) ?? Buffer.alloc(0);
  const text = content.includes(0) ? null : textOf(content);
  return { text, blob, reason: text === null ? 'It is not UTF-8 text.' : null };
}

/** Does one thing to a change in review, after what was cut short is settled. */
function editing(
  room: Room,
  task: number,
  act: (work: TaskWork, place: Editable) => Promise<ReviewEdit>,
): Promise<ReviewEdit> {
  return alone(task, async () => {
    mustBe(taskRow(room.db, task), ['review'], 'edited');
    await settleEarlier(room, task);
    await settleEdit(room, task);
    await settleReturn(room, task);
    await endRestack(room, task);
    const work = taskWork(room.db, task);
    mustBe(work, ['review'], 'edited');
    return act(work, await editable(room, work));
  });
}

async function commit(
  room: Room,
  work: TaskWork,
  place: Editable,
  made: {
    readonly kind: Edit['kind'];
    readonly by: string;
    readonly path: string;
    readonly head: string;
    readonly tree: string;
    readonly message: string;
    readonly answered: Decision['answered'];
  },
): Promise<ReviewEdit> {
  const { kind, by, path, head, tree } = made;
  const { identity } = await identityFor(place.repository);
  const message = `${made.message.replace(/[\r\n]+/g, ' ')}\n`;
  const newHead = await commitTree(place.repository, { tree, parents: [head], message, identity });
  const decision = taken(room, work, { by, kind, head, answered: made.answered });
  const edit = { task: work.id, kind, path, oldHead: head, newHead, by, decision };
  return done(room, work, place, await intended(room, work.id, (db) => recordEdit(db, { ...edit, at: room.now() })));
}

/** Writes an intent while the task is in review, and gives it. */
async function intended(room: Room, task: number, record: (db: Database) => void): Promise<Edit> {
  await room.writer.write((db) => {
    mustBe(taskRow(db, task), ['review'], 'edited');
    record(db);
  });
  const intent = editUnderWay(room.db, task);
  if (intent === undefined) throw new CodedError('CONFLICT', `Task ${task} was edited meanwhile. Look at it again.`);
  return intent;
}

async function done(room: Room, work: TaskWork, place: Editable, edit: Edit): Promise<ReviewEdit> {
  await carryOut(room, work, place, edit);
  // Where each comment stands is counted from the change as it is now.
  room.announceComments(work.id);
  const { kind, path } = edit;
  return { task: work.id, kind, path, head: edit.state === 'undoing' ? edit.oldHead : edit.newHead };
}

type Decision = Parameters<typeof recordEdit>[1]['decision'];

function taken(
  room: Room,
  { id, repository }: TaskWork,
  { by, kind, head, answered }: Pick<Decision, 'by' | 'kind' | 'answered'> & { readonly head: string },
): Decision {
  const about = { task: id, repository: repository.path, request: null, rule: null };
  return { at: room.now(), by, kind, ...about, shown: { head }, answered };
}

/** Throws MOVED unless a task's branch is where the person saw it. */
async function assertHead(work: TaskWork, place: RepositoryPlace, head: string): Promise<void> {
  const now = work.branch === null ? null : await refOid(place, `refs/heads/${work.branch}`);
  if (now !== head) throw moved(work);
}

function moved({ id, branch }: TaskWork): CodedError {
  return movedSince(`the change on ${branch} moved`, { task: id, did: 'edited' });
}

function notTaken({ id }: TaskWork, path: string, why: Exclude<TakenBack, { kind: 'made' }>): CodedError {
  const facts = { task: id, path };
  switch (why.kind) {
    case 'not-there':
      return new CodedError(
        'MOVED',
        `Nothing was taken back: the change of task ${id} has nothing there in ${path}. Look at it again.`,
        { facts },
      );
    case 'only-whole':
      return new CodedError(
        'BAD_INPUT',
        `Nothing was taken back: lines of ${path} cannot be, because ${why.reason}. Take the whole file back.`,
        { facts },
      );
    case 'occupied':
      return new CodedError(
        'CONFLICT',
        `Nothing was taken back: the change has something else at ${why.path}. Take that back first.`,
        { facts },
      );
    default:
      return assertNever(why);
  }
}

/** Why a file cannot be edited as text, a sentence; null when it can, as far as its kind and size go. */
async function whyNot(place: RepositoryPlace, entry: Awaited<ReturnType<typeof entryAt>>): Promise<string | null> {
  if (entry === null) return 'The change has no such file.';
  if (entry.mode === '160000') return 'It is a submodule.';
  if (entry.mode === '120000') return 'It is a symbolic link.';
  if (!isRegular(entry.mode)) return 'It is no regular file.';
  if (entry.size > maxEditedBytes) return 'It is larger than 1 MiB.';
  return (await lfsPointers(place, [entry.oid])).size > 0
    ? 'It is kept in Git LFS: what is stored is a pointer.'
    : null;
}

function textOf(content: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return null;
  }
}
