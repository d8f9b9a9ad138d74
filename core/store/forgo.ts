import type { Database } from './database';
import { pendingMessages } from './messages';
import { withdrawOpen } from './requests';
import { endTakeover, takeoverOf } from './takeovers';
import { taskRow } from './task-row';
import { moveTask, putOff } from './tasks';

/** A takeover that came to nothing. */
export interface Forgone {
  /** Whether its task went back to where it was taken over from, out of the hands of whoever had it. */
  readonly moved: boolean;
  /** The requests that were withdrawn with that. */
  readonly withdrawn: readonly number[];
}

/**
 * Ends a takeover whose terminal never opened. A task that was in review, failed or cancelled goes back there, because
 * nobody asked its agent to go on; unless somebody wrote to the agent meanwhile. One that waited for a time waits for it
 * again. Throws StaleClaim as `moveTask` does.
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
  const { former = null, formerError = null, formerRunAfter = null } = takeover ?? {};
  const moved = { moved: true, withdrawn: [] };
  const stayed = { moved: false, withdrawn: [] };
  if (former !== null) {
    if (pendingMessages(db, task).length > 0) return stayed;
    moveTask(db, { ...forgone, to: former, patch: { error: formerError } });
    return { ...moved, withdrawn: withdrawOpen(db, { task, at }) };
  }
  if (formerRunAfter === null || formerRunAfter <= at) return stayed;
  const { state, attempt } = taskRow(db, task);
  if (state !== 'queued') {
    // Being taken in hand to open a terminal was no attempt.
    moveTask(db, { ...forgone, to: 'queued', patch: { attempt: Math.max(0, attempt - 1) } });
  }
  putOff(db, { task, runAfter: formerRunAfter, at });
  return state === 'queued' ? stayed : moved;
}
