import { assertNever } from './errors';
import type { HandEdit, TaskDetail, Transition } from './task';

/** What a move of a task, or an edit of its change by hand, says in its conversation, and when it was made. */
export interface MoveLine {
  readonly at: number;
  readonly level: 'info' | 'error';
  /** A sentence, without its point where `reason` goes on. */
  readonly text: string;
  /** Why, in words that may be an agent's or a provider's; null when the text is all there is to say. */
  readonly reason: string | null;
}

/**
 * The moves of a task that its conversation does not tell by itself: that it was queued again and why, how it ended, and
 * what a person did with it then, also to its change by hand; oldest first. Said when shown, because a transcript is only
 * ever added to by who works on the task.
 */
export function moveLines({
  transitions,
  maxAttempts,
  edits,
}: Pick<TaskDetail, 'transitions' | 'maxAttempts' | 'edits'>): readonly MoveLine[] {
  let began = 1;
  const moves = transitions.flatMap((move) => {
    const { at, from, to, attempt } = move;
    // Who is sent back counts anew.
    if (to === 'queued' && from !== 'running' && from !== 'waiting') began = 1;
    // Being parked or interrupted is no attempt, so the next claim begins the same one again.
    const isNext = attempt !== null && attempt > began;
    began = attempt ?? began;
    const said = isNext ? [`Tried again: attempt ${attempt} of ${maxAttempts}.`] : moveWords(move);
    if (said === null) return [];
    const [text = '', reason = null] = said;
    return [{ at, level: to === 'failed' ? ('error' as const) : ('info' as const), text, reason }];
  });
  const byHand = edits.map((edit) => ({ at: edit.at, level: 'info' as const, text: editWords(edit), reason: null }));
  return between(moves, byHand);
}

/** Each of the others before the first of the moves that is later. Moves keep their order, whatever the clock did. */
function between(moves: readonly MoveLine[], others: readonly MoveLine[]): readonly MoveLine[] {
  const left = [...others];
  const lines: MoveLine[] = [];
  for (const move of moves) {
    for (let [first] = left; first !== undefined && first.at < move.at; [first] = left) {
      lines.push(first);
      left.shift();
    }
    lines.push(move);
  }
  return [...lines, ...left];
}

function editWords({ kind, path, part }: HandEdit): string {
  if (kind === 'edit') return `You edited ${path}.`;
  if (kind === 'undo-edit') return `You undid your edit of ${path}.`;
  return part ? `You took part of ${path} back.` : `You took ${path} back.`;
}

/** What is said of a move, and why it was made where that is said too; null for one that the conversation tells. */
function moveWords({ from, to, by, reason }: Transition): readonly [string, string?] | null {
  const why = oneLine(reason);
  if (isNotDriven(reason)) return [`${why} ${backAt(to)}`];
  switch (to) {
    case 'queued':
      if (from === null) return null;
      if (whileDriven.includes(reason)) return [reason];
      return by === 'person' && reason in asked ? [asked[reason] ?? ''] : ['Queued again', why];
    case 'running':
    case 'waiting':
      return null;
    case 'review':
      return [from === 'done' ? 'Restored: it is in review again.' : 'In review.'];
    case 'done':
      return [by === 'person' && reason === 'Discarded.' ? 'You discarded it.' : why];
    case 'failed':
      return from === 'done' ? ['Restored: it has failed, as before.'] : ['Failed', why];
    case 'cancelled':
      if (from === 'done') return ['Restored: it is cancelled, as before.'];
      return [by === 'person' && reason === 'Cancelled.' ? 'You cancelled it.' : why];
    default:
      return assertNever(to);
  }
}

/** Where a task is again in which the person drove nobody. */
function backAt(to: Transition['to']): string {
  if (to === 'failed') return 'It has failed, as before.';
  return to === 'review' ? 'It is in review again.' : `It is ${to}, as before.`;
}

/** Why a task goes back to where it was taken over from. */
export const notDriven = {
  forgone: 'Not taken over after all.',
  notOpened: 'The agent’s terminal could not be opened.',
  nothingSaid: 'Handed back, and nothing was said to its agent.',
} as const;

/** Whether a task was moved for one of these reasons: what became of it before holds, and nothing was added to it. */
export function isNotDriven(reason: string): boolean {
  return Object.values<string>(notDriven).includes(reason);
}

/** What a person did by queueing a task again, by the reason that is kept of it. */
const asked: Readonly<Record<string, string>> = {
  'Retried.': 'You tried it again.',
  'Changes asked.': 'You asked for changes.',
  'Resolve conflicts.': 'You asked its agent to resolve the conflicts.',
  'Taken over in a terminal.': 'You asked to take it over in a terminal.',
};

/** A move as one line. */
export function moveLineWords({ text, reason }: MoveLine): string {
  return reason === null ? text : `${text}: ${reason}`;
}

/** Why a task that the person drives is put down when Switchyard is closed. Its screen may run on meanwhile. */
export const closedWhileDriven = 'Switchyard was closed while you drove this in a terminal.';

/** Why a task that the person drove is put down by the start after a runtime that died. */
export const restartedWhileDriven = 'Switchyard was restarted while you drove this in a terminal.';

/** What ended while the person drove: they are not said to have it queued, nor does its agent go on by that. */
const whileDriven: readonly string[] = [closedWhileDriven, restartedWhileDriven];

/** How the reason begins of a task that was running when Switchyard ended without being asked to. */
export const endedInIt = 'Switchyard ended without warning while it ran';

/** A sentence that failed work is retried with. */
export function retryReason(error: string, attempt: number, maxAttempts: number): string {
  return `Attempt ${attempt} of ${maxAttempts} failed: ${error}`;
}

const longest = 300;

function oneLine(text: string): string {
  const line = text
    .slice(0, 2 * longest)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
