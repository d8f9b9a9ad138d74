import type { Database } from './database';
import { agentLimit } from './limits';
import { pendingMessages } from './messages';
import { withdrawOpen } from './requests';
import { endTakeover, type TakeoverRow, takeoverOf, type Wait } from './takeovers';
import { type TaskRow, taskRow } from './task-row';
import { moveTask, waitAgain } from './tasks';

/** A takeover that came to nothing. */
export interface Forgone {
  /** Whether its task went back to where it was taken over from, out of the hands of whoever had it. */
  readonly moved: boolean;
  /** The requests that were withdrawn with that. */
  readonly withdrawn: readonly number[];
}

/**
 * Ends a takeover whose terminal never opened, or in which nothing was said. A task that was in review, failed or cancelled
 * goes back there, because nobody asked its agent to go on, and lands by itself if it was to; unless somebody wrote to the agent
 * meanwhile. One that waited for a time waits for it again, parked as it was if it is still to be. A train that the task was on
 * goes without it. Throws StaleClaim as `moveTask` does.
 */
export function forgoTakeover(
  db: Database,
  forgone: {
    readonly task: number;
    readonly by: string;
    readonly reason: string;
    readonly at: number;
    readonly generation?: number;
  },
): Forgone {
  const { task, at } = forgone;
  const takeover = takeoverOf(db, task);
  endTakeover(db, { task, at });
  if (takeover === undefined) return { moved: false, withdrawn: [] };
  const { former, formerError: error, formerAttempt, formerLandingDue, formerRunAfter } = takeover;
  const moved = { moved: true, withdrawn: [] };
  const stayed = { moved: false, withdrawn: [] };
  if (former !== null) {
    if (pendingMessages(db, task).length > 0) return stayed;
    const attempt = formerAttempt ?? taskRow(db, task).attempt;
    moveTask(db, { ...forgone, to: former, patch: { error, attempt, landingDue: formerLandingDue === 1 } });
    return { ...moved, withdrawn: withdrawOpen(db, { task, at }) };
  }
  const row = taskRow(db, task);
  const isDue = formerRunAfter === null || formerRunAfter <= at;
  if (row.state !== 'queued') {
    if (isDue) return stayed;
    // Being taken in hand to open a terminal was no attempt.
    moveTask(db, { ...forgone, to: 'queued', patch: { attempt: Math.max(0, row.attempt - 1) } });
  }
  waitAgain(db, { task, wait: isDue ? dueWait(takeover) : waitOf(db, row, takeover), at });
  return row.state === 'queued' ? stayed : moved;
}

/** It comes up as soon as there is a slot. Why it was parked is over with the time it was parked for. */
function dueWait({ formerParked, formerReason, formerGoOn }: TakeoverRow): Wait {
  return { runAfter: null, parked: null, reason: formerParked === null ? formerReason : null, goOn: formerGoOn === 1 };
}

/** What was said meanwhile of a limit or a budget did not reach it: it is parked anew when it comes up, if it has to be. */
function waitOf(db: Database, { agent, parks }: TaskRow, takeover: TakeoverRow): Wait {
  const { formerParked: parked, formerRunAfter: runAfter, formerReason: reason } = takeover;
  const mayBeOver = parked === 'agent' || parked === 'budget' || (parked !== null && parks <= 1);
  const isOver = parked === 'budget' || agentLimit(db, agent) === undefined;
  return mayBeOver && isOver ? dueWait(takeover) : { runAfter, parked, reason, goOn: false };
}
