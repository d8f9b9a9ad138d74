import { closedWhileDriven, endedInIt, restartedWhileDriven } from '../contract/move-words';
import { priorities } from '../contract/priority';
import type { TaskState } from '../contract/task';
import { type Ahead, lookAhead } from './ahead';
import type { Database } from './database';
import { type Due, holdsAt, holdTask } from './holding';
import { allRows, getRow, run } from './statement';
import { isDriven } from './takeovers';
import { heldTasks, readyTasks } from './task-index';
import type { TaskRow } from './task-row';
import { moveTask } from './tasks';
import { addTransition } from './transitions';
import { deleteTurn } from './turns';

/** A task in a worker's hands, as a row of the store. */
export interface ClaimRow {
  readonly task: number;
  readonly generation: number;
  readonly leaseUntil: number;
}

/** A task that was taken from an owner that is gone, and where it went. */
export interface Released {
  readonly task: number;
  readonly from: 'running' | 'waiting';
  readonly to: 'queued' | 'failed';
}

/** A task that was in hand this often when its process died is not tried again by itself. */
export const crashesAllowed = 3;

/**
 * Puts up to `limit` due tasks into a worker's hands: the highest priority first, in it the one that is due longest.
 * A task is due when its `runAfter` has come and every task it waits for has landed.
 */
export function claimTasks(
  db: Database,
  claim: {
    readonly worker: string;
    readonly limit: number;
    readonly now: number;
    readonly leaseMs: number;
    /** Told which due tasks were parked instead, because a limit or a budget holds them. */
    readonly onHeld?: (task: number) => void;
    /** What is ahead at `now`, when that was looked up before. */
    readonly ahead?: Ahead;
  },
): ClaimRow[] {
  const claimed: ClaimRow[] = [];
  const { ahead = lookAhead(db, claim.now) } = claim;
  const holdOf = holdsAt(db, { now: claim.now, limited: ahead.limited });
  for (const rank of priorities.keys()) {
    const ranges = ahead.ranges[rank];
    if (ranges === undefined) continue;
    for (let parked = true; parked; ) {
      parked = false;
      const limit = claim.limit - claimed.length;
      const found = dueTasks(db, { ...ranges, rank, limit, now: claim.now });
      const taken = found.flatMap((due) => {
        const hold = holdOf(due);
        if (hold === undefined) return claimTask(db, { ...claim, ...due }) ?? [];
        // Out of the due ones with it, and the next in line is looked at instead.
        parked = true;
        holdTask(db, due.task, hold);
        claim.onHeld?.(due.task);
        return [];
      });
      claimed.push(...taken);
    }
  }
  return claimed;
}

interface DueTask extends Due {
  readonly generation: number;
  readonly attempt: number;
  readonly since: number;
}

function dueTasks(
  db: Database,
  due: {
    readonly atOnce: boolean;
    readonly timed: boolean;
    readonly rank: number;
    readonly limit: number;
    readonly now: number;
  },
): DueTask[] {
  const { rank, limit, now } = due;
  if (limit <= 0) return [];
  // A bare parameter as the limit would make SQLite plan anew at every call; the sum hides it from the planner.
  const atOnce = !due.atOnce
    ? []
    : allRows<DueTask>(
        db,
        `SELECT id AS task, agent, repository_id AS repository, go_on AS goOn, generation, attempt, created_at AS since FROM ${readyTasks} AND rank = ${rank} AND run_after IS NULL
         ORDER BY id LIMIT (? + 0)`,
        limit,
      );
  if (!due.timed) return atOnce;
  const timed = allRows<DueTask>(
    db,
    `SELECT id AS task, agent, repository_id AS repository, go_on AS goOn, generation, attempt, run_after AS since FROM ${readyTasks} AND rank = ${rank} AND run_after <= ?
     ORDER BY run_after, id LIMIT (? + 0)`,
    now,
    limit,
  );
  return [...atOnce, ...timed].sort((one, other) => one.since - other.since || one.task - other.task).slice(0, limit);
}

/** Takes one task unless somebody else did: the generation makes the update a compare-and-set. */
function claimTask(
  db: Database,
  claim: DueTask & { readonly worker: string; readonly now: number; readonly leaseMs: number },
): ClaimRow | undefined {
  const { task, worker, now } = claim;
  const leaseUntil = now + claim.leaseMs;
  const { changes } = run(
    db,
    `UPDATE task SET state = 'running', generation = generation + 1, attempt = attempt + 1, worker = ?, lease_until = ?,
       queued_reason = NULL, parked = NULL, go_on = 0, state_since = ?, updated_at = ?
     WHERE id = ? AND generation = ? AND state = 'queued'`,
    worker,
    leaseUntil,
    now,
    now,
    task,
    claim.generation,
  );
  if (changes === 0) return undefined;
  const reason = `Claimed by ${worker}.`;
  const attempt = claim.attempt + 1;
  addTransition(db, task, { from: 'queued', to: 'running', at: now, by: 'runner', reason, leaseUntil: null, attempt });
  return { task, generation: claim.generation + 1, leaseUntil };
}

/** Renews a lease; false when the claim no longer holds and its work must stop. */
export function extendClaim(
  db: Database,
  { claim, leaseUntil }: { readonly claim: Pick<ClaimRow, 'task' | 'generation'>; readonly leaseUntil: number },
): boolean {
  const { changes } = run(
    db,
    "UPDATE task SET lease_until = ? WHERE id = ? AND generation = ? AND state IN ('running', 'waiting')",
    leaseUntil,
    claim.task,
    claim.generation,
  );
  return changes === 1;
}

