import { expect, test } from 'vitest';
import { messagesAtOnce } from '../../../core/contract/message';
import {
  addMessage,
  editMessage,
  handMessages,
  markMessagesDelivered,
  pendingMessages,
  readMessage,
  releaseMessages,
  removeMessage,
} from '../../../core/store/messages';
import { addTask, temporaryStore } from './store';

function queue(...texts: readonly string[]) {
  const { db } = temporaryStore();
  const task = addTask(db);
  const ids = texts.map((text, index) => addMessage(db, { task, text, by: 'person', at: 20 + index }));
  return { db, task, ids };
}

test('messages wait in the order they were written, and say what they were last changed to', () => {
  const { db, task, ids } = queue('one', 'two', 'three');
  editMessage(db, { message: ids[0] ?? 0, text: 'one, better' });
  removeMessage(db, { message: ids[1] ?? 0, at: 30 });
  expect(pendingMessages(db, task).map(({ text, state }) => [text, state])).toEqual([
    ['one, better', 'queued'],
    ['three', 'queued'],
  ]);
});

test('a message in the agent’s hands can be neither changed nor taken back, and what was said is what was seen', () => {
  const { db, task, ids } = queue('one');
  const [message = 0] = ids;
  expect(handMessages(db, { task, at: 30 }).map(({ text }) => text)).toEqual(['one']);
  const late = { code: 'WRONG_STATE', message: expect.stringContaining('the agent has it already') };
  expect(() => editMessage(db, { message, text: 'two' })).toThrow(expect.objectContaining(late));
  expect(() => removeMessage(db, { message, at: 31 })).toThrow(expect.objectContaining(late));
  expect(readMessage(db, message)).toMatchObject({ text: 'one', state: 'handed' });
  markMessagesDelivered(db, { messages: [message], at: 32 });
  expect(() => editMessage(db, { message, text: 'two' })).toThrow(expect.objectContaining(late));
  expect(pendingMessages(db, task)).toEqual([]);
});

test('a message handed to an agent that ended before it was heard waits again, one that was heard does not', () => {
  const { db, task, ids } = queue('heard', 'not heard');
  handMessages(db, { task, at: 30 });
  markMessagesDelivered(db, { messages: [ids[0] ?? 0], at: 31 });
  releaseMessages(db, task);
  expect(pendingMessages(db, task)).toMatchObject([{ text: 'not heard', state: 'queued' }]);
  editMessage(db, { message: ids[1] ?? 0, text: 'changed after all' });
  handMessages(db, { task, at: 40 });
  releaseMessages(db, null);
  expect(handMessages(db, { task, at: 41 })).toMatchObject([{ text: 'changed after all' }]);
});

test('a message that was taken back is kept and never said', () => {
  const { db, task, ids } = queue('never mind');
  removeMessage(db, { message: ids[0] ?? 0, at: 30 });
  expect(handMessages(db, { task, at: 31 })).toEqual([]);
  expect(readMessage(db, ids[0] ?? 0).text).toBe('never mind');
  expect(() => removeMessage(db, { message: ids[0] ?? 0, at: 32 })).toThrow('it was taken back');
});

test('a task takes so many messages and no more', () => {
  const { db, task } = queue(...Array.from({ length: messagesAtOnce }, (_, index) => `${index}`));
  expect(() => addMessage(db, { task, text: 'one more', by: 'person', at: 99 })).toThrow(
    expect.objectContaining({ code: 'LIMIT', message: expect.stringContaining('Change one of them instead') }),
  );
});
