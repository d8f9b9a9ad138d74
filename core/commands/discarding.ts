import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { refused } from '../contract/refusal';
import type { Task } from '../contract/task';
import type { WorktreePlace } from '../git/checkout';
import { detachHead } from '../git/detach';
import { gitDirOf, realPath } from '../git/links';
import { startOf } from '../git/live';
import { removeFolders } from '../git/remove';
import { refOid } from '../git/resolve';
import { readSnapshot, restoreSnapshot } from '../git/restore';
import type { SnapshotState } from '../git/snapshot';
import { addWorktree } from '../git/worktree';
import { listWorktrees, type Worktree } from '../git/worktrees';
import { abandonEdit, settleEdit } from '../runner/edits';
import { abandonReturn, settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { noteChange } from '../runner/measure';
import { isGone, type RepositoryPlace, repositoryPlace } from '../runner/place';
import { putAway, tell } from '../runner/putting-away';
import { abandonRestack, endRestack } from '../runner/restacks';
import { endReviews } from '../runner/reviewing';
import { worktreePath } from '../runner/worktree-path';
import { updateBackup } from '../store/backups';
import type { Database } from '../store/database';
import { leaveRest } from '../store/picks';
import { type TaskWork, taskWork } from '../store/task-work';
import { moveTask, patchTask } from '../store/tasks';
import { listTransitions } from '../store/transitions';
import { recordWorktree, updateWorktree, worktreeOf } from '../store/worktrees';
import { alone, mustBe, told } from './acting';
import * as decisions from './decisions';
import type { Room } from './room';

/** Throws a task's change away. Everything in its worktree, and its branch, is kept under a backup ref. */
export function discard(room: Room, { by }: Caller, task: number): Promise<Task> {
  return alone(task, () => throwAway(room, by, task));
}

const discardable: Parameters<typeof mustBe>[1] = ['review', 'failed', 'cancelled'];

async function throwAway(room: Room, by: string, task: number): Promise<Task> {
  await settleEarlier(room, task);
  mustBe(taskWork(room.db, task), discardable, 'discarded');
  // What is thrown away need not be put back or finished first; the backup keeps it as it is.
  await settleEdit(room, task).catch((cause: unknown) => {
    if (!(cause instanceof CodedError)) throw cause;
    return abandonEdit(room, task);
  });
  await settleReturn(room, task).catch((cause: unknown) => {
    if (!(cause instanceof CodedError)) throw cause;
    return abandonReturn(room, task);
  });
  await endRestack(room, task).catch((cause: unknown) => {
    if (!(cause instanceof CodedError)) throw cause;
    return abandonRestack(room, task);
  });
  const work = taskWork(room.db, task);
  mustBe(work, discardable, 'discarded');
  // A repository that is gone must not keep its tasks from being put away.
  const place = await repositoryPlace(room.git, work.repository).catch((cause: unknown) => {
    if (isGone(cause)) return null;
    throw cause;
  });
  await room.writer.write((db) => {
    decide(room, db, { by, kind: 'discard', work });
    leaveRest(db, task);
    moveTask(db, {
      task,
      to: 'done',
      by,
      reason: 'Discarded.',
      at: room.now(),
      patch: { outcome: 'discarded', error: null },
    });
  });
  room.announce(task);
  await endReviews(room, task);
  // A task cancelled a moment ago may still have its agent in the worktree.
  await room.runner.over(task);
  tell(room, work, await putAway(room, work, place));
  return told(room, task);
}

/** Brings a discarded task back to the state it was discarded in, its worktree as it was, on its old branch. */
export function restore(room: Room, { by }: Caller, task: number): Promise<Task> {
  return alone(task, () => bringBack(room, by, task));
}

async function bringBack(room: Room, by: string, task: number): Promise<Task> {
  const work = taskWork(room.db, task);
  if (work.outcome !== 'discarded') throw refused(work, 'restored');
  const before = beforeDiscard(room.db, task);
  if (work.branch !== null && work.worktree === null) {
    const place = await repositoryPlace(room.git, work.repository);
    const head = await putBack(room, place, { work, branch: work.branch });
    // Somebody may have committed since it was last looked at.
    if (before.state === 'review') await noteChange(room, place, { task, head });
  }
  await room.writer.write((db) => {
    decide(room, db, { by, kind: 'restore', work });
    const patch = { outcome: null, ...(before.state === 'failed' && { error: before.error }) };
    moveTask(db, { task, to: before.state, by, reason: 'Restored.', at: room.now(), patch });
  });
  return told(room, task);
}

/** The state a task is restored to. */
type Before = { readonly state: 'review' | 'cancelled' } | { readonly state: 'failed'; readonly error: string };

/** The state a discarded task was discarded in, and why it had failed. */
function beforeDiscard(db: Database, task: number): Before {
  const moves = listTransitions(db, task).reverse();
  const state = moves.find(({ to }) => to === 'done')?.from;
  if (state === 'cancelled') return { state };
  if (state === 'failed')
    return { state, error: moves.find(({ from, to }) => to === 'failed' && from !== 'done')?.reason ?? '' };
  return { state: 'review' };
}

function decide(
  room: Room,
  db: Database,
  { work, ...decision }: { readonly by: string; readonly kind: 'discard' | 'restore'; readonly work: TaskWork },
): void {
  const { id: task, repository, branch, change, backupRef, error } = work;
  const shown = { state: work.state, branch, change, backupRef, error };
  decisions.record(room, db, { ...decision, task, repository: repository.path, shown, answered: null });
}

/**
 * Makes the worktree of a task anew, as its backup has it, on its branch, and gives the commit that is at. What was not
 * committed is not committed now. Throws CONFLICT when something else is there or its branch has moved since, and WRONG_STATE
 * when nothing of it is left.
 */
export async function putBack(
  room: Room,
  place: RepositoryPlace,
  { work: task, branch }: { readonly work: TaskWork; readonly branch: string },
): Promise<string> {
  const left = await whatIsLeft(place, task, branch);
  const path = worktreePath(room.folders.worktrees, task);
  await assertFree(place, { task: task.id, branch, path });
  const at = room.now();
  const ownerStart = (await startOf(process.pid)) ?? '';
  const row = await room.writer.write((db) =>
    recordWorktree(db, {
      task: task.id,
      repository: task.repository.id,
      path,
      branch,
      state: 'making',
      ownerPid: process.pid,
      ownerStart,
      at,
    }),
  );
  try {
    const added = await addWorktree(place, {
      path,
      branch,
      startOid: left.tip,
      existingBranch: true,
      paths: task.paths,
    });
    if (added.kind !== 'added') {
      const what = added.kind === 'path-taken' ? path : `the branch ${branch}`;
      throw new CodedError(
        'CONFLICT',
        `Could not restore task ${task.id}: ${what} exists already and is something else. Move it away, then restore again.`,
      );
    }
    // It holds what an agent made: nothing of it runs while it is put back.
    const inWorktree: WorktreePlace = { git: room.git, checkout: added.checkout, trusted: false };
    try {
      if (left.kept !== null) {
        // The agent had left its branch: the worktree comes back where it was.
        if (left.kept.head !== left.tip) await detachHead(inWorktree, left.kept.head);
        await restoreSnapshot(inWorktree, { ref: left.kept.ref });
      }
    } catch (cause) {
      // Half a change must not stand there as if it were all of it; the backup still holds everything.
      await removeFolders(added.checkout.gitDir, added.checkout.workTree);
      throw cause;
    }
    if (left.kept !== null) {
      const { ref } = left.kept;
      await room.writer.write((db) =>
        updateBackup(db, { repository: task.repository.id, ref }, { restoredPath: path }),
      );
    }
    await room.writer.write((db) => {
      updateWorktree(db, { worktree: row, state: 'ready', at: room.now() });
      patchTask(db, { task: task.id, patch: { worktree: path }, at: room.now() });
    });
    return left.tip;
  } catch (cause) {
    await room.writer.write((db) => {
      if (worktreeOf(db, task.id)?.state === 'making')
        updateWorktree(db, { worktree: row, state: 'removed', at: room.now() });
    });
    throw cause;
  }
}

/** Throws CONFLICT when another checkout has the branch: git lets no two of them have it. Somebody may have moved the worktree there. */
async function assertFree(
  place: RepositoryPlace,
  { task, branch, path }: { readonly task: number; readonly branch: string; readonly path: string },
): Promise<void> {
  const own = await realPath(path);
  for (const one of await listWorktrees(place)) {
    if (one.branch !== branch || (await realPath(one.path)) === own) continue;
    throw new CodedError(
      'CONFLICT',
      `Could not restore task ${task}: its branch ${branch} is checked out at ${one.path}${await howToFree(one)} Then restore again.`,
      { facts: { task, branch, path: one.path } },
    );
  }
}

/** What frees the branch of a checkout, as the rest of the sentence that named that. */
async function howToFree({ path, prunable, locked }: Worktree): Promise<string> {
  if (prunable) {
    return ', which is gone. Where you moved it, run git worktree repair there and switch it to another branch; else have git forget it with git worktree prune.';
  }
  // Git never says of one that is locked that it is gone, and forgets it only once it is not locked any more.
  if (locked !== null && (await gitDirOf(path)) === null) {
    return ', which is locked and not there. Where it is on a disk, attach that, and where you moved it, run git worktree repair there; then switch it to another branch. Where it is gone for good, run git worktree unlock with its path, then git worktree prune.';
  }
  return '. Switch that checkout to another branch or remove it.';
}

/** Whether the branch a backup was taken on is at another commit by now: files of the one are no edits of the other. */
export async function movedSince(
  place: RepositoryPlace,
  { ref, branch }: { readonly ref: string; readonly branch: string },
): Promise<boolean> {
  return hasMoved(await readSnapshot(place, ref), { branch, tip: await refOid(place, `refs/heads/${branch}`) });
}

function hasMoved(
  state: Pick<SnapshotState, 'branch' | 'head'>,
  { branch, tip }: { readonly branch: string; readonly tip: string | null },
): boolean {
  return state.branch === branch && tip !== null && tip !== state.head;
}

/**
 * What there is to restore a task from. Throws WRONG_STATE when neither its branch nor its backup is there, and CONFLICT when
 * the branch has moved since.
 */
async function whatIsLeft(
  place: RepositoryPlace,
  { id, backupRef }: TaskWork,
  branch: string,
): Promise<{ readonly tip: string; readonly kept: { readonly ref: string; readonly head: string } | null }> {
  const tip = await refOid(place, `refs/heads/${branch}`);
  const present = backupRef !== null && (await refOid(place, backupRef)) !== null;
  const state = present ? await readSnapshot(place, backupRef) : null;
  const head = state?.head ?? null;
  if (state !== null && hasMoved(state, { branch, tip })) {
    throw new CodedError(
      'CONFLICT',
      `Could not restore task ${id}: its branch ${branch} has moved since the backup ${backupRef} was made. Put the branch back at ${head ?? ''}, or give what is on it another name (git branch -m), then restore again.`,
      { facts: { task: id, branch, backupRef } },
    );
  }
  const kept = backupRef !== null && head !== null ? { ref: backupRef, head } : null;
  const start = tip ?? head;
  if (start !== null) return { tip: start, kept };
  throw new CodedError(
    'WRONG_STATE',
    `Task ${id} cannot be restored: neither its branch ${branch} nor its backup ${backupRef ?? ''} is in ${place.opened.path}.`,
    { facts: { task: id, branch, backupRef } },
  );
}
