import { useEffect } from 'react';
import type { Review, ReviewedChange } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { useApp } from '../state/app';
import { type Resource, useResource } from '../state/resource';

/** A task's change to be read, and its review by which it is approved. */
interface Reviewed {
  readonly change: Resource<ReviewedChange>;
  readonly review: Resource<Review>;
}

/**
 * The review of a task's change, fetched anew when the task moves. Before it comes the change alone, which is there sooner; as
 * soon as the review is, the change is exactly the one of the review. While an agent reworks it the change stays to be read.
 */
export function useReview(task: Task): Reviewed {
  useLookAgain(task);
  const reworked = isReworked(task);
  const key = task.change === null ? null : `${task.id} ${reworked ? 'reworked' : task.state}`;
  const early = useResource(key, (client, signal) => client.reviews.change({ task: task.id }, { signal }));
  // One after the other: asked for at once, they would keep the diff waiting by what git does for both.
  const isEarly = !reworked && key !== null && early.value === null && early.failure === null;
  // Going back changes what is reviewed without another state; what is on screen stays until the newer one is there.
  const asked = useResource(
    isEarly || reworked ? null : key,
    (client, signal) => client.reviews.get({ task: task.id }, { signal }),
    task.updatedAt,
  );
  if (reworked) return { review: asked, change: early };
  const review = isEarly ? { ...asked, loading: true } : asked;
  return { review, change: { ...review, value: changeIn(review, early.value) } };
}

/** Whether the change a task had is being made anew: it was sent back, or is gone on with. */
export function isReworked({ change, state }: Pick<Task, 'change' | 'state'>): boolean {
  return change !== null && (state === 'queued' || state === 'running' || state === 'waiting');
}

/** The same object for the same change: what is read does not begin anew when the review comes. */
function changeIn({ value, failure }: Resource<Review>, early: ReviewedChange | null): ReviewedChange | null {
  if (value === null) return failure === null ? early : null;
  return early !== null && isSame(early, value) ? early : value;
}

function isSame(one: ReviewedChange, other: ReviewedChange): boolean {
  return (
    one.task === other.task &&
    one.mergeBase === other.mergeBase &&
    one.head === other.head &&
    one.lastSeen === other.lastSeen &&
    JSON.stringify(one.edit) === JSON.stringify(other.edit)
  );
}

/**
 * Has the core look where the branch of a task in review is when the person comes back to the window: they may have committed
 * in its worktree, of which nobody tells. What moved comes as a change of the task.
 */
function useLookAgain({ id, state }: Task): void {
  const { line } = useApp();
  useEffect(() => {
    if (state !== 'review') return;
    const look = async (): Promise<unknown> => line.client().tasks.get({ task: id });
    // Whoever cannot reach the core is told so by everything else on the page.
    const lookAgain = (): void => void look().catch(() => {});
    window.addEventListener('focus', lookAgain);
    return () => window.removeEventListener('focus', lookAgain);
  }, [line, id, state]);
}
