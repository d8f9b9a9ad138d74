import { assertNever, CodedError } from '../contract/errors';
import type { Approval, Review, Strategy } from '../contract/review';
import type { Task } from '../contract/task';
import { runsPrograms } from '../git/inspect';
import { type Landed, type NotLanded, publish } from '../git/land';
import { makeMerge } from '../git/merge';
import { worktreeStatus } from '../git/status';
import { reattachWorktree } from '../git/worktree';
import { identityFor } from '../runner/change';
import { landed, settleLanding } from '../runner/landed';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { retireWorktree } from '../runner/retire';
import { finishLanding, openLandings, recordLanding } from '../store/landings';
import { type TaskWork, taskWork } from '../store/task-work';
import { reviewOf, strategyFor } from './reviews';
import type { Room } from './room';
import { alone, mustBe, tell, told } from './tasks';

/**
 * Merges exactly what the ids of the approval name. Whatever moved, conflicts or is in the way is said, and then
 * nothing was touched. The worktree goes afterwards, kept under a backup ref.
 */
export function approve(room: Room, approval: Approval): Promise<Task> {
  return alone(approval.task, () => land(room, approval));
}

async function land(room: Room, approval: Approval): Promise<Task> {
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
  const landing = await room.writer.write((db) =>
    recordLanding(db, {
      task: work.id,
      baseRef,
      oldOid: review.base,
      newOid: made.oid,
      checkout: review.checkout?.path ?? null,
      strategy,
      message,
      at: room.now(),
    }),
  );
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
    tell(room, work, noticesOf(end));
    await landed(room, { id: landing, task: work.id, newOid: made.oid, baseRef, strategy }, 'person');
  }
  return finished(room, place, work);
}

/** Takes the worktree of a landed task away and wakes those that waited for it. */
async function finished(room: Room, place: RepositoryPlace, work: TaskWork): Promise<Task> {
  room.runner.wake();
  const { kept } = await retireWorktree(room, place, work.id);
  if (kept !== null)
    tell(room, work, [`Its worktree was left at ${work.worktree}, because a backup could not hold all of it: ${kept}`]);
  return told(room, work.id);
}

/** Throws NOT_TRUSTED when landing as trusted would run what nobody trusted, and as untrusted would land other bytes. */
async function assertStillTrusted({ repository }: TaskWork, place: RepositoryPlace): Promise<void> {
  if (!repository.trusted || place.trusted || !(await runsPrograms(place))) return;
  throw new CodedError(
    'NOT_TRUSTED',
    `Nothing was merged: what ${repository.name} would run has changed since you trusted it. Look at it and trust it again (add it once more with trust), or take the trust back, then approve.`,
    { facts: { repository: repository.path } },
  );
}

/** What the person should know about a landing. */
function noticesOf(end: Landed): string[] {
  const submodules = end.submodules.map(
    (path) => `The submodule ${path} stands at another commit now; run git submodule update in ${end.checkout}.`,
  );
  return [...end.notices, ...submodules];
}

/** Throws MOVED, saying what, unless the change is what the person saw. */
function assertSame(work: TaskWork, review: Review, approval: Approval): void {
  const { base, branch, id } = work;
  const moved = [
    ...(approval.head === review.head && approval.tree === review.tree ? [] : [`the change on ${branch}`]),
    ...(approval.base === review.base ? [] : [base]),
  ];
  if (moved.length === 0) return;
  throw new CodedError(
    'MOVED',
    `Nothing was merged: ${moved.join(' and ')} moved since you looked. Look at task ${id} again, then approve.`,
    {
      facts: { base: review.base, head: review.head, tree: review.tree },
    },
  );
}

/** Throws MOVED when the worktree holds edits that are in no commit, and so in no review. */
async function assertNothingUnseen(work: TaskWork, place: RepositoryPlace): Promise<void> {
  if (work.worktree === null) return;
  const checkout = await reattachWorktree(place, work.worktree);
  if (checkout === null) return;
  const dirty = (await worktreeStatus({ ...place, checkout })).map((file) => file.path);
  if (dirty.length === 0) return;
  throw new CodedError(
    'MOVED',
    `Nothing was merged: the worktree ${checkout.workTree} has edits that are not in the change you saw: ${some(dirty)}. Commit them on ${work.branch} and look again, or take them out.`,
    { facts: { files: dirty.slice(0, 100) } },
  );
}

function mergeMessage(task: TaskWork, review: Review, strategy: Strategy): string {
  return strategy === 'merge' ? `Merge ${task.branch}: ${task.title}\n` : review.message;
}

function notLanded(task: TaskWork, end: NotLanded): CodedError {
  const nothing = `Nothing was merged and nothing was touched: `;
  switch (end.kind) {
    case 'moved':
      return new CodedError(
        'MOVED',
        `${nothing}${task.base} moved while it was being merged. Look at the change again, then approve.`,
      );
    case 'in-the-way':
      return new CodedError(
        'CHECKOUT_IN_THE_WAY',
        `${nothing}${task.base} is checked out at ${end.checkout}, and files edited there are part of the change: ${some(end.files)}. Commit or move those edits away there, then approve again.`,
        { facts: { checkout: end.checkout, files: end.files.slice(0, 100) } },
      );
    case 'busy':
      return new CodedError(
        'CHECKOUT_IN_THE_WAY',
        `${nothing}${task.base} is checked out at ${end.checkout} and cannot be moved there now. ${end.reason}`,
        { facts: { checkout: end.checkout } },
      );
    default:
      return assertNever(end);
  }
}

function some(files: readonly string[]): string {
  const shown = files.slice(0, 5).join(', ');
  return files.length > 5 ? `${shown} and ${files.length - 5} more` : shown;
}
