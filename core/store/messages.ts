import { CodedError } from '../contract/errors';
import { type Message, messagesAtOnce } from '../contract/message';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

interface Row {
  readonly id: number;
  readonly task_id: number;
  readonly text: string;
  readonly by: string;
  readonly created_at: number;
  readonly handed_at: number | null;
  readonly delivered_at: number | null;
  readonly removed_at: number | null;
}

const pending = 'delivered_at IS NULL AND removed_at IS NULL';

/**
 * Keeps something said to a task's agent, a reviewer's comment or a follow-up, and gives its id. Throws LIMIT when
 * too many wait already.
 */
export function addMessage(
  db: Database,
  message: { readonly task: number; readonly text: string; readonly by: string; readonly at: number },
): number {
  const { task, text, by, at } = message;
  if (pendingMessages(db, task).length >= messagesAtOnce) {
    throw new CodedError(
      'LIMIT',
      `${messagesAtOnce} messages wait for the agent of task ${task} already. Change one of them instead.`,
      { facts: { task } },
    );
  }
  return run(db, 'INSERT INTO task_message (task_id, text, by, created_at) VALUES (?, ?, ?, ?)', task, text, by, at).id;
}

/** The messages the task's agent does not have yet, oldest first. */
export function pendingMessages(db: Database, task: number): Message[] {
  return allRows<Row>(db, `SELECT * FROM task_message WHERE task_id = ? AND ${pending} ORDER BY id`, task).map(
    toMessage,
  );
}

/** One message, whatever became of it. Throws NOT_FOUND. */
export function readMessage(db: Database, id: number): Message {
  return toMessage(messageRow(db, id));
}

/** Changes what a message says. Throws NOT_FOUND, and WRONG_STATE once the agent is being given it. */
export function editMessage(db: Database, change: { readonly message: number; readonly text: string }): void {
  const { message, text } = change;
  const { changes } = run(
    db,
    `UPDATE task_message SET text = ? WHERE id = ? AND handed_at IS NULL AND ${pending}`,
    text,
    message,
  );
  if (changes === 0) throw tooLate(messageRow(db, message), 'changed');
}

/** Takes a message back; its row stays. Throws NOT_FOUND, and WRONG_STATE once the agent is being given it. */
export function removeMessage(db: Database, removal: { readonly message: number; readonly at: number }): void {
  const { message, at } = removal;
  const { changes } = run(
    db,
    `UPDATE task_message SET removed_at = ? WHERE id = ? AND handed_at IS NULL AND ${pending}`,
    at,
    message,
  );
  if (changes === 0) throw tooLate(messageRow(db, message), 'taken back');
}

/**
 * Takes what waits for the task's agent into hand, oldest first: from here on none of it can be changed. Committed
 * before a word of it is said, so that what the agent gets is what the person last saw.
 */
export function handMessages(db: Database, handing: { readonly task: number; readonly at: number }): Message[] {
  run(db, `UPDATE task_message SET handed_at = ? WHERE task_id = ? AND ${pending}`, handing.at, handing.task);
  return pendingMessages(db, handing.task);
}

/**
 * Gives back what was handed and never heard: of one task when its agent ended, of all when the runtime did. What was
 * said in a turn that is held stays in hand.
 */
export function releaseMessages(db: Database, task: number | null): void {
  run(
    db,
    `UPDATE task_message SET handed_at = NULL WHERE (? IS NULL OR task_id = ?) AND handed_at IS NOT NULL AND ${pending}
       AND task_id NOT IN (SELECT task_id FROM turn)`,
    task,
    task,
  );
}

/** Marks exactly these messages as given to the agent; one said in the meantime stays pending. */
export function markMessagesDelivered(
  db: Database,
  delivery: { readonly messages: readonly number[]; readonly at: number },
): void {
  for (const id of delivery.messages) {
    run(db, 'UPDATE task_message SET delivered_at = ? WHERE id = ? AND delivered_at IS NULL', delivery.at, id);
  }
}

function messageRow(db: Database, id: number): Row {
  const row = getRow<Row>(db, 'SELECT * FROM task_message WHERE id = ?', id);
  if (row === undefined)
    throw new CodedError('NOT_FOUND', `There is no message ${id}. See: task show ID`, { facts: { message: id } });
  return row;
}

function tooLate(row: Row, asked: 'changed' | 'taken back'): CodedError {
  const why = row.removed_at === null ? 'the agent has it already. Write another one' : 'it was taken back';
  return new CodedError('WRONG_STATE', `Message ${row.id} could not be ${asked}: ${why}.`, {
    facts: { message: row.id, task: row.task_id },
  });
}

function toMessage(row: Row): Message {
  return {
    id: row.id,
    task: row.task_id,
    text: row.text,
    by: row.by,
    state: row.handed_at === null ? 'queued' : 'handed',
    createdAt: row.created_at,
  };
}
