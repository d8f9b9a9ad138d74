import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { Message } from '../contract/message';
import { addMessage, editMessage, pendingMessages, readMessage, removeMessage } from '../store/messages';
import { taskRow } from '../store/task-row';
import { mustBe } from './acting';
import type { Room } from './room';

/** What was said to a task's agent and waits until the agent takes it, oldest first. */
export function list(room: Room, task: number): Message[] {
  taskRow(room.db, task);
  return pendingMessages(room.db, task);
}

/**
 * Says something to a task's agent: the row is committed before this resolves, and the agent gets it as its next
 * message. A task that is over is sent back or retried instead. Throws NOT_ALLOWED when a key writes to a task it did not make.
 */
export async function add(room: Room, { by, key }: Caller, input: { task: number; text: string }): Promise<Message> {
  const id = await room.writer.write((db) => {
    const task = taskRow(db, input.task);
    if (key !== undefined && task.created_by !== by) throw notItsOwn(key.name, input.task);
    mustBe(task, ['queued', 'running', 'waiting'], 'written to');
    return addMessage(db, { ...input, by, at: room.now() });
  });
  room.announceMessages(input.task);
  return readMessage(room.db, id);
}

/** Changes a message the agent has not been given. */
export async function edit(room: Room, input: { message: number; text: string }): Promise<Message> {
  await room.writer.write((db) => editMessage(db, input));
  const message = readMessage(room.db, input.message);
  room.announceMessages(message.task);
  return message;
}

/** Takes back a message the agent has not been given. */
export async function remove(room: Room, message: number): Promise<void> {
  await room.writer.write((db) => removeMessage(db, { message, at: room.now() }));
  room.announceMessages(readMessage(room.db, message).task);
}

function notItsOwn(key: string, task: number): CodedError {
  const message = `The key ${key} may write to the tasks it made, and task ${task} is none of them.`;
  return new CodedError('NOT_ALLOWED', message, { facts: { key, task } });
}
