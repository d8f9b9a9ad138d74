import { useEffect } from 'react';
import type { Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { useApp } from '../state/app';
import { type Resource, useResource } from '../state/resource';

/** The review of a task's change, fetched anew when the task moves. One object serves the diff and the approval. */
export function useReview(task: Task): Resource<Review> {
  useLookAgain(task);
  const has = task.change !== null && task.state !== 'running' && task.state !== 'waiting';
  const key = has ? `${task.id} ${task.state}` : null;
  // Going back changes what is reviewed without another state; what is on screen stays until the newer one is there.
  return useResource(key, (client, signal) => client.reviews.get({ task: task.id }, { signal }), task.updatedAt);
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
