import type { Review } from '../../core/contract/review';
import { proposedMessage, type Strategy, takesMessage } from '../../core/contract/strategy';
import type { Task } from '../../core/contract/task';
import { strategyWords } from '../task/words';
import { count } from '../text/amounts';

/** How a change of several lands: in which way, and which line the base's history gets of it. Null when it cannot. */
export function landsAs(
  task: Pick<Task, 'branch' | 'title'>,
  review: Pick<Review, 'strategy' | 'strategies' | 'commits' | 'message'>,
  { wanted, isFirst }: { readonly wanted: Strategy | null; readonly isFirst: boolean },
): string | null {
  const strategy = strategyOf(review, wanted, isFirst);
  if (strategy === null) return null;
  const { name } = strategyWords[strategy];
  if (takesMessage(strategy)) {
    const [subject = ''] = proposedMessage(strategy, task, review.message).split('\n');
    return `${name}: ${subject}`;
  }
  const { commits } = review;
  return `${name}${commits.length === 1 ? '' : `, ${count(commits.length, 'commit')}`}: ${commits.at(-1)?.subject ?? ''}`;
}

/** The base has moved when the turn of the second comes, so nothing but the first can be moved to as it is. */
function strategyOf(
  { strategy, strategies }: Pick<Review, 'strategy' | 'strategies'>,
  wanted: Strategy | null,
  isFirst: boolean,
): Strategy | null {
  if (strategy === null) return null;
  if (wanted === 'ff') return isFirst && strategies.includes('ff') ? 'ff' : 'rebase';
  if (wanted !== null) return wanted;
  return strategy === 'ff' && !isFirst ? 'merge' : strategy;
}
