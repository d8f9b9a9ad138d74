import { CodedError } from '../contract/errors';
import type { Review } from '../contract/review';
import { type Strategy, strategies } from '../contract/strategy';
import type { MergePreview } from '../git/merge';
import { replay } from '../git/replay';
import type { RepositoryPlace } from '../runner/place';
import type { TaskWork } from '../store/task-work';
import { some } from './some';

/** Why a change cannot be brought onto its base in each of the ways that do not work now. */
export async function hindrances(
  place: RepositoryPlace,
  { base, baseOid, headOid }: { readonly base: string; readonly baseOid: string; readonly headOid: string },
  preview: MergePreview,
): Promise<Review['notPossible']> {
  if (preview.kind === 'conflict') {
    return strategies.map((strategy) => ({ strategy, reason: `The change conflicts with ${base}.` }));
  }
  const { fastForward, upToDate, tree } = preview;
  if (fastForward) return [];
  const moved = { strategy: 'ff' as const, reason: `${base} has moved on since the change began.` };
  const replayed = upToDate ? null : await replay(place, { baseOid, headOid, tree });
  return replayed?.kind === 'refused' ? [moved, { strategy: 'rebase', reason: replayed.reason }] : [moved];
}

/** The strategy an approval means: the one named, else the review's own. Throws CONFLICT or NOT_FAST_FORWARD. */
export function strategyFor(review: Review, { id, base, worktree }: TaskWork, named: Strategy | undefined): Strategy {
  if (review.conflicts.length > 0) {
    const files = review.conflicts.map(({ path, kind }) => `${path} (${kind})`);
    throw new CodedError(
      'CONFLICT',
      `Nothing was merged: the change conflicts with ${base} in ${some(files)}. Have its agent merge ${base} into its branch (in the terminal: task resolve ${id}), or resolve it yourself${worktree === null ? '' : ` in ${worktree}`}: merge ${base} there and commit.`,
      { facts: { files: review.conflicts.map(({ path }) => path) } },
    );
  }
  const chosen = named ?? review.strategy;
  if (chosen !== null && review.strategies.includes(chosen)) return chosen;
  const reason = review.notPossible.find(({ strategy }) => strategy === chosen)?.reason ?? '';
  throw new CodedError(
    chosen === 'rebase' ? 'CONFLICT' : 'NOT_FAST_FORWARD',
    `Nothing was merged: ${chosen === 'rebase' ? 'rebase' : 'fast-forward'} does not work now. ${reason} Approve with ${review.strategies.join(' or ')}.`,
  );
}
