import type { Waited } from '../contract/waited';
import type { Database } from './database';
import { getRow } from './statement';
import { heldTasks } from './task-index';

/**
 * How long agents waited for the person since a time, and how many wait now. A task waits while it is `waiting`: from the
 * first of its open questions to the answer or withdrawal of the last, so several at once count once, and a question left
 * over in a task nobody works on does not count. Several tasks add up. A wait that ended with a crash, of which only the
 * next start heard, counts as long as the lease of its claim held.
 */
export function readWaited(db: Database, { since, now }: { readonly since: number; readonly now: number }): Waited {
  const row = getRow<{ ended: number | null; open: number | null; waiting: number }>(
    db,
    `SELECT
       (SELECT sum(max(0, min(ended.at, ifnull(ended.lease_until, ended.at), @now) - max(began.at, @since)))
          FROM task_transition AS ended INDEXED BY task_transition_waited
          JOIN task_transition AS began ON began.task_id = ended.task_id AND began.number = ended.number - 1
         WHERE ended.from_state = 'waiting' AND ended.at > @since) AS ended,
       sum(max(0, min(lease_until, @now) - max(state_since, @since))) AS open,
       count(*) AS waiting
     FROM ${heldTasks} AND state = 'waiting'`,
    { since, now },
  );
  return { since, at: now, ms: (row?.ended ?? 0) + (row?.open ?? 0), waiting: row?.waiting ?? 0 };
}
