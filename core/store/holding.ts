import { staggerMs } from '../contract/park';
import { cutText } from './cut';
import type { Database } from './database';
import { type Hold, limitHolds } from './limits';
import { run } from './statement';
import { longestReason } from './task-row';

/** A due task, as far as it decides whether something keeps it from being started. */
export interface Due {
  readonly task: number;
  readonly agent: string;
  /** The person asked for it to go on now. */
  readonly goOn: 0 | 1;
}

/** What keeps due tasks from being started at this time. Asked once for a round of claims, and answered for each task. */
export function holdsAt(db: Database, now: number): (due: Due) => Hold | undefined {
  let limits: ((agent: string) => Hold | undefined) | undefined;
  return ({ agent, goOn }) => {
    // Looked up only once something is due, for a worker that waits looks after every write.
    limits ??= limitHolds(db, now);
    return goOn === 1 ? undefined : limits(agent);
  };
}

/** Parks a queued task until what holds it is over; those held alike do not all come back at once. */
export function holdTask(db: Database, task: number, { parked, until, reason }: Hold): void {
  run(
    db,
    "UPDATE task SET parked = ?, run_after = ?, queued_reason = ? WHERE id = ? AND state = 'queued'",
    parked,
    until + staggerMs(task),
    cutText(reason, longestReason),
    task,
  );
}
