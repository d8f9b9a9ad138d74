import type { Caller } from '../contract/caller';
import { blockingChecks, checkStandWords } from '../contract/check';
import { CodedError } from '../contract/errors';
import type { Review } from '../contract/review';
import { hasLanded } from '../contract/stack';
import type { Train, TrainApproval } from '../contract/train';
import { settleEarlier } from '../runner/landed';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import type { Database } from '../store/database';
import { listDependencies } from '../store/dependencies';
import { type TaskWork, taskWork } from '../store/task-work';
import { aboardOfContest, addTrain, listTrains, readTrain } from '../store/trains';
import { alone, mustBe } from './acting';
import {
  assertNoneForgotten,
  assertNothingUnseen,
  assertSame,
  assertStillTrusted,
  assertUnprotected,
} from './approval';
import * as decisions from './decisions';
import { reviewOf } from './reviews';
import type { Room } from './room';
import { strategyFor } from './strategies';
import { inOrder } from './train-plan';

/** So many of the trains that have ended are listed. */
const endedShown = 20;

/** So many changes are looked at at once: each look starts several programs. */
const atOnce = 4;

/** Those that have not ended, and the newest of those that have. */
export function list(room: Room): Train[] {
  return listTrains(room.db, endedShown);
}

/** A train. Throws NOT_FOUND. */
export function get(room: Room, train: number): Train {
  return readTrain(room.db, train);
}

/** Ends a train; what has not landed stays in review. Throws WRONG_STATE when it has ended. */
export function stop(room: Room, train: number): Promise<Train> {
  return room.trains.stop(train);
}

type Change = TrainApproval['changes'][number];

/** A change as it was looked at when its train was approved. */
interface Seen {
  readonly change: Change;
  readonly work: TaskWork;
  readonly review: Review;
}

/**
 * Approves several changes at once, to land one after the other. Every one of them must be as it was seen, on a base that is
 * where it was seen; else nothing begins, and the error says which and why.
 */
export async function start(room: Room, { by }: Caller, input: TrainApproval): Promise<Train> {
  const after = (task: number) => listDependencies(room.db, task).filter((one) => !hasLanded(one));
  const changes = inOrder(input.changes, (task) => after(task).map(({ id }) => id));
  const works = changes.map(({ task }) => taskWork(room.db, task));
  const [first] = works;
  if (first === undefined) throw new CodedError('BAD_INPUT', 'Name the tasks that are to land.');
  assertOnePlace(works);
  assertNoRivals(works);
  const place = await repositoryPlace(room.git, first.repository);
  assertCheckable(first, place);
  const missingOf = (change: Change) =>
    after(change.task).find(({ id }) => !changes.some(({ task }) => task === id))?.id ?? null;
  const seen: Seen[] = [];
  for (let from = 0; from < changes.length; from += atOnce) {
    const some = changes.slice(from, from + atOnce).map((change) =>
      // One of them may be landing by another word this moment; that is over first.
      named(change.task, () =>
        alone(change.task, () => see(room, { change, place, input, missing: missingOf(change) })),
      ),
    );
    seen.push(...(await Promise.all(some)));
  }
  const id = await room.writer.write((db) => {
    for (const { change } of seen) {
      try {
        assertNoneForgotten(db, change, true);
      } catch (cause) {
        throw notBegun(change.task, cause);
      }
    }
    assertNoneAboard(db, works);
    const train = addTrain(db, {
      ...{ repository: first.repository.id, base: first.base, tip: input.base, by, at: room.now() },
      strategy: input.strategy ?? null,
      cars: changes.map(({ leaveComments = [], tree: _, ...seen }) => ({ ...seen, comments: leaveComments })),
    });
    decisions.record(room, db, {
      ...{ by, kind: 'approve-train', repository: first.repository.path },
      shown: {
        base: input.base,
        changes: seen.map(({ work, review: { mergeBase, head, tree, files } }) => ({
          ...{ task: work.id, title: work.title, mergeBase, head, tree, files: files.length },
        })),
      },
      answered: { train, strategy: input.strategy ?? null, tasks: changes.map(({ task }) => task) },
    });
    return train;
  });
  room.trains.announce(id);
  room.trains.wake();
  return readTrain(room.db, id);
}

/** Throws WRONG_STATE unless all of these are in review and land on one base of one repository. */
function assertOnePlace(works: readonly TaskWork[]): void {
  for (const work of works) mustBe(work, ['review'], 'approved');
  const [first, ...rest] = works;
  const other = rest.find(({ base, repositoryId }) => base !== first?.base || repositoryId !== first.repositoryId);
  if (first === undefined || other === undefined) return;
  const where = ({ id, base, repository }: TaskWork) => `task ${id} lands on ${base} of ${repository.path}`;
  throw new CodedError(
    'WRONG_STATE',
    `Nothing was begun: ${where(first)}, and ${where(other)}. A train lands on one base of one repository; make two of them.`,
    { facts: { tasks: works.map(({ id }) => `${id}`) } },
  );
}

