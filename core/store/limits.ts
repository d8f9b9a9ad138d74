import { heldReason, type Parked, type ProviderLimit, parkedUntil, staggerMs, triedReason } from '../contract/park';
import type { TaskState } from '../contract/task';
import { cutText } from './cut';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';
import { takeoverOf } from './takeovers';
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
  return endLimit(db, { agent, began });
}

/**
 * The same while that turn goes on, which shows that the provider answers: whoever waited for an older limit comes up. How often
 * the task itself was refused is only over when its turn went through.
 */
export function endLimit(db: Database, { agent, began }: { readonly agent: string; readonly began: number }): number[] {
  if (run(db, 'DELETE FROM agent_limit WHERE agent = ? AND noted_at < ?', agent, began).changes === 0) return [];
  // One that was refused again and again has a reason of its own, and keeps its longer wait.
  return release(db, "(parked = 'agent' OR (parked IN ('limit', 'overload') AND parks = 1)) AND agent = ?", agent);
}

/**
 * Ends the limits that nothing proves any more: the task that was refused has been cancelled, or went on and came to something
 * else. When another task of the agent is still refused the limit is that one's from now on. Otherwise those who waited are
 * tried, one after the other within a minute, so that the first finds out for all. Gives the tasks of which something else is
 * said now. Asked at the end of every transaction while some provider refuses an agent.
 */
export function settleLimits(db: Database, now: number): number[] {
  const limits = allRows<AgentLimit>(db, `${selectLimit} WHERE until > ?`, now);
  return limits.filter(({ task }) => !proves(db, task)).flatMap((limit) => settleLimit(db, limit, now));
}

/** Whether a task that was refused waits for the limit, or is asking the provider again. */
function proves(db: Database, task: number): boolean {
  const row = getRow<{ state: TaskState; parked: Parked | null; go_on: 0 | 1 }>(
    db,
    'SELECT state, parked, go_on FROM task WHERE id = ?',
    task,
  );
  if (row === undefined) return false;
  const takeover = takeoverOf(db, task);
  // One that was taken over while it waited waits on when its terminal does not open.
  const parked = takeover?.formerParked ?? row.parked;
  const waits = parked === 'limit' || parked === 'overload';
  if (waits && (row.state === 'queued' || row.state === 'running')) return true;
  // One that waits for a person, or is driven by one, asks the provider nothing, for as long as that takes.
  if (takeover?.state === 'driving') return false;
  return row.state === 'running' || (row.state === 'queued' && row.go_on === 1);
}

function settleLimit(db: Database, { agent, task }: AgentLimit, now: number): number[] {
  const other = getRow<{ id: number; until: number; reason: string }>(
    db,
    `SELECT id, run_after AS until, queued_reason AS reason FROM task INDEXED BY task_parked
     WHERE state = 'queued' AND parked IN ('limit', 'overload') AND agent = ? AND run_after > ?
     ORDER BY run_after DESC, id LIMIT 1`,
    agent,
    now,
  );
  const waiting = allRows<{ id: number }>(
    db,
    "SELECT id FROM task INDEXED BY task_parked WHERE state = 'queued' AND parked = 'agent' AND agent = ?",
    agent,
  ).map(({ id }) => id);
  if (other === undefined) {
    run(db, 'DELETE FROM agent_limit WHERE agent = ?', agent);
    const first = Math.min(...waiting.map(staggerMs));
    const hold = (id: number) => ({ at: now + staggerMs(id) - first, reason: triedReason(task) });
    return waiting.flatMap((id) => (holdUntil(db, id, hold(id)) ? id : []));
  }
  const { id, reason } = other;
  const until = other.until - staggerMs(id);
  run(db, 'UPDATE agent_limit SET task_id = ?, until = ?, reason = ? WHERE agent = ?', id, until, reason, agent);
  const held = (each: number) => ({ at: until + staggerMs(each), reason: heldReason({ agent, task: id, reason }) });
  return waiting.flatMap((each) => (holdUntil(db, each, held(each)) ? each : []));
}

/** Has a parked task wait until another time, for another reason. */
function holdUntil(
  db: Database,
  task: number,
  { at, reason }: { readonly at: number; readonly reason: string },
): boolean {
  const sql = 'UPDATE task SET run_after = ?, queued_reason = ? WHERE id = ?';
  return run(db, sql, at, cutText(reason, longestReason), task).changes === 1;
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
