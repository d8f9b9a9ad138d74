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

/**
 * Keeps work under its number and gives that; or the number it has, when work of this agent and id is known. Throws LIMIT when too
 * much waits for the agent.
 */
export function insertRelayWork(db: Database, work: WorkOf & RelayWorkRow & { readonly id: string }): number {
  const { session, role, id, seq, at, text } = work;
  const known = getRow<{ seq: number }>(
    db,
    'SELECT seq FROM relay_work WHERE session = ? AND role = ? AND id = ?',
    ...[session, role, id],
  );
  if (known !== undefined) return known.seq;
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
  return seq;
}

/** Notes that work is answered, and forgets its text. False when it is not known, or was answered before. */
export function answerRelayWork(db: Database, answer: WorkOf & { readonly id: string; readonly at: number }): boolean {
  const { session, role, id, at } = answer;
  const sql = `UPDATE relay_work SET answered_at = ?, text = NULL
    WHERE session = ? AND role = ? AND id = ? AND answered_at IS NULL`;
  return run(db, sql, at, session, role, id).changes === 1;
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
  const rows: RelayWorkRow[] = [];
  let length = 0;
  for (const row of eachRow<RelayWorkRow>(db, sql, of.session, of.role, after)) {
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

/** How much waits for an agent, or for all of them. */
export function countRelayWork(db: Database, of: WorkOf | null): number {
  const all = 'SELECT count(*) AS waiting FROM relay_work WHERE answered_at IS NULL';
  const row =
    of === null
      ? getRow<{ waiting: number }>(db, all)
      : getRow<{ waiting: number }>(db, `${all} AND session = ? AND role = ?`, of.session, of.role);
  return row?.waiting ?? 0;
}

/** The highest number any work was given that is remembered; 0 when there is none. */
export function lastRelayWork(db: Database): number {
  return getRow<{ last: number | null }>(db, 'SELECT max(seq) AS last FROM relay_work')?.last ?? 0;
}
