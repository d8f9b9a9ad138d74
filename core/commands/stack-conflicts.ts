import type { Conflict, Review } from '../contract/review';
import { previewMerge } from '../git/merge';
import type { RepositoryPlace } from '../runner/place';
import type { Database } from '../store/database';
import { isStale, stackOf } from '../store/stacks';
import type { TaskWork } from '../store/task-work';
import { some } from './some';

/** A change in review of those that are to land in order, with its review. */
export interface StackedChange {
  readonly work: TaskWork;
  readonly place: RepositoryPlace;
  readonly review: Review;
}

/**
 * Why a change in review will not land behind those before it, a sentence; null while nothing is known of it. What stands on a
 * change that has moved since is not merged to find out: it is brought onto that first, and only a vain try at it is told.
 */
export async function problemOf(
  db: Database,
  { work, place, review }: StackedChange,
  before: readonly StackedChange[],
): Promise<string | null> {
  if (isStale(db, work.id)) return stackOf(db, work.id)?.problem ?? null;
  if (review.conflicts.length > 0) {
    return `It conflicts with ${work.base} in ${filesOf(review.conflicts)}. Have its agent merge ${work.base} into its branch (in the terminal: task resolve ${work.id}).`;
  }
  if (before.some(({ work: { id } }) => isStale(db, id))) return null;
  const near = before.filter((one) => one.work.repositoryId === work.repositoryId && one.work.base === work.base);
  const others = [
    { name: work.base, oid: review.base },
    ...near.map((one) => ({ name: `the change of task ${one.work.id}`, oid: one.review.head })),
  ];
  for (const { name, oid } of others) {
    const met = await previewMerge(place, { baseOid: oid, headOid: review.head });
    if (met.kind === 'clean') continue;
    return `It conflicts with ${name} in ${filesOf(met.conflicts)}. Approve what it is after one by one, then have its agent merge ${work.base} into its branch (in the terminal: task resolve ${work.id}).`;
  }
  return null;
}

function filesOf(conflicts: readonly Conflict[]): string {
  return some(conflicts.map(({ path, kind }) => `${path} (${kind})`));
}
