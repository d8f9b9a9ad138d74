import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** What came by the relay and is a message of a task. */
interface KnownMessage {
  readonly message: number;
  /** Its number on the relay; null until it is published there. */
  readonly seq: number | null;
}

/** Notes which message of a task came by the relay, and under which id. */
export function insertRelayMessage(
  db: Database,
  { message, session, id }: { readonly message: number; readonly session: number; readonly id: string },
): void {
  run(db, 'INSERT INTO relay_message (message_id, session_id, id) VALUES (?, ?, ?)', message, session, id);
}

/** The message that came under this id, or undefined. */
export function knownRelayMessage(
  db: Database,
  { session, id }: { readonly session: number; readonly id: string },
): KnownMessage | undefined {
  const sql = 'SELECT message_id AS message, seq FROM relay_message WHERE session_id = ? AND id = ?';
  return getRow<KnownMessage>(db, sql, session, id);
}

/** Notes a message's number on the relay. */
export function numberRelayMessage(
  db: Database,
  { message, seq }: { readonly message: number; readonly seq: number },
): void {
  run(db, 'UPDATE relay_message SET seq = ? WHERE message_id = ?', seq, message);
}

/** A message that its sender waits for an answer to, and will get no other: it was said in a turn that is over, or never will be. */
export interface OverMessage {
  readonly message: number;
  readonly session: number;
  readonly agent: string;
  readonly id: string;
  readonly became: 'said' | 'taken back' | 'not said';
}

/** The messages that are to be answered now: of a session whose turn has ended, or of all sessions, but for turns that are held. */
export function overRelayMessages(db: Database, session: number | null): OverMessage[] {
  return allRows<OverMessage>(
    db,
    `SELECT message_id AS message, session_id AS session, session.agent, relay_message.id,
       CASE WHEN removed_at IS NOT NULL THEN 'taken back' WHEN delivered_at IS NOT NULL THEN 'said' ELSE 'not said' END AS became
     FROM relay_message JOIN task_message ON task_message.id = message_id JOIN session ON session.id = session_id
       JOIN task ON task.id = task_message.task_id
     WHERE answered_at IS NULL AND (? IS NULL OR session_id = ?)
       AND (removed_at IS NOT NULL OR delivered_at IS NOT NULL OR task.state IN ('done', 'failed', 'cancelled'))
       AND (? IS NOT NULL OR task_message.task_id NOT IN (SELECT task_id FROM turn))
     ORDER BY message_id`,
    session,
    session,
    session,
  );
}

/** Notes that a message was answered. */
export function answerRelayMessage(
  db: Database,
  { message, at }: { readonly message: number; readonly at: number },
): void {
  run(db, 'UPDATE relay_message SET answered_at = ? WHERE message_id = ?', at, message);
}

/** How many messages of a session wait for an answer. */
export function waitingRelayMessages(db: Database, session: number): number {
  const sql = 'SELECT count(*) AS waiting FROM relay_message WHERE session_id = ? AND answered_at IS NULL';
  return getRow<{ waiting: number }>(db, sql, session)?.waiting ?? 0;
}
