import type { RepositoryPlace } from '../runner/place';
import { retireWorktree } from '../runner/retire';
import type { TaskWork } from '../store/task-work';
import { tell } from './acting';
import type { Room } from './room';

/**
 * Takes the worktree of a task that is over away, its whole state kept under a backup ref. When it has to stay, that is
 * said at the end of the conversation; it is no error, because the task is over all the same, and the next start tries
 * again. `place` is null when the repository is gone.
 */
export async function putAway(room: Room, work: TaskWork, place: RepositoryPlace | null): Promise<void> {
  if (work.worktree === null) return;
  const why = await whyKept(room, work, place);
  if (why !== null) tell(room, work, [`Its worktree was left as it is at ${work.worktree}. ${why}`]);
}

async function whyKept(room: Room, work: TaskWork, place: RepositoryPlace | null): Promise<string | null> {
  if (place === null) return `The repository ${work.repository.path} is not there, so no backup of it could be made.`;
  try {
    const { kept } = await retireWorktree(room, place, work.id);
    return kept === null ? null : `A backup could not hold all of it: ${kept}`;
  } catch (cause) {
    room.log('error', 'A worktree could not be taken away.', { task: work.id, cause: String(cause) });
    return `It could not be taken away: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
