import { CodedError } from './errors';
import { isInHand, type TaskOutcome, type TaskState } from './task';

/** What may be asked of a task, as the participle that ends `Task 7 is done and cannot be …`. */
export type Asked =
  | 'started'
  | 'cancelled'
  | 'resumed'
  | 'retried'
  | 'sent back'
  | 'commented on'
  | 'reviewed by an agent'
  | 'edited'
  | 'checked'
  | 'approved'
  | 'pushed'
  | 'opened as a pull request'
  | 'discarded'
  | 'restored'
  | 'written to'
  | 'taken over'
  | 'put back'
  | 'based on another branch';

/**
 * What is thrown when a change is not what the person saw any more. `moved` begins the sentence, or goes on after what was not done:
 * `main moved by 1 commit`.
 */
export function movedSince(
  moved: string,
  of: {
    readonly task: number;
    /** What was not done; left out where some of it was. */
    readonly did?: 'merged' | 'pushed' | 'edited';
    /** What is to be done again after the look. */
    readonly next?: 'approve' | 'push';
    readonly facts?: CodedError['facts'];
  },
): CodedError {
  const { task, did, next, facts = {} } = of;
  const what = did === undefined ? moved : `Nothing was ${did}: ${moved}`;
  const again = `Look at task ${task} again${next === undefined ? '' : `, then ${next}`}.`;
  return new CodedError('MOVED', `${what} since you looked. ${again}`, { facts });
}

/**
 * What is thrown when a task is not in a state for what was asked of it: says which state that is and what can be done. `why` says
 * of one that is merged already what is asked now that did not happen then, without a full stop.
 */
export function refused(
  task: {
    readonly id: number;
    readonly state: TaskState;
    readonly outcome: TaskOutcome | null;
    /** Whether the person drives it in a terminal. */
    readonly driven?: 0 | 1 | undefined;
  },
  asked: Asked,
  why: string | null = null,
): CodedError {
  const { id, state, outcome } = task;
  const facts = { task: id, state, asked };
  if (asked === 'approved' && outcome === 'merged') {
    const because = why === null ? '' : `: ${why}`;
    return new CodedError('WRONG_STATE', `Task ${id} is merged already and cannot be approved again${because}.`, {
      facts,
    });
  }
  if (task.driven && isInHand(task)) {
    return new CodedError(
      'WRONG_STATE',
      `You drive task ${id} in its terminal, so it cannot be ${asked}. End that first: Hand back has its agent go on, Finish and review has what there is in review (in the terminal: task hand-back ${id}, task hand-back ${id} --review).`,
      { facts },
    );
  }
  const now = outcome === null ? inWords[state] : `${inWords[state]} (${outcome})`;
  const next = nextStep(task, asked);
  return new CodedError(
    'WRONG_STATE',
    `Task ${id} is ${now} and cannot be ${asked}.${next === null ? '' : ` ${next}`}`,
    { facts },
  );
}

const inWords: Readonly<Record<TaskState, string>> = {
  queued: 'queued',
  running: 'running',
  waiting: 'waiting for an answer',
  review: 'in review',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

function nextStep(task: Parameters<typeof refused>[0], asked: Asked): string | null {
  const { id, state, outcome } = task;
  if (asked === 'restored') return null;
  if (asked === 'written to' && state === 'review') return `Ask for changes (in the terminal: task reject ${id}).`;
  if (asked === 'put back' && state !== 'done')
    return `Stop it first (in the terminal: task cancel ${id}), then go back.`;
  if (asked === 'cancelled' && state === 'review')
    return `Discard it or ask for changes (in the terminal: task discard ${id}, task reject ${id}).`;
  if (asked === 'edited' && (state === 'running' || state === 'waiting'))
    return `Write to its agent instead (in the terminal: task say ${id} "…"), or cancel it.`;
  if (asked === 'cancelled' && state === 'cancelled') return 'Retry it, or discard it.';
  if (asked === 'cancelled' || (asked === 'resumed' && (state === 'running' || state === 'waiting'))) return null;
  if (outcome === 'discarded')
    return asked === 'discarded' ? null : `Restore it first (in the terminal: task restore ${id}).`;
  if (state === 'done')
    return [
      'retried',
      'sent back',
      'commented on',
      'reviewed by an agent',
      'edited',
      'checked',
      'written to',
      'put back',
      'taken over',
    ].includes(asked)
      ? 'Make a new task instead.'
      : null;
  if (state === 'review') return 'Approve it, ask for changes or discard it.';
  if (state === 'failed' || state === 'cancelled') return 'Retry it, or discard it.';
  return 'Wait until it is finished, or cancel it.';
}