/**
 * Gives the leases of these claims up, as the last thing a runtime that closes does with work that does not end in time:
 * whoever starts next queues it again, and does not take it for work that brought Switchyard down. Claims that no longer
 * hold stay as they are.
 */
export function giveUpClaims(db: Database, claims: readonly Pick<ClaimRow, 'task' | 'generation'>[]): void {
  for (const claim of claims) {
    extendClaim(db, { claim, leaseUntil: givenUp });
    deleteTurn(db, claim.task);
  }
}

/** No clock ends a lease that was given up: only the next start may take the task, which is when this is looked for. */
const givenUp = Number.MAX_SAFE_INTEGER;

/**
 * Takes back every task whose lease ran out: it is queued again with one more crash, or failed when it has too many of
 * them or no attempts left.
 */
export function expireClaims(db: Database, { now }: { readonly now: number }): Released[] {
  const rows = allRows<TaskRow>(db, `SELECT * FROM ${heldTasks} AND lease_until <= ?`, now);
  return rows.map((row) => releaseCrashed(db, row, { at: now, what: 'Its worker stopped renewing the lease' }));
}

/**
 * Takes the tasks whose turns are held into hand again, as they were: whoever had them is gone, and their agents work on.
 */
export function resumeClaims(db: Database, { leaseUntil }: { readonly leaseUntil: number }): ClaimRow[] {
  const rows = allRows<TaskRow>(db, `SELECT * FROM ${heldTasks} AND id IN (SELECT task_id FROM turn) ORDER BY id`);
  return rows.flatMap(({ id: task, generation }) => {
    const claim = { task, generation, leaseUntil };
    return extendClaim(db, { claim, leaseUntil }) ? [claim] : [];
  });
}

/**
 * Takes back a task whose agent was ended by what happened around it, which counts like a crash of ours unless it waited
 * for the person. Undefined when the claim no longer holds.
 */
export function releaseClaim(
  db: Database,
  {
    claim,
    at,
    what,
  }: { readonly claim: Pick<ClaimRow, 'task' | 'generation'>; readonly at: number; readonly what: string },
): Released | undefined {
  const row = getRow<TaskRow>(
    db,
    "SELECT * FROM task WHERE id = ? AND generation = ? AND state IN ('running', 'waiting')",
    claim.task,
    claim.generation,
  );
  if (row === undefined) return undefined;
  return row.state === 'running' ? releaseCrashed(db, row, { at, what }) : releaseWaiting(db, row, `${what}.`, at);
}

/**
 * Takes back every task that is in hand and whose turn is not held, at start, when the owner that had them is gone. A running task
 * counts a crash as in `expireClaims`, unless its lease was given up: then Switchyard was closed and did not wait for it, or
 * `rebooted`: then the computer was restarted, or switched off. A waiting one never does: its agent stood still, and nobody should
 * lose a question because the computer was switched off.
 */
export function releaseOwnerless(
  db: Database,
  { at, rebooted = false }: { readonly at: number; readonly rebooted?: boolean },
): Released[] {
  const rows = allRows<TaskRow>(db, `SELECT * FROM ${heldTasks} AND id NOT IN (SELECT task_id FROM turn) ORDER BY id`);
  return rows.map((row) => {
    const closed = row.lease_until === givenUp;
    const driven = isDriven(db, row.id);
    const died = !closed && !driven && row.state === 'running';
    if (died && rebooted) return releaseWaiting(db, row, rebootedInIt, at);
    if (died) return releaseCrashed(db, row, { at, what: endedInIt });
    return releaseWaiting(db, row, endedOver({ closed, driven }), at);
  });
}

const rebootedInIt = 'The computer was restarted while it ran.';

/** What ended over a task that nothing was lost of. */
function endedOver({ closed, driven }: { readonly closed: boolean; readonly driven: boolean }): string {
  if (driven) return closed ? closedWhileDriven : restartedWhileDriven;
  return closed ? 'Switchyard was closed.' : 'Switchyard was restarted while this waited for an answer.';
}

/** Being interrupted is no attempt of its own. */
function releaseWaiting(db: Database, row: TaskRow, reason: string, at: number): Released {
  const patch = { queuedReason: reason, attempt: Math.max(0, row.attempt - 1) };
  moveTask(db, { task: row.id, to: 'queued', by: 'recovery', reason, at, patch });
  return { task: row.id, from: heldState(row.state), to: 'queued' };
}

function releaseCrashed(
  db: Database,
  row: TaskRow,
  { at, what }: { readonly at: number; readonly what: string },
): Released {
  const crashes = row.crashes + 1;
  const from = heldState(row.state);
  const spent = crashes >= crashesAllowed || row.attempt >= row.max_attempts;
  if (!spent) {
    const reason = `${what}; it is tried again (crash ${crashes} of ${crashesAllowed}).`;
    const patch = { queuedReason: reason, crashes };
    moveTask(db, { task: row.id, to: 'queued', by: 'recovery', reason, at, patch });
    return { task: row.id, from, to: 'queued' };
  }
  const why =
    crashes >= crashesAllowed ? `for the ${crashes}rd time` : `in attempt ${row.attempt} of ${row.max_attempts}`;
  const error = `${what}, ${why}. It is not tried again by itself: read its transcript, then retry or discard it.`;
  moveTask(db, { task: row.id, to: 'failed', by: 'recovery', reason: error, at, patch: { error, crashes } });
  return { task: row.id, from, to: 'failed' };
}

function heldState(state: TaskState): 'running' | 'waiting' {
  return state === 'waiting' ? 'waiting' : 'running';
}
