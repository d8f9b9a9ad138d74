import { priorities } from '../contract/priority';
import type { Database } from './database';
import { getRow } from './statement';
import { heldTasks, readyTasks } from './task-index';

/** What the queue has for now and for later. */
export interface Ahead {
  /** Whether some task is due. */
  readonly due: boolean;
  /** Whether a provider refuses some agent. */
  readonly limited: boolean;
  /** When something becomes due by the clock alone, the earliest: a task's `runAfter` or the end of a lease; null for never. */
  readonly next: number | null;
  /** By rank of priority, where due tasks are; nothing where there are none. */
  readonly ranges: readonly (DueRanges | undefined)[];
}

/** The due tasks of one priority are two ranges of the index: those without a `runAfter`, by age, and those whose time has come. */
interface DueRanges {
  readonly atOnce: boolean;
  readonly timed: boolean;
}

/** What is ahead at this time. One statement, because a worker waits for it: nearly all of what it asks for is empty. */
export function lookAhead(db: Database, now: number): Ahead {
  const found = getRow<Readonly<Record<string, number | null>>>(db, selectAhead, { now }) ?? {};
  const ranges = priorities.map((_, rank) => {
    const range = { atOnce: found[`at_once_${rank}`] === 1, timed: found[`timed_${rank}`] === 1 };
    return range.atOnce || range.timed ? range : undefined;
  });
  const times = [found.lease, ...priorities.map((_, rank) => found[`due_${rank}`])].filter((time) => isTime(time));
  return {
    due: ranges.some((range) => range !== undefined),
    limited: found.limited === 1,
    next: times.length === 0 ? null : Math.min(...times),
    ranges,
  };
}

/** What is ahead for a worker without a free slot: `limited` as above, and `next`, when the first lease ends. */
export function lookAtLeases(db: Database, now: number): Pick<Ahead, 'limited' | 'next'> {
  const found = getRow<{ lease: number | null; limited: number }>(db, selectLeases, now);
  return { limited: found?.limited === 1, next: found?.lease ?? null };
}

function isTime(time: number | null | undefined): time is number {
  return typeof time === 'number';
}

const firstLease = `(SELECT min(lease_until) FROM ${heldTasks}) AS lease`;

const selectLeases = `SELECT ${firstLease}, EXISTS (SELECT 1 FROM agent_limit WHERE until > ?) AS limited`;

const selectAhead = `SELECT ${priorities
  .map(
    (_, rank) =>
      `EXISTS (SELECT 1 FROM ${readyTasks} AND rank = ${rank} AND run_after IS NULL) AS at_once_${rank},
       EXISTS (SELECT 1 FROM ${readyTasks} AND rank = ${rank} AND run_after <= @now) AS timed_${rank},
       (SELECT min(run_after) FROM ${readyTasks} AND rank = ${rank} AND run_after > @now) AS due_${rank}`,
  )
  .join(', ')},
  ${firstLease},
  EXISTS (SELECT 1 FROM agent_limit WHERE until > @now) AS limited`;
