import { assertNever } from './errors';
import type { Transition } from './task';

/** What a move of a task says in its conversation, and when it was made. */
export interface MoveLine {
  readonly at: number;
  readonly level: 'info' | 'error';
  readonly text: string;
}

/**
 * The moves of a task that its conversation does not tell by itself: that it was queued again and why, how it ended, and
 * what a person did with it then. Said when shown, because a transcript is only ever added to by who works on the task.
 */
export function moveLines(transitions: readonly Transition[]): readonly MoveLine[] {
  return transitions.flatMap((move, index) => {
    const text = moveWords(move, transitions[index - 1]);
    return text === null ? [] : [{ at: move.at, level: move.to === 'failed' ? ('error' as const) : 'info', text }];
  });
}

function moveWords({ from, to, by, reason }: Transition, before: Transition | undefined): string | null {
  const why = oneLine(reason);
  switch (to) {
    case 'queued':
      return from === null
        ? null
        : by === 'person' && reason === 'Retried.'
          ? 'You tried it again.'
          : `Queued again: ${why}`;
    case 'running':
      return from === 'queued' && before !== undefined ? nextAttempt(before) : null;
    case 'waiting':
      return null;
    case 'review':
      return from === 'done' ? 'Restored: it is in review again.' : 'In review.';
    case 'done':
      return by === 'person' && reason === 'Discarded.' ? 'You discarded it.' : why;
    case 'failed':
    case 'cancelled':
      if (from === 'done')
        return to === 'failed' ? 'Restored: it has failed, as before.' : 'Restored: it is cancelled, as before.';
      if (to === 'failed') return `Failed: ${why}`;
      return by === 'person' && reason === 'Cancelled.' ? 'You cancelled it.' : why;
    default:
      return assertNever(to);
  }
}

/** How the reason begins of a task that was running when Switchyard ended without being asked to. */
export const endedInIt = 'Switchyard ended without warning while it ran';

/** A sentence that failed work is retried with. */
export function retryReason(error: string, attempt: number, maxAttempts: number): string {
  return `Attempt ${attempt} of ${maxAttempts} failed: ${error}`;
}

/** Which attempt begins after a move that gave the one before up; null when it was given up for something else. */
function nextAttempt({ by, reason }: Transition): string | null {
  const [, attempt, of] = (by === 'runner' && /^Attempt (\d+) of (\d+) failed: /.exec(reason)) || [];
  return attempt === undefined ? null : `Tried again: attempt ${Number(attempt) + 1} of ${of}.`;
}

const longest = 300;

function oneLine(text: string): string {
  const line = text
    .slice(0, 2 * longest)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
