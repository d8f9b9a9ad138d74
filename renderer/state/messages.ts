import type { Message } from '../../core/contract/message';
import type { App } from './app';
import { carryOut, complain } from './commands';
import { editName, editsOf, withDraft, withWritten, writtenTo } from './drafts';
import type { Failure } from './failure';
import { say } from './said';

/** Says something to a task's agent. A failure is given back so that the words stay where they were written. */
export async function sendMessage(app: App, task: number, text: string): Promise<Failure | null> {
  const ended = await carryOut(app, { about: `message-to:${task}`, sentence: 'Queueing…' }, (client) =>
    client.messages.add({ task, text }),
  );
  return ended.ok ? null : ended.failure;
}

/**
 * Changes a message its agent does not have yet, and forgets the draft of the change unless it was written on meanwhile.
 * A failure is given back to be shown on it.
 */
export async function editMessage(app: App, message: Message, text: string): Promise<Failure | null> {
  const ended = await carryOut(app, { about: `message:${message.id}`, sentence: 'Saving…' }, async (client) => {
    await client.messages.edit({ message: message.id, text });
    // While it still counts as being saved: what is saved is not brought back as something the agent missed.
    const name = editName(message);
    app.drafts.update((drafts) => (drafts[name] === text ? withDraft(drafts, name, '') : drafts));
  });
  return ended.ok ? null : ended.failure;
}

/**
 * Puts changes to messages that can no longer be changed into what is written to the agent, and says so. A change that
 * is being saved is left alone: its end says what became of it.
 */
export function bringEditsBack(app: App, task: number, messages: readonly Message[]): void {
  const late = editsOf(app.drafts.get(), task).filter(
    ([id]) =>
      !app.doing.get().has(`message:${id}`) && messages.find((message) => message.id === id)?.state !== 'queued',
  );
  if (late.length === 0) return;
  const changed = late.filter(([id, text]) => messages.find((message) => message.id === id)?.text !== text.trim());
  app.drafts.update((drafts) => {
    const left = late.reduce((rest, [id]) => withDraft(rest, editName({ task, id }), ''), drafts);
    const texts = [writtenTo(left, task), ...changed.map(([, text]) => text)].filter((text) => text !== '');
    return changed.length === 0 ? left : withWritten(left, task, texts.join('\n\n'));
  });
  if (changed.length > 0) {
    const text = 'The message was gone before your change to it was saved. What you wrote is in the field to the agent';
    say(app.said, { kind: 'done', text, undo: null });
  }
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
