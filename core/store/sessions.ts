import { CodedError } from '../contract/errors';
import type { Session } from '../contract/session';
import type { Usage } from '../contract/task';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** What changes of a session; what is left out stays. */
export interface SessionPatch {
  readonly agentSession?: string | null;
  readonly state?: Session['state'];
  readonly endReason?: string | null;
  readonly endedAt?: number | null;
  /** The place in the agent's own conversation to go on from; null is its end. */
  readonly resumeAt?: string | null;
  /** Added to what was used before; what is null adds nothing and leaves unknown unknown. */
  readonly usage?: Usage;
}

interface Row {
  readonly id: number;
  readonly task_id: number;
  readonly agent: string;
  readonly agent_session: string | null;
  readonly state: Session['state'];
  readonly end_reason: string | null;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost_usd: number | null;
}

/** Adds a `starting` session of a task and gives its id. */
export function insertSession(
  db: Database,
  session: { readonly task: number; readonly agent: string; readonly at: number },
): number {
  return run(
    db,
    "INSERT INTO session (task_id, agent, state, started_at) VALUES (?, ?, 'starting', ?)",
    session.task,
    session.agent,
    session.at,
  ).id;
}

/** The session with this id. Throws NOT_FOUND. */
export function readSession(db: Database, id: number): Session {
  const row = getRow<Row>(db, 'SELECT * FROM session WHERE id = ?', id);
  if (row === undefined) throw noSession(id);
  return toSession(row);
}

/** Changes a session. Throws NOT_FOUND. */
export function updateSession(db: Database, change: SessionPatch & { readonly session: number }): void {
  const { session, agentSession, state, endReason, endedAt, resumeAt, usage } = change;
  const columns: Readonly<Record<string, string | number | null | undefined>> = {
    agent_session: agentSession,
    state,
    end_reason: endReason,
    ended_at: endedAt,
    resume_at: resumeAt,
  };
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  const added = Object.entries({
    input_tokens: usage?.inputTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    cost_usd: usage?.costUsd ?? null,
  }).filter(([, value]) => value !== null);
  const sets = [
    'id = id',
    ...given.map(([column]) => `${column} = ?`),
    ...added.map(([column]) => `${column} = coalesce(${column}, 0) + ?`),
  ].join(', ');
  const values = [...given, ...added].map(([, value]) => value);
  if (run(db, `UPDATE session SET ${sets} WHERE id = ?`, ...values, session).changes === 0) throw noSession(session);
}

/** The sessions of a task, oldest first. */
export function listSessions(db: Database, task: number): Session[] {
  return allRows<Row>(db, 'SELECT * FROM session WHERE task_id = ? ORDER BY id', task).map(toSession);
}

/** The sessions that have not ended, oldest first. */
export function aliveSessions(db: Database): Session[] {
  return allRows<Row>(db, "SELECT * FROM session WHERE state <> 'ended' ORDER BY id").map(toSession);
}

/** The newest session of a task, or undefined. */
export function newestSession(db: Database, task: number): Session | undefined {
  const row = getRow<Row>(db, 'SELECT * FROM session WHERE task_id = ? ORDER BY id DESC LIMIT 1', task);
  return row === undefined ? undefined : toSession(row);
}

/** Where a session stands in the agent's conversation: how many turns it began, and where it goes on; null is the end. */
export interface SessionPlace {
  readonly turns: number;
  readonly resumeAt: string | null;
}

/** Where a session stands. Throws NOT_FOUND. */
export function sessionPlace(db: Database, session: number): SessionPlace {
  const sql = 'SELECT turns, resume_at AS resumeAt FROM session WHERE id = ?';
  const place = getRow<SessionPlace>(db, sql, session);
  if (place === undefined) throw noSession(session);
  return place;
}

/** Counts a turn that begins, and gives its number. */
export function countTurn(db: Database, session: number): number {
  const sql = 'UPDATE session SET turns = turns + 1 WHERE id = ? RETURNING turns';
  const counted = getRow<{ turns: number }>(db, sql, session);
  if (counted === undefined) throw noSession(session);
  return counted.turns;
}

/** The end reason of a session whose agent was at work when the runtime died. */
export const diedAtWork = 'Switchyard ended.';

/**
 * Ends every session that still counts as alive and whose turn is not held: at start, when the owner that ran them is
 * gone. With `task` only those of this one. One that the person drove ends as it was noted when its screen was opened: no turn
 * ran on that. Gives their ids.
 */
export function endOpenSessions(db: Database, end: { readonly at: number; readonly task?: number }): number[] {
  return allRows<{ id: number }>(
    db,
    `UPDATE session SET state = 'ended', ended_at = ?, end_reason = coalesce(end_reason, CASE state WHEN 'active' THEN ? ELSE ? END)
     WHERE state <> 'ended' AND id NOT IN (SELECT session_id FROM turn) AND task_id = coalesce(?, task_id) RETURNING id`,
    end.at,
    diedAtWork,
    'Switchyard ended before the agent was heard.',
    end.task ?? null,
  ).map((row) => row.id);
}

function noSession(id: number): CodedError {
  return new CodedError('NOT_FOUND', `There is no session ${id}.`, { facts: { session: id } });
}

function toSession(row: Row): Session {
  return {
    id: row.id,
    task: row.task_id,
    agent: row.agent,
    agentSession: row.agent_session,
    state: row.state,
    endReason: row.end_reason,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    usage: { inputTokens: row.input_tokens, outputTokens: row.output_tokens, costUsd: row.cost_usd },
  };
}
