import { repositoryPlace } from '../runner/place';
import { putAway, tell } from '../runner/putting-away';
import { cancelledReviews, reviewedBy } from '../store/agent-reviews';
import { taskWork } from '../store/task-work';
import { alone, told } from './acting';
import type { Room } from './room';

/**
 * Takes the worktree of a cancelled review by an agent away, kept under a backup ref: nothing in it lands, and tried again it
 * gets another one. Whoever calls it knows that the agent has left it. Never throws; what stays is tried again at the next start.
 */
export async function giveBack(room: Room, task: number): Promise<void> {
  if (reviewedBy(room.db, task) === undefined) return;
  await alone(task, async () => {
    const work = taskWork(room.db, task);
    if (work.state !== 'cancelled' || work.worktree === null) return;
    tell(room, work, await putAway(room, work, await repositoryPlace(room.git, work.repository)));
    told(room, task);
  }).catch((cause) => {
    room.log('warning', 'The worktree of a cancelled review could not be taken away.', { task, cause: String(cause) });
  });
}

/** Does so for what an earlier runtime did not come to. */
export async function giveAllBack(room: Room, signal: AbortSignal): Promise<void> {
  for (const task of cancelledReviews(room.db)) if (!signal.aborted) await giveBack(room, task);
}
