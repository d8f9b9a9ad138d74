import { failedOnTop } from '../contract/check';
import { CodedError } from '../contract/errors';
import type { Approval, Review } from '../contract/review';
import { proposedMessage, type Strategy } from '../contract/strategy';
import type { Task } from '../contract/task';
import { sizeOfFiles } from '../git/diff';
import { type Landed, publish } from '../git/land';
import { makeMerge } from '../git/merge';
import { identityFor } from '../runner/change';
import { settleEdit } from '../runner/edits';
import { settleReturn } from '../runner/going-back';
import { landed, settleEarlier } from '../runner/landed';
import { noteSeen } from '../runner/measure';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { putAway, tell } from '../runner/putting-away';
import { endRestack } from '../runner/restacks';
import type { Database } from '../store/database';
import type { Taken } from '../store/decisions';
import { finishLanding, type Landing, recordLanding } from '../store/landings';
import { isStale } from '../store/stacks';
import { type TaskWork, taskWork } from '../store/task-work';
import { mustBe, told } from './acting';
import {
  assertAllPassed,
  assertChecked,
  assertNoneForgotten,
  assertNotHeld,
  assertNothingUnseen,
  assertSame,
  assertStillTrusted,
  assertUnprotected,
  type Checked,
  notLanded,
} from './approval';
import type { Compared } from './as-seen';
import * as decisions from './decisions';
import { reviewOf } from './reviews';
import type { Room } from './room';
import { restackHeld } from './stacking';
import { strategyFor } from './strategies';

/**
 * Merges exactly what the ids of the approval name, for whoever has the task alone. Whatever moved, conflicts or is in the way
 * is said, and then nothing was touched. The worktree goes afterwards, kept under a backup ref. With a rule, which says by what the change lands without the person, it
 * does only when the repository has checks and every one of them passed on it. `seen` is what the person saw, where the
 * change was restacked since.
 */
export async function land(
  room: Room,
  { by, rule, seen }: { readonly by: string; readonly rule: string | null; readonly seen?: Compared },
  approval: Approval,
): Promise<Task> {
  const found = taskWork(room.db, approval.task);
  mustBe(found, ['review'], 'approved');
  await settleEdit(room, found.id);
  await settleReturn(room, found.id);
  await endRestack(room, found.id);
  const place = await repositoryPlace(room.git, found.repository);
  // An earlier try may have been cut short by an error; what became of it comes first.
  const earlier = await settleEarlier(room, found.id);
  if (earlier !== null) return landedEarlier(room, place, found, { earlier, approval });
  await assertStillTrusted(found, place);
  // What held it may be mended, and nobody have looked since: by a commit in its worktree, or one on its base.
  if (isStale(room.db, found.id)) await restackHeld(room, found.id);
  // Its own change may begin at another commit by then, and was shown from there or is shown again.
  const work = taskWork(room.db, found.id);
  assertNotHeld(room.db, work);
  const review = await reviewOf(room, work, place);
  assertUnprotected(work, review);
  await assertSame(work, place, { review, approval });
  await assertNothingUnseen(work, place);
  // What is merged is what is told of it ever after.
  await noteSeen(room, { task: work.id, head: review.head, change: sizeOfFiles(review.files) });
  const strategy = strategyFor(review, work, approval.strategy);
  const message = approval.message?.trim() ? approval.message : proposedMessage(strategy, work, review.message);
  const { identity } = await identityFor(place);
  const made = await makeMerge(place, { strategy, baseOid: review.base, headOid: review.head, message, identity });
  if (made.kind !== 'made')
    throw new CodedError('CONFLICT', `The change no longer merges into ${work.base}. Look at it again.`);

  const recorded = (checks: Checked) => decisions.shownOf({ ...review, checks: [...checks.shown] });
  return landMade(room, { work, place, by }, { review, newOid: made.oid, strategy, message }, (db) => {
    // Here, so that no check can end otherwise, and no agent leave a comment, between this look and what is recorded of it.
    assertNoneForgotten(db, approval, rule === null);
    const onTop = failedOnTop(review.checks);
    const checks = (rule === null ? assertChecked : assertAllPassed)(db, work, { ...approval, onTop });
    const answered = {
      ...{ strategy, message },
      ...(made.oid === review.base && { nothingToMerge: true }),
      ...(checks.overridden && { overrideChecks: true }),
      ...(seen !== undefined && { seen: seen.head, seenMergeBase: seen.mergeBase }),
    };
    return { shown: recorded(checks), answered, rule };
  });
}

