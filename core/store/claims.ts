import type { Priority, TaskState } from '../contract/task';
import { priorities } from '../contract/task';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';
import { addToCount } from './task-count';
import type { TaskRow } from './task-row';
import { moveTask } from './tasks';
import { addTransition } from './transitions';

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
 * Two looks per priority, each a range of the index `task_ready`: due at once, by age, and due since a time. INDEXED BY
 * makes a change of the planner's mind an error and not a slow claim; the state is written out because a bound value
 * would not prove that the partial index applies.
 */
const due = priorities
  .flatMap((_, rank) => [`rank = ${rank} AND run_after IS NULL`, `rank = ${rank} AND run_after <= @now`])
  .map(
    (range) => `SELECT * FROM (SELECT id, rank, coalesce(run_after, created_at) AS since FROM task INDEXED BY task_ready
      WHERE state = 'queued' AND blocked_count = 0 AND ${range} ORDER BY run_after, id LIMIT @limit)`,
  )
  .join(' UNION ALL ');

const claimDue = `UPDATE task SET state = 'running', generation = generation + 1, attempt = attempt + 1,
    worker = @worker, lease_until = @leaseUntil, queued_reason = NULL, state_since = @now, updated_at = @now
  WHERE id IN (SELECT id FROM (${due}) ORDER BY rank, since, id LIMIT @limit)
  RETURNING id, generation, priority, rank, coalesce(run_after, created_at) AS since`;

/**
 * Puts up to `limit` due tasks into a worker's hands: the highest priority first, in it the one that is due longest.
 * A task is due when its `runAfter` has come and every task it waits for has landed.
 */
export function claimTasks(
  db: Database,
  claim: { readonly worker: string; readonly limit: number; readonly now: number; readonly leaseMs: number },
): ClaimRow[] {
  const leaseUntil = claim.now + claim.leaseMs;
  const rows = allRows<{ id: number; generation: number; priority: Priority; rank: number; since: number }>(
    db,
    claimDue,
    { worker: claim.worker, limit: claim.limit, now: claim.now, leaseUntil },
  );
  const reason = `Claimed by ${claim.worker}.`;
  for (const row of rows) {
    addTransition(db, row.id, { from: 'queued', to: 'running', at: claim.now, by: 'runner', reason });
  }
  for (const priority of priorities) {
    const count = rows.filter((row) => row.priority === priority).length;
    if (count === 0) continue;
    addToCount(db, 'queued', priority, -count);
    addToCount(db, 'running', priority, count);
  }
  return rows
    .sort((one, other) => one.rank - other.rank || one.since - other.since || one.id - other.id)
    .map((row) => ({ task: row.id, generation: row.generation, leaseUntil }));
}

/** Whether a claim would find something now. Reads only. */
export function hasDue(db: Database, now: number): boolean {
  return getRow(db, `SELECT 1 FROM (${due})`, { now, limit: 1 }) !== undefined;
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
 * Takes back every task whose lease ran out: it is queued again with one more crash, or failed when it has too many of
 * them or no attempts left.
 */
export function expireClaims(db: Database, { now }: { readonly now: number }): Released[] {
  const rows = allRows<TaskRow>(
    db,
    `SELECT * FROM task INDEXED BY task_lease WHERE state IN ('running', 'waiting') AND lease_until <= ?`,
    now,
  );
  return rows.map((row) => releaseCrashed(db, row, { at: now, what: 'Its worker stopped renewing the lease' }));
}

/**
 * Takes back every task that is in hand, at start, when the owner that had them is gone. After a clean shutdown nothing
 * counts against them; after a crash a running task counts a crash as in `expireClaims`. A waiting one never does: its
 * agent stood still, and nobody should lose a question because the computer was switched off.
 */
export function releaseOwnerless(
  db: Database,
  { at, clean }: { readonly at: number; readonly clean: boolean },
): Released[] {
  const rows = allRows<TaskRow>(
    db,
    "SELECT * FROM task INDEXED BY task_lease WHERE state IN ('running', 'waiting') ORDER BY id",
  );
  return rows.map((row) => {
    if (!clean && row.state === 'running') {
      return releaseCrashed(db, row, { at, what: 'Switchyard ended without warning while it ran' });
    }
    const reason = clean ? 'Switchyard was restarted.' : 'Switchyard was restarted while this waited for an answer.';
    const patch = { queuedReason: reason, attempt: Math.max(0, row.attempt - 1) };
    moveTask(db, { task: row.id, to: 'queued', by: 'recovery', reason, at, patch });
    return { task: row.id, from: heldState(row.state), to: 'queued' };
  });
}

/** When something becomes due by the clock alone, the earliest: a task's `runAfter` or the end of a lease; null for never. */
export function nextDue(db: Database, now: number): number | null {
  const times = [
    ...priorities.map((_, rank) =>
      getRow<{ at: number | null }>(
        db,
        `SELECT min(run_after) AS at FROM task INDEXED BY task_ready
         WHERE state = 'queued' AND blocked_count = 0 AND rank = ${rank} AND run_after > ?`,
        now,
      ),
    ),
    getRow<{ at: number | null }>(
      db,
      "SELECT min(lease_until) AS at FROM task INDEXED BY task_lease WHERE state IN ('running', 'waiting')",
    ),
  ].flatMap((row) => (row?.at == null ? [] : [row.at]));
  return times.length === 0 ? null : Math.min(...times);
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
