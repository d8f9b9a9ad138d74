import type { Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { type Resource, useResource } from '../state/resource';

/** The review of a task's change, fetched anew when the task moves. One object serves the diff and the approval. */
export function useReview(task: Task): Resource<Review> {
  const has = task.change !== null && task.state !== 'running' && task.state !== 'waiting';
  const key = has ? `${task.id} ${task.state}` : null;
  // Going back changes what is reviewed without another state; what is on screen stays until the newer one is there.
  return useResource(key, (client, signal) => client.reviews.get({ task: task.id }, { signal }), task.updatedAt);
}
