import { lazy, type ReactNode, Suspense } from 'react';
import type { Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { Empty, Failed, Skeleton } from '../parts/empty';
import type { Resource } from '../state/resource';

const ReviewChanges = lazy(async () => ({ default: (await import('./review-changes')).ReviewChanges }));

/** A task's change: its files and its diff, or why there is none to see yet. */
export function Changes({ task, review }: { readonly task: Task; readonly review: Resource<Review> }): ReactNode {
  if (review.value !== null) {
    return (
      <Suspense fallback={<Skeleton lines={10} />}>
        <ReviewChanges review={review.value} />
      </Suspense>
    );
  }
  if (review.failure !== null) return <Failed failure={review.failure} again={review.reload} />;
  if (review.loading) return <Skeleton lines={10} />;
  if (task.state === 'done' && task.outcome === 'answered') {
    return (
      <Empty title="No change">The agent answered without changing a file. Its answer is in the conversation.</Empty>
    );
  }
  return (
    <Empty title="No change to review yet">
      The diff appears here when the agent is finished and its work is committed. Until then, watch it in the
      conversation.
    </Empty>
  );
}
