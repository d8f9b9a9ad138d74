import { CodedError } from '../contract/errors';
import type { Place } from '../git/checkout';
import { completeLanding } from '../git/land';
import { addDecision } from '../store/decisions';
import { finishLanding, type Landing, markLandingTold, openLandingOf } from '../store/landings';
import { taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { moveTask } from '../store/tasks';
import { landCar } from '../store/trains';
import type { Deps } from './deps';
import { lateComments, tellLate } from './late-comments';
import { repositoryPlace } from './place';
import { endReviews } from './reviewing';

/** What was done to the base, in words of the record. */
const landedAs = { ff: 'fast-forwarded', merge: 'merged', squash: 'squashed', rebase: 'rebased' } as const;

/** What ending a task takes, with the reviews of its change. */
type Ending = Parameters<typeof endReviews>[0] & Parameters<typeof tellLate>[0];

/**
 * Keeps that a change is on its base: the task is done, and the landing needs no finishing any more. What agents said of the
 * change while it landed, which could hold it back no more, is said at the end of its conversation, by the next start if not now.
 */
export async function landed(
  deps: Ending,
  landing: Pick<Landing, 'id' | 'task' | 'oldOid' | 'newOid' | 'baseRef' | 'strategy' | 'decision' | 'createdAt'>,
  by: string,
): Promise<void> {
  const base = landing.baseRef.replace(/^refs\/heads\//, '');
  const late = await deps.writer.write((db) => {
    const endedAt = deps.now();
    if (!finishLanding(db, { landing: landing.id, state: 'landed', at: endedAt })) return null;
    landCar(db, { task: landing.task, result: landing.newOid, begunAt: landing.createdAt, at: endedAt });
    const over = { ...landing, endedAt };
    const came = lateComments(db, over).length > 0;
    if (!came) markLandingTold(db, { landing: landing.id, at: endedAt });
    if (landing.decision !== null) addDecision(db, landing.decision);
    // A landing is begun in review and nothing else may happen to the task until it is over.
    const row = taskRow(db, landing.task);
    if (row.state !== 'review') return came ? over : null;
    // The base had everything already: no commit of it is this task's, and one that changed nothing merged nothing.
    const stays = landing.oldOid === landing.newOid;
    const empty = stays && (row.change_files ?? 0) === 0;
    const how = stays ? 'there was nothing to merge' : landedAs[landing.strategy];
    moveTask(db, {
      task: landing.task,
      to: 'done',
      by,
      reason:
        landing.decision?.rule == null
          ? `Approved: ${how} into ${base}.`
          : `As its repository says (${landing.decision.rule}): ${how} into ${base}.`,
      at: endedAt,
      patch: { outcome: empty ? 'answered' : 'merged', mergedOid: stays ? null : landing.newOid, error: null },
    });
    return came ? over : null;
  });
  if (late !== null) await tellLate(deps, late);
  deps.announce(landing.task);
  await endReviews(deps, landing.task);
}

/**
 * Finds out what became of a landing that was cut short, and keeps it: finished when the base branch had moved, forgotten
 * when it had not. `open` when something else is at work in the checkout: then the next look finishes it.
 */
export async function settleLanding(
  deps: Ending,
  place: Place,
  landing: Landing,
): Promise<
  { readonly kind: 'landed' } | { readonly kind: 'abandoned' } | { readonly kind: 'open'; readonly reason: string }
> {
  const branch = landing.baseRef.replace(/^refs\/heads\//, '');
  const done = await completeLanding(place, { branch, oldOid: landing.oldOid, newOid: landing.newOid });
  if (done.kind === 'busy') return { kind: 'open', reason: done.reason };
  if (done.kind === 'landed') {
    await landed(deps, landing, 'recovery');
    return { kind: 'landed' };
  }
  await deps.writer.write((db) => finishLanding(db, { landing: landing.id, state: 'abandoned', at: deps.now() }));
  return { kind: 'abandoned' };
}

/**
 * Settles what an earlier approval of a task left half way, before anything else happens to it. Gives the landing when
 * it is on the base now; null when there was none, or none of it. Throws CHECKOUT_IN_THE_WAY, saying what to mend, while
 * it can be neither finished nor forgotten.
 */
export async function settleEarlier(deps: Ending & Pick<Deps, 'db' | 'git'>, task: number): Promise<Landing | null> {
  const landing = openLandingOf(deps.db, task);
  if (landing === undefined) return null;
  const place = await repositoryPlace(deps.git, taskWork(deps.db, task).repository);
  const settled = await settleLanding(deps, place, landing).catch((cause: unknown) => ({
    kind: 'open' as const,
    reason: cause instanceof Error ? cause.message : String(cause),
  }));
  if (settled.kind !== 'open') return settled.kind === 'landed' ? landing : null;
  const base = landing.baseRef.replace(/^refs\/heads\//, '');
  const where = landing.checkout === null ? base : `${base}, checked out at ${landing.checkout},`;
  throw new CodedError(
    'CHECKOUT_IN_THE_WAY',
    `The approved change of task ${task} has begun to land on ${where} and could not be finished: ${settled.reason} Mend that, then approve again; it goes on where it stopped, and nothing you edited is touched.`,
    { facts: { task, base, checkout: landing.checkout } },
  );
}
