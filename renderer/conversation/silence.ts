import type { Task } from '../../core/contract/task';

/** Why nothing was said yet in a task that no agent began, and when one will. */
export function silenceWords(task: Pick<Task, 'state' | 'blockedBy' | 'runAfter'>, now: number): string {
  if (task.state === 'cancelled') return 'It was cancelled before an agent began.';
  if (task.state === 'failed') return 'It failed before an agent began; the reason is above.';
  return `${startWords(task, now)} What it says and does appears here.`;
}

function startWords({ blockedBy, runAfter }: Pick<Task, 'blockedBy' | 'runAfter'>, now: number): string {
  if (blockedBy.length > 0) return 'The agent starts when what it waits for is done.';
  // A parked task waits for a time as well.
  if (runAfter !== null && runAfter > now) return 'The agent starts when the time the task waits for has come.';
  return 'The agent starts as soon as a slot is free.';
}
