import type { Database } from './database';
import { pendingMessages } from './messages';
import { withdrawOpen } from './requests';
import { endTakeover, takeoverOf } from './takeovers';
import { moveTask } from './tasks';

/** A takeover that came to nothing. */
export interface Forgone {
  /** Whether its task went back to where it was taken over from. */
  readonly moved: boolean;
  /** The requests that were withdrawn with that. */
  readonly withdrawn: readonly number[];
}

/**
 * Ends a takeover whose terminal never opened. A task that was in review, failed or cancelled goes back there, because
 * nobody asked its agent to go on; unless somebody wrote to the agent meanwhile. Throws StaleClaim as `moveTask` does.
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
  const former = takeover?.former ?? null;
  if (takeover === undefined || former === null || pendingMessages(db, task).length > 0) {
    return { moved: false, withdrawn: [] };
  }
  moveTask(db, { ...forgone, to: former, patch: { error: takeover.formerError } });
  return { moved: true, withdrawn: withdrawOpen(db, { task, at }) };
}
