import { isDeepStrictEqual } from 'node:util';
import type { RepositoryCheck } from '../contract/check';
import { CodedError } from '../contract/errors';
import type { Review } from '../contract/review';
import { proposedMessage, type Strategy } from '../contract/strategy';
import { mergeBase } from '../git/diff';
import { makeMerge } from '../git/merge';
import { refOid } from '../git/resolve';
import { identityFor } from '../runner/change';
import { settleEdit } from '../runner/edits';
import { settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { conflictMessage } from '../runner/messages';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { endRestack } from '../runner/restacks';
import { type TaskWork, taskWork } from '../store/task-work';
import { type CarRow, emptyTrain, mayLand, type TrainRow } from '../store/trains';
import {
  assertNoneForgotten,
  assertNotHeld,
  assertNothingUnseen,
  assertStillTrusted,
  assertUnprotected,
} from './approval';
import { type Compared, isAsSeen } from './as-seen';
import * as decisions from './decisions';
import { landMade } from './landing';
import { reviewOf } from './reviews';
import type { Room } from './room';
import { some } from './some';
import { strategyFor } from './strategies';

/** What came of a step of a change's turn. */
export type Came =
  | { readonly kind: 'landed' }
  /** It goes back to its agent with this message. */
  | { readonly kind: 'returned'; readonly reason: string; readonly message: string; readonly review: Review }
  /** It is off the train: in review, or with its agent, which was told. */
  | { readonly kind: 'off'; readonly state: 'left' | 'returned'; readonly reason: string }
  /** The base is not where it was: once more. */
  | { readonly kind: 'moved'; readonly reason: string }
  /** The runtime closes, or the person stopped the train. */
  | { readonly kind: 'stopped' };

/** A change as it would land. */
export interface Built {
  readonly kind: 'built';
  readonly work: TaskWork;
  /** Its repository as it was trusted then. */
  readonly place: RepositoryPlace;
  readonly review: Review;
  readonly oid: string;
  readonly strategy: Strategy;
  readonly message: string;
}

/** That a change is left in review, and why. */
export function left(reason: string): Came {
  return { kind: 'off', state: 'left', reason };
}

/** A change as it was approved. */
type ApprovedCar = Pick<CarRow, 'task' | 'head' | 'mergeBase'>;

/**
 * Why a task's change is not the one that was approved, nor what restacks alone made of that, a sentence; null when it is. For whoever
 * has the task alone: while a restack is under way its branch has moved and nobody knows yet by what.
 */
export async function otherThanApproved(room: Room, car: ApprovedCar): Promise<string | null> {
  const { branch, base, stackOid, repository } = taskWork(room.db, car.task);
  // Nothing of it is to be run, so what it would run need not be looked at.
  const place = await repositoryPlace(room.git, { ...repository, trusted: false });
  const head = branch === null ? null : await refOid(place, `refs/heads/${branch}`);
  const from = stackOid ?? (await refOid(place, `refs/heads/${base}`));
  const compared = head === null || from === null ? null : await mergeBase(place, from, head);
  return head === null || compared === null
    ? anotherWords
    : otherWords(room, place, car, { head, mergeBase: compared });
}

/** The same of a change that was looked at. */
async function otherWords(
  room: Room,
  place: RepositoryPlace,
  { task, head, mergeBase: compared }: ApprovedCar,
  now: Compared,
): Promise<string | null> {
  if (compared === null)
    return 'It was approved with an earlier version, which did not keep what it was compared with. Look at it again, then approve.';
  if (await isAsSeen(room.db, place, { task, seen: { head, mergeBase: compared }, now })) return null;
  if (now.head !== head) return anotherWords;
  return `It is compared with ${now.mergeBase.slice(0, 10)} now, and was with ${compared.slice(0, 10)} when you approved it. Look at it again, then approve.`;
}

const anotherWords = 'Its change is another one than you approved. Look at it again, then approve.';

/** What somebody did to a change since it was built, for whoever has the task alone, a sentence; null for nothing. */
export async function touchedSince(room: Room, task: number, built: Compared): Promise<string | null> {
  const work = taskWork(room.db, task);
  if (work.state !== 'review') return null;
  try {
    await settleEdit(room, task);
    await settleReturn(room, task);
    await endRestack(room, task);
    const other = await otherThanApproved(room, { task, head: built.head, mergeBase: built.mergeBase });
    if (other !== null) return other;
    await assertNothingUnseen(work, await repositoryPlace(room.git, work.repository));
    return null;
  } catch (cause) {
    if (cause instanceof CodedError) return cause.message;
    throw cause;
  }
}

/** Makes the commit that would land, in the object database, from what was approved and the base as it is now. */
export async function build(room: Room, train: TrainRow, car: CarRow): Promise<Built | Came> {
  const { task } = car;
  await settleEdit(room, task);
  await settleReturn(room, task);
  await endRestack(room, task);
  await settleEarlier(room, task);
  const work = taskWork(room.db, task);
  if (work.state !== 'review') return gone(work);
  if (work.base !== train.base) return left(`It is based on ${work.base} now.`);
  const place = await repositoryPlace(room.git, work.repository);
  await assertStillTrusted(work, place);
  if (!place.trusted && toRun(work).length > 0) return left(untrustedWords(work));
  assertNotHeld(room.db, work);
  const review = await reviewOf(room, work, place);
  const other = await otherWords(room, place, car, review);
  if (other !== null) return left(other);
  assertUnprotected(work, review);
  await assertNothingUnseen(work, place);
  const stray = strayed(train, review, work);
  if (stray !== null) {
    await room.writer.write((db) => emptyTrain(db, { train: train.id, reason: stray, at: room.now() }));
    return { kind: 'stopped' };
  }
  if (review.conflicts.length > 0) {
    const { base, conflicts } = review;
    const named = some(conflicts.map(({ path }) => path));
    const message = conflictMessage({ base: train.base, oid: base, conflicts });
    return { kind: 'returned', reason: `It conflicts with ${train.base} in ${named}.`, message, review };
  }
  if (review.checkout?.busy != null) return left(review.checkout.busy);
  // Nothing but the first can be fast-forwarded; the others come as near to it as there is.
  const wanted = train.strategy === 'ff' && !review.strategies.includes('ff') ? 'rebase' : train.strategy;
  const strategy = strategyFor(review, work, wanted ?? undefined);
  const message = proposedMessage(strategy, work, review.message);
  const { identity } = await identityFor(place);
  const made = await makeMerge(place, { strategy, baseOid: review.base, headOid: review.head, message, identity });
  if (made.kind !== 'made') return left(`It no longer merges into ${train.base}.`);
  return { kind: 'built', work, place, review, oid: made.oid, strategy, message };
}

function untrustedWords({ repository: { name } }: TaskWork): string {
  return `The checks of ${name} are programs of its own, and it is not trusted as it is now. Look at it and trust it, then approve again.`;
}

/** Why a train goes no further because somebody else moved its base; null when its checks look at what that came to. */
function strayed({ tip, base }: TrainRow, review: Review, work: TaskWork): string | null {
  if (review.base === tip || toRun(work).length > 0) return null;
  return `${base} moved to ${review.base.slice(0, 10)} meanwhile, and ${work.repository.name} has no checks that would look at what comes of that. Look at the changes again, then approve.`;
}

/** The checks by which it is decided: those that are required, or all where none is. */
export function toRun({ repository: { checks } }: TaskWork): readonly RepositoryCheck[] {
  const required = checks.filter((check) => check.required);
  return required.length > 0 ? required : checks;
}

/** Lands the very commit that was checked, if its change and its base are still what it was made of. */
export async function land(
  room: Room,
  train: TrainRow,
  car: CarRow,
  { built, checks }: { readonly built: Built; readonly checks: readonly RepositoryCheck[] },
): Promise<Came> {
  const { task } = car;
  const work = taskWork(room.db, task);
  if (work.state !== 'review') return gone(work);
  const place = await repositoryPlace(room.git, work.repository);
  await assertStillTrusted(work, place);
  assertNotHeld(room.db, work);
  const review = await reviewOf(room, work, place);
  if (review.head !== built.review.head)
    return left('Its change was changed while it was checked. Look at it again, then approve.');
  assertUnprotected(work, review);
  await assertNothingUnseen(work, place);
  if (review.base !== built.review.base) return moved(train, review.base);
  const other = await otherWords(room, place, { ...built.review, task }, review);
  if (other !== null) return left(other);
  if (built.oid !== review.base && !isDeepStrictEqual(toRun(work), checks))
    return { kind: 'moved', reason: 'Its checks became others while they ran, so it is checked again.' };
  const stands = checks.map(({ name, required }) => ({ name, required, state: 'passed' as const }));
  const { strategy, message, oid } = built;
  try {
    await landMade(room, { work, place, by: train.by }, { review, newOid: oid, strategy, message }, (db) => {
      if (!mayLand(db, { train: train.id, task, result: oid }))
        throw new CodedError('CANCELLED', `Task ${task} was taken off the train.`);
      assertNoneForgotten(db, { task, leaveComments: [...car.comments] }, true);
      const seen = review.head !== car.head && { seen: car.head, seenMergeBase: car.mergeBase };
      const answered = { strategy, message, train: train.id, ...seen };
      return { shown: decisions.shownOf({ ...review, checks: stands }), answered, rule: null };
    });
  } catch (cause) {
    if (cause instanceof CodedError && cause.code === 'MOVED') return moved(train, review.base);
    throw cause;
  }
  return { kind: 'landed' };
}

function moved({ base }: TrainRow, to: string): Came {
  return { kind: 'moved', reason: `${base} moved to ${to.slice(0, 10)} while it was checked, so it is checked again.` };
}

function gone({ state, outcome }: TaskWork): Came {
  return left(`It is not in review any more: it is ${outcome ?? state}.`);
}
