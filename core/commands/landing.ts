import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { Approval, Review, Strategy } from '../contract/review';
import type { Task } from '../contract/task';
import { type Landed, publish } from '../git/land';
import { makeMerge } from '../git/merge';
import { identityFor } from '../runner/change';
import { landed, settleLanding } from '../runner/landed';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { finishLanding, openLandings, recordLanding } from '../store/landings';
import { type TaskWork, taskWork } from '../store/task-work';
import { assertNothingUnseen, assertSame, assertStillTrusted, notLanded } from './approval';
import * as decisions from './decisions';
import { putAway } from './putting-away';
import { reviewOf, strategyFor } from './reviews';
import type { Room } from './room';
import { alone, mustBe, tell, told } from './tasks';

/**
 * Merges exactly what the ids of the approval name. Whatever moved, conflicts or is in the way is said, and then
 * nothing was touched. The worktree goes afterwards, kept under a backup ref.
 */
export function approve(room: Room, { by }: Caller, approval: Approval): Promise<Task> {
  return alone(approval.task, () => land(room, by, approval));
}

async function land(room: Room, by: string, approval: Approval): Promise<Task> {
  const work = taskWork(room.db, approval.task);
  mustBe(work, ['review'], 'approved');
  const place = await repositoryPlace(room.git, work.repository);
  await assertStillTrusted(work, place);
  const open = openLandings(room.db).find((landing) => landing.task === work.id);
  if (open !== undefined) {
    // An earlier try was cut short by an error; what became of it comes first.
    if ((await settleLanding(room, place, open)) === 'landed') return finished(room, place, work);
  }
  const review = await reviewOf(work, place);
  assertSame(work, review, approval);
  await assertNothingUnseen(work, place);
  const strategy = strategyFor(review, approval.strategy, work.base);
  const message = approval.message?.trim() ? approval.message : mergeMessage(work, review, strategy);
  const { identity } = await identityFor(place);
  const made = await makeMerge(place, { strategy, baseOid: review.base, headOid: review.head, message, identity });
  if (made.kind !== 'made')
    throw new CodedError('CONFLICT', `The change no longer merges into ${work.base}. Look at it again.`);

  const baseRef = `refs/heads/${work.base}`;
  const landing = await room.writer.write((db) => {
    decisions.record(room, db, {
      by,
      kind: 'approve',
      task: work.id,
      repository: work.repository.path,
      shown: decisions.shownOf(review),
      answered: { strategy, message },
    });
    return recordLanding(db, {
      task: work.id,
      baseRef,
      oldOid: review.base,
      newOid: made.oid,
      checkout: review.checkout?.path ?? null,
      strategy,
      message,
      at: room.now(),
    });
  });
  const end = await publish(place, { branch: work.base, oldOid: review.base, newOid: made.oid }).catch(
    async (cause) => {
      const begun = openLandings(room.db).find((one) => one.id === landing);
      if (begun === undefined || (await settleLanding(room, place, begun)) !== 'landed') throw cause;
      return null;
    },
  );
  if (end !== null && end.kind !== 'landed') {
    await room.writer.write((db) => finishLanding(db, { landing, state: 'abandoned', at: room.now() }));
    throw notLanded(work, end);
  }
  if (end !== null) {
    await landed(room, { id: landing, task: work.id, newOid: made.oid, baseRef, strategy }, by);
    tell(room, work, noticesOf(end));
  }
  return finished(room, place, work);
}

/** Wakes the tasks that waited for a landed one and takes its worktree away. */
async function finished(room: Room, place: RepositoryPlace, work: TaskWork): Promise<Task> {
  room.runner.wake();
  await putAway(room, work, place);
  return told(room, work.id);
}

/** What the person should know about a landing. */
function noticesOf(end: Landed): string[] {
  const submodules = end.submodules.map(
    (path) => `The submodule ${path} stands at another commit now; run git submodule update in ${end.checkout}.`,
  );
  return [...end.notices, ...submodules];
}

function mergeMessage(task: TaskWork, review: Review, strategy: Strategy): string {
  return strategy === 'merge' ? `Merge ${task.branch}: ${task.title}\n` : review.message;
}
