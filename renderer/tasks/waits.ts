import { type Aboard, aboardWords, isAboard, leftWords } from '../../core/contract/aboard';
import { blockingChecks, type CheckStand } from '../../core/contract/check';
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

/** Something about the landing of a change: `failed` and `warning` keep it from landing, `plain` is only to be known. */
export interface LandingNote {
  readonly kind: 'failed' | 'warning' | 'plain';
  readonly words: string;
}

/**
 * What is to be known of the landing of a finished change, the worst first: required checks that failed on it, why a train
 * left it behind, what it waits for or meets, and where on a train it is.
 */
export function landingNotes(task: Task, stands: readonly CheckStand[]): readonly LandingNote[] {
  const { state, stack, landsAfter, overlaps, base, train } = task;
  const [worst] = overlaps;
  const inReview = state === 'review';
  const failed = inReview ? blockingChecks(stands).filter((stand) => stand.state === 'failed') : [];
  const notes: (LandingNote | null)[] = [
    train !== null && isAboard(train) ? { kind: 'plain', words: aboardWords(train) } : null,
    failed.length > 0 ? { kind: 'failed', words: failedWords(failed) } : null,
    train !== null && !isAboard(train) ? leftNote(train) : null,
    inReview && stack?.problem != null ? { kind: 'warning', words: stack.problem } : null,
    worst !== undefined && worst.conflicts > 0 ? { kind: 'warning', words: overlapWords(worst, base) } : null,
    inReview && landsAfter.length > 0
      ? { kind: 'plain', words: `Lands after ${landsAfter.map((id) => `#${id}`).join(', ')}` }
      : null,
  ];
  return notes.filter((note) => note !== null);
}

function failedWords(failed: readonly CheckStand[]): string {
  return `${failed.map(({ name }) => name).join(', ')} failed, required`;
}

function leftNote(train: Aboard): LandingNote {
  if (train.state === 'landed') return { kind: 'plain', words: aboardWords(train) };
  return { kind: 'warning', words: leftWords(train) };
}

function howEnded(id: number, tasks: ReadonlyMap<number, Task>): string | null {
  const task = tasks.get(id);
  return task === undefined ? null : endedWithout(task);
}
