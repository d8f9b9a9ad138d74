import type { Message } from '../../core/contract/message';
import type { App } from './app';
import { carryOut, complain } from './commands';
import type { Failure } from './failure';
import { say } from './said';

/** Says something to a task's agent. A failure is given back so that the words stay where they were written. */
export async function sendMessage(app: App, task: number, text: string): Promise<Failure | null> {
  const ended = await carryOut(app, { about: `message-to:${task}`, sentence: 'Queueing…' }, (client) =>
    client.messages.add({ task, text }),
  );
  return ended.ok ? null : ended.failure;
}

/** Changes a message its agent does not have yet. A failure is given back to be shown on it. */
export async function editMessage(app: App, message: Message, text: string): Promise<Failure | null> {
  const ended = await carryOut(app, { about: `message:${message.id}`, sentence: 'Saving…' }, (client) =>
    client.messages.edit({ message: message.id, text }),
  );
  return ended.ok ? null : ended.failure;
}

/** Takes a message back, with a way to say it again. */
export async function removeMessage(app: App, message: Message): Promise<void> {
  const ended = await carryOut(app, { about: `message:${message.id}`, sentence: 'Removing…' }, (client) =>
    client.messages.remove({ message: message.id }),
  );
  if (!ended.ok) return complain(app, ended.failure);
  const undo = async (): Promise<void> => {
    const failure = await sendMessage(app, message.task, message.text);
    if (failure !== null) complain(app, failure);
  };
  say(app.said, { kind: 'done', text: 'Removed the message', undo: () => void undo() });
}
