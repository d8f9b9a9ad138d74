import type { Database } from './database';
import { allRows, run } from './statement';

/** Something said to a task's agent, kept until the agent has it: a reviewer's comment, a late answer. */
export interface Message {
  readonly id: number;
  readonly task: number;
  readonly text: string;
  readonly by: string;
  readonly createdAt: number;
}

/** Keeps a message for the task's next turn and gives its id. */
export function addMessage(
  db: Database,
  message: { readonly task: number; readonly text: string; readonly by: string; readonly at: number },
): number {
  return run(
    db,
    'INSERT INTO task_message (task_id, text, by, created_at) VALUES (?, ?, ?, ?)',
    message.task,
    message.text,
    message.by,
    message.at,
  ).id;
}

/** The messages the task's agent has not been given yet, oldest first. */
export function pendingMessages(db: Database, task: number): Message[] {
  return allRows<Message>(
    db,
    `SELECT id, task_id AS task, text, by, created_at AS createdAt FROM task_message
     WHERE task_id = ? AND delivered_at IS NULL ORDER BY id`,
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