/**
 * Publishes the commit that was made for a change, for whoever has the task alone, and keeps that it landed. What `decided` gives is
 * the record of it; it is called where nothing can happen any more before the intent is written down, and may refuse by throwing.
 */
export async function landMade(
  room: Room,
  { work, place, by }: { readonly work: TaskWork; readonly place: RepositoryPlace; readonly by: string },
  made: {
    readonly review: Review;
    readonly newOid: string;
    readonly strategy: Strategy;
    readonly message: string;
  },
  decided: (db: Database) => Pick<Taken, 'shown' | 'answered' | 'rule'>,
): Promise<Task> {
  const { review, newOid, strategy, message } = made;
  const baseRef = `refs/heads/${work.base}`;
  const { landing, decision } = await room.writer.write((db) => {
    const subject = { task: work.id, repository: work.repository.path, request: null };
    const decision = { at: room.now(), by, kind: 'approve' as const, ...subject, ...decided(db) };
    const intent = {
      ...{ task: work.id, baseRef, oldOid: review.base, newOid, headOid: review.head },
      ...{ checkout: review.checkout?.path ?? null, strategy, message, decision },
    };
    return { landing: recordLanding(db, { ...intent, at: decision.at }), decision };
  });
  const end = await publish(place, { branch: work.base, oldOid: review.base, newOid }).catch(async (cause) => {
    if ((await settleEarlier(room, work.id)) === null) throw cause;
    return null;
  });
  if (end !== null && end.kind !== 'landed') {
    await room.writer.write((db) => finishLanding(db, { landing, state: 'abandoned', at: room.now() }));
    throw notLanded(work, end);
  }
  if (end !== null) {
    await landed(
      room,
      {
        ...{ id: landing, task: work.id, oldOid: review.base, newOid },
        ...{ baseRef, strategy, decision, createdAt: decision.at },
      },
      by,
    );
    tell(room, work, noticesOf(end));
  }
  return finished(room, place, work);
}

/** Ends an approval that found an earlier one on the base. Throws MOVED when what is approved now is not what landed. */
async function landedEarlier(
  room: Room,
  place: RepositoryPlace,
  work: TaskWork,
  { earlier, approval }: { readonly earlier: Landing; readonly approval: Approval },
): Promise<Task> {
  const task = await finished(room, place, work);
  if (earlier.headOid === null || earlier.headOid === approval.head) return task;
  const landedOid = earlier.headOid.slice(0, 10);
  throw new CodedError(
    'MOVED',
    `What you approved before, ${landedOid}, is on ${work.base} now; ${approval.head.slice(0, 10)}, which came after it, is not. It is kept in ${task.backupRef ?? work.branch}: merge it yourself, or make a new task.`,
    { facts: { landed: earlier.headOid, head: approval.head, backupRef: task.backupRef } },
  );
}

/** Wakes the tasks that waited for a landed one and takes its worktree away. */
async function finished(room: Room, place: RepositoryPlace, work: TaskWork): Promise<Task> {
  room.runner.wake();
  tell(room, work, await putAway(room, work, place));
  return told(room, work.id);
}

/** What the person should know about a landing. */
function noticesOf(end: Landed): string[] {
  const submodules = end.submodules.map(
    (path) => `The submodule ${path} stands at another commit now; run git submodule update in ${end.checkout}.`,
  );
  return [...end.notices, ...submodules];
}
