import { aboardWords } from '../../core/contract/aboard';
import { overlapWords } from '../../core/contract/overlap';
import type { Task } from '../../core/contract/task';

/** How a task another one waits for ended without landing, so that waiting alone will not help; null while it may land. */
export function endedWithout(task: Task): 'was discarded' | 'failed' | 'was cancelled' | null {
  if (task.state === 'failed') return 'failed';
  if (task.state === 'cancelled') return 'was cancelled';
  return task.state === 'done' && task.outcome === 'discarded' ? 'was discarded' : null;
}

/** Whether a queued task waits for a time and could go on before it: everything but a budget that is spent. */
export function canResume({ state, runAfter, parked }: Task, now: number): boolean {
  return state === 'queued' && parked !== 'budget' && runAfter !== null && runAfter > now;
}

/** What a queued task waits for, in one line, the one that will not come first: `Waits for #2, which was discarded`. */
export function waitWords(task: Task, tasks: ReadonlyMap<number, Task>): string {
  const ended = task.blockedBy.find((id) => howEnded(id, tasks) !== null);
  if (ended !== undefined) return `Waits for #${ended}, which ${howEnded(ended, tasks)}`;
  return `Waits for ${task.blockedBy.map((id) => `#${id}`).join(', ')}`;
}

/** The train a finished change is on, what it waits for, or meets, in one line; null for nothing. */
export function landingWords({ state, stack, landsAfter, overlaps, base, train }: Task): string | null {
  if (train !== null) return aboardWords(train);
  if (state === 'review' && stack?.problem != null) return stack.problem;
  if (state === 'review' && landsAfter.length > 0) return `Lands after ${landsAfter.map((id) => `#${id}`).join(', ')}`;
  const [worst] = overlaps;
  return worst === undefined || worst.conflicts === 0 ? null : overlapWords(worst, base);
}

function howEnded(id: number, tasks: ReadonlyMap<number, Task>): string | null {
  const task = tasks.get(id);
  return task === undefined ? null : endedWithout(task);
}
