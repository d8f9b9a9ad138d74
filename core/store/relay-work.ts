import { CodedError } from '../contract/errors';
import { mostUnanswered } from '../contract/relay';
import type { Database } from './database';
import { allRows, eachRow, getRow, run } from './statement';

/** The agent that work is for. */
interface WorkOf {
  readonly session: string;
  readonly role: string;
}

/** Work that waits for its agent's answer. */
export interface RelayWorkRow {
  readonly seq: number;
  readonly at: number;
  /** The message as JSON. */
  readonly text: string;
}

/** How many answered ones are remembered. */
export const answeredKept = 10_000;

/** How much text is read at once. */
const mostRead = 2 * 1024 * 1024;

/** The number of work that is known by its agent and id; undefined when it is not. */
export function knownRelayWork(
  db: Database,
  { session, role, id }: WorkOf & { readonly id: string },
): number | undefined {
  const sql = 'SELECT seq FROM relay_work WHERE session = ? AND role = ? AND id = ?';
  return getRow<{ seq: number }>(db, sql, session, role, id)?.seq;
}

/** Keeps work under its number. Throws LIMIT when too many messages wait for the agent. */
export function insertRelayWork(db: Database, work: WorkOf & RelayWorkRow & { readonly id: string }): void {
  const { session, role, id, seq, at, text } = work;
  if (countRelayWork(db, work) >= mostUnanswered.ofOne) {
    throw new CodedError(
      'LIMIT',
      `${mostUnanswered.ofOne} messages wait for ${role} in session ${session} already. Send more once it has answered some.`,
      { facts: { session, role } },
    );
  }
  run(
    db,
    'INSERT INTO relay_work (seq, session, role, id, at, text) VALUES (?, ?, ?, ?, ?, ?)',
    ...[seq, session, role, id, at, text],
  );
}

/** Notes that work is answered, and forgets its text; gives how many bytes that had. Null when it is not known, or was answered before. */
export function answerRelayWork(
  db: Database,
  answer: WorkOf & { readonly id: string; readonly at: number },
): number | null {
  const { session, role, id, at } = answer;
  const known = 'session = ? AND role = ? AND id = ? AND answered_at IS NULL';
  const sql = `SELECT octet_length(text) AS bytes FROM relay_work WHERE ${known}`;
  const waiting = getRow<{ bytes: number }>(db, sql, session, role, id);
  if (waiting === undefined) return null;
  // Never before another answer: by this it is told which are the newest, also when the clock was set back.
  const latest = 'max(?, (SELECT coalesce(max(answered_at), 0) FROM relay_work WHERE answered_at IS NOT NULL))';
  run(db, `UPDATE relay_work SET answered_at = ${latest}, text = NULL WHERE ${known}`, at, session, role, id);
  return waiting.bytes;
}

/** Forgets all but the newest of what was answered. */
export function forgetAnsweredWork(db: Database): void {
  run(
    db,
    `DELETE FROM relay_work WHERE seq IN
       (SELECT seq FROM relay_work WHERE answered_at IS NOT NULL ORDER BY answered_at DESC, seq DESC LIMIT -1 OFFSET ?)`,
    answeredKept,
  );
}

/** Work that waits for an agent with a number over `after`, oldest first: some of it, and none only when there is none. */
export function waitingRelayWork(db: Database, of: WorkOf, after: number): RelayWorkRow[] {
  const sql = `SELECT seq, at, text FROM relay_work INDEXED BY relay_work_waiting
    WHERE session = ? AND role = ? AND answered_at IS NULL AND seq > ? ORDER BY seq`;
  return someOf(eachRow<RelayWorkRow>(db, sql, of.session, of.role, after));
}

/** Work that waits for anybody with a number over `after`, oldest first: some of it, and none only when there is none. */
export function waitingRelayWorkOfAll(db: Database, after: number): (WorkOf & RelayWorkRow)[] {
  const sql = `SELECT seq, session, role, at, text FROM relay_work
    NOT INDEXED WHERE answered_at IS NULL AND seq > ? ORDER BY seq`;
  return someOf(eachRow<WorkOf & RelayWorkRow>(db, sql, after));
}

function someOf<Row extends RelayWorkRow>(found: Iterable<Row>): Row[] {
  const rows: Row[] = [];
  let length = 0;
  for (const row of found) {
    rows.push(row);
    length += row.text.length;
    if (length > mostRead) break;
  }
  return rows;
}

/** The ids of what waits for an agent. */
export function waitingRelayIds(db: Database, of: WorkOf): string[] {
  const sql = 'SELECT id FROM relay_work WHERE session = ? AND role = ? AND answered_at IS NULL';
  return allRows<{ id: string }>(db, sql, of.session, of.role).map(({ id }) => id);
}

/** What waits in one session. */
export interface WaitingOfSession {
  readonly session: string;
  readonly messages: number;
  readonly bytes: number;
}

/** What waits, of each session in which something does. */
export function waitingOfSessions(db: Database): WaitingOfSession[] {
  const sql = `SELECT session, count(*) AS messages, sum(octet_length(text)) AS bytes FROM relay_work
    WHERE answered_at IS NULL GROUP BY session`;
  return allRows<WaitingOfSession>(db, sql);
}

/** What waits for one agent. */
export interface WaitingOfAgent extends WorkOf {
  readonly messages: number;
  /** When the oldest of it was sent. */
  readonly since: number;
}

/** For whom work waits: those for whom it has waited longest, at most so many. */
export function waitingOfAgents(db: Database, most: number): WaitingOfAgent[] {
  const sql = `SELECT session, role, count(*) AS messages, min(at) AS since FROM relay_work
    WHERE answered_at IS NULL GROUP BY session, role ORDER BY since, session, role LIMIT ?`;
  return allRows<WaitingOfAgent>(db, sql, most);
}

function countRelayWork(db: Database, { session, role }: WorkOf): number {
  const sql = 'SELECT count(*) AS waiting FROM relay_work WHERE answered_at IS NULL AND session = ? AND role = ?';
  return getRow<{ waiting: number }>(db, sql, session, role)?.waiting ?? 0;
}

/** The highest number any work was given that is remembered; 0 when there is none. */
export function lastRelayWork(db: Database): number {
  return getRow<{ last: number | null }>(db, 'SELECT max(seq) AS last FROM relay_work')?.last ?? 0;
}