/** Throws WRONG_STATE when two of these do the same: one of them is to be picked. */
function assertNoRivals(works: readonly TaskWork[]): void {
  const rivals = works.filter(
    ({ contest }) => contest !== null && works.filter((one) => one.contest?.id === contest.id).length > 1,
  );
  if (rivals.length === 0) return;
  throw new CodedError(
    'WRONG_STATE',
    `Nothing was begun: ${rivals.map(({ id }) => `task ${id}`).join(' and ')} were made from one prompt, of which one is to land. Compare them and leave the others out: task compare ${rivals[0]?.id}`,
    { facts: { tasks: rivals.map(({ id }) => `${id}`) } },
  );
}

/** Throws WRONG_STATE when another task of the contest of one of these is on a train: both would land. */
function assertNoneAboard(db: Database, works: readonly TaskWork[]): void {
  for (const { id, contest } of works) {
    const other = contest === null ? undefined : aboardOfContest(db, { task: id, contest: contest.id });
    if (other === undefined) continue;
    throw new CodedError(
      'WRONG_STATE',
      `Nothing was begun: task ${id} and task ${other.task} were made from one prompt, of which one is to land, and task ${other.task} is on train ${other.train}. Leave task ${id} out, or end that train first: train stop ${other.train}`,
      { facts: { tasks: [`${id}`, `${other.task}`] } },
    );
  }
}

/** Throws NOT_TRUSTED when there are checks that may not run: then nobody would have looked at what lands. */
function assertCheckable({ repository }: TaskWork, place: RepositoryPlace): void {
  if (place.trusted || repository.checks.length === 0) return;
  throw new CodedError(
    'NOT_TRUSTED',
    `Nothing was begun: the checks of ${repository.name} are programs of its own, and it is not trusted as it is now. Look at it and trust it, or approve the tasks one by one.`,
    { facts: { repository: repository.path } },
  );
}

/** Looks at a change that is to be on a train, for whoever has its task alone. Throws why it cannot be. */
async function see(
  room: Room,
  one: {
    readonly change: Change;
    readonly place: RepositoryPlace;
    readonly input: TrainApproval;
    /** A task it lands after that is not on the train. */
    readonly missing: number | null;
  },
): Promise<Seen> {
  const { change, place, input, missing } = one;
  const work = taskWork(room.db, change.task);
  const review = await look(room, { work, place, change, base: input.base });
  if (missing !== null)
    throw new CodedError(
      'WRONG_STATE',
      `It lands after task ${missing}, which is not on the train. Name that one, too.`,
    );
  // What is after another one cannot land yet, so there is nothing to choose of it before its turn.
  if (review.held === null && input.strategy !== 'ff') strategyFor(review, work, input.strategy);
  return { change, work, review };
}

async function look(
  room: Room,
  seen: {
    readonly work: TaskWork;
    readonly place: RepositoryPlace;
    readonly change: Change;
    readonly base: string;
  },
): Promise<Review> {
  const { work, place, change, base } = seen;
  if ((await settleEarlier(room, work.id)) !== null)
    throw new CodedError('WRONG_STATE', 'It has landed already. Leave it out.');
  await assertStillTrusted(work, place);
  const review = await reviewOf(room, work, place);
  assertUnprotected(work, review);
  await assertSame(work, place, { review, approval: { ...change, base } });
  await assertNothingUnseen(work, place);
  assertNoneFailed(work, review);
  return review;
}

/** Throws CHECKS_NOT_PASSED, naming them, when required checks are known to have failed on the very commit that was seen. */
function assertNoneFailed({ id }: TaskWork, { checks }: Review): void {
  const failed = blockingChecks(checks)
    .filter(({ state }) => state === 'failed')
    .map(checkStandWords);
  if (failed.length === 0) return;
  throw new CodedError(
    'CHECKS_NOT_PASSED',
    `Required checks have not passed on this change: ${failed.join('; ')}. Leave it out, run them again (in the terminal: check run ${id}), or approve it alone by overriding them (--override-checks).`,
    { facts: { task: id, checks: failed } },
  );
}

/** Says of which task an error is, where several are looked at. */
async function named<Result>(task: number, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    throw notBegun(task, cause);
  }
}

function notBegun(task: number, cause: unknown): unknown {
  if (!(cause instanceof CodedError)) return cause;
  const message = `No train was begun, because of task ${task}. ${cause.message}`;
  return new CodedError(cause.code, message, { facts: { ...cause.facts, task }, cause });
}
