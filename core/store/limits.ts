import { heldReason, type Parked, type ProviderLimit, parkedUntil } from '../contract/park';
import { cutText } from './cut';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';
import { longestReason } from './task-row';

/** A provider that refuses one agent for now. */
export interface AgentLimit {
  readonly agent: string;
  readonly kind: ProviderLimit['kind'];
  /** What it said. */
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly until: number;
  /** How often in a row it refused. */
  readonly times: number;
  readonly notedAt: number;
  /** The task it refused last. */
  readonly task: number;
}

/** What keeps a task that is due from being started. */
export interface Hold {
  readonly parked: Parked;
  readonly until: number;
  readonly reason: string;
}

const selectLimit = `SELECT agent, kind, reason, until, times, noted_at AS notedAt, task_id AS task FROM agent_limit`;

/** The limit that was noted for an agent last, over or not; undefined when it has worked since. */
export function agentLimit(db: Database, agent: string): AgentLimit | undefined {
  return getRow<AgentLimit>(db, `${selectLimit} WHERE agent = ?`, agent);
}

/**
 * Notes that an agent's provider refused a task that was claimed at `claimedAt`, and gives when it is asked again. Tasks
 * that were at work together and are refused one after the other count once.
 */
export function noteLimit(
  db: Database,
  refusal: {
    readonly agent: string;
    readonly limit: ProviderLimit;
    readonly reason: string;
    readonly task: number;
    /** How often in a row this task was refused before. */
    readonly parks: number;
    readonly claimedAt: number;
    readonly at: number;
  },
): AgentLimit {
  const { agent, limit, task, at } = refusal;
  const before = agentLimit(db, agent);
  const together = before !== undefined && before.notedAt >= refusal.claimedAt;
  const seen = (before?.times ?? 0) + (together ? 0 : 1);
  // One task may be refused again and again while others of its agent work.
  const times = Math.max(seen, refusal.parks + 1);
  const named = parkedUntil({ until: limit.until, times, now: at });
  const until = together && before.until > at ? Math.max(before.until, limit.until === null ? 0 : named) : named;
  const reason = cutText(refusal.reason, longestReason);
  run(
    db,
    `INSERT INTO agent_limit (agent, kind, reason, until, times, noted_at, task_id) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (agent) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, until = excluded.until,
       times = excluded.times, noted_at = excluded.noted_at, task_id = excluded.task_id`,
    agent,
    limit.kind,
    reason,
    until,
    times,
    at,
    task,
  );
  return { agent, kind: limit.kind, reason, until, times, notedAt: at, task };
}

/**
 * Keeps that an agent's provider worked for a turn that began at `began`: a limit noted before is over, for this task and
 * for those that waited. One noted since stays, because the turn says nothing of it. Gives who no longer waits.
 */
export function clearLimit(
  db: Database,
  { agent, task, began }: { readonly agent: string; readonly task: number; readonly began: number },
): number[] {
  run(db, 'UPDATE task SET parks = 0 WHERE id = ? AND parks > 0', task);
  if (run(db, 'DELETE FROM agent_limit WHERE agent = ? AND noted_at < ?', agent, began).changes === 0) return [];
  // One that was refused again and again has a reason of its own, and keeps its longer wait.
  return release(db, "(parked = 'agent' OR (parked IN ('limit', 'overload') AND parks = 1)) AND agent = ?", agent);
}

/** When a worker took a task into its hands last, whatever the task waited for since; epoch milliseconds, 0 if none did. */
export function lastClaimed(db: Database, task: number): number {
  const row = getRow<{ at: number }>(
    db,
    `SELECT at FROM task_transition WHERE task_id = ? AND from_state = 'queued' AND to_state = 'running'
     ORDER BY number DESC LIMIT 1`,
    task,
  );
  return row?.at ?? 0;
}

/** A budget was raised or freed: the tasks that wait for one come up, and wait again where theirs is still spent. Gives them. */
export function releaseBudgets(db: Database): number[] {
  return release(db, "parked = 'budget'");
}

/** What keeps tasks of each agent from being started now: a question asked once for a whole round of claims. */
export function limitHolds(db: Database, now: number): (agent: string) => Hold | undefined {
  const limits = new Map(
    allRows<AgentLimit>(db, `${selectLimit} WHERE until > ?`, now).map((limit) => [limit.agent, limit]),
  );
  return (agent) => {
    const limit = limits.get(agent);
    return limit && { parked: 'agent', until: limit.until, reason: heldReason(limit) };
  };
}

/** Lets the tasks that are parked like this come up again, and gives them. */
function release(db: Database, parked: string, ...values: readonly unknown[]): number[] {
  return allRows<{ id: number }>(
    db,
    `UPDATE task INDEXED BY task_parked SET parked = NULL, run_after = NULL, queued_reason = NULL
     WHERE state = 'queued' AND parked IS NOT NULL AND ${parked} RETURNING id`,
    ...values,
  ).map((row) => row.id);
}
