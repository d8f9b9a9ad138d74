import { isNotDriven } from '../contract/move-words';
import type { Transition } from '../contract/task';
import type { Database } from '../store/database';
import type { TaskWork } from '../store/task-work';
import { listTransitions } from '../store/transitions';
import { commitMessage, roundMessage } from './messages';

/** Why a task that was handed in goes on at once instead of coming to review. */
export const goesOn = {
  said: 'You wrote to the agent; it goes on with that.',
  taken: 'You take over in a terminal.',
} as const;

/**
 * The message for the commit of what is handed in now, or of what was made at a time before. Each round of a task, which ends when
 * its change is handed in, has its own: commits that land as they are would all be called the same.
 */
export function messageOfRound(
  db: Database,
  task: Pick<TaskWork, 'id' | 'title' | 'prompt'>,
  madeAt = Number.POSITIVE_INFINITY,
): string {
  const ended = listTransitions(db, task.id).filter((move) => move.at < madeAt && endsRound(move)).length;
  return ended === 0 ? commitMessage(task) : roundMessage({ title: task.title, number: ended + 1 });
}

function endsRound({ from, to, by, reason }: Transition): boolean {
  if (from !== 'running' || by !== 'runner') return false;
  return (
    (to === 'review' && !isNotDriven(reason)) ||
    (to === 'queued' && (reason === goesOn.said || reason === goesOn.taken))
  );
}
