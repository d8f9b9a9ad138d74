import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Message } from '../../core/contract/message';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Note } from '../parts/note';
import { useApp, useDoing, useModel } from '../state/app';
import { editMessage, removeMessage } from '../state/messages';
import { type Resource, useResource } from '../state/resource';
import { exactly } from '../text/amounts';
import { clean, cleanLine } from '../text/clean';

/** What waits for a task's agent, as it is now. */
export function useMessages(task: number): Resource<Message[]> {
  const round = useModel((model) => model.messageRounds.get(task) ?? 0);
  const messages = useResource(`messages ${task}`, (client, signal) => client.messages.list({ task }, { signal }));
  const { reload } = messages;
  // A new key would forget what is on screen while it asks anew.
  useEffect(() => {
    if (round > 0) reload();
  }, [round, reload]);
  return messages;
}

/** The messages a task's agent does not have yet, each to be changed or taken back until it has. */
export function MessageQueue(props: {
  readonly task: Task;
  readonly messages: readonly Message[];
  /** The message that is being changed, or null. */
  readonly editing: number | null;
  readonly onEdit: (message: number | null) => void;
  /** One was taken back; the focus was on it. */
  readonly onRemoved: () => void;
}): ReactNode {
  const { task, messages, editing, onEdit, onRemoved } = props;
  if (messages.length === 0) return null;
  return (
    <section className="message-queue" aria-label="Messages the agent does not have yet">
      <p className="quiet small">{whenWords(task)}</p>
      <ol>
        {messages.map((message) => (
          <li key={message.id} className="message">
            {editing === message.id && message.state === 'queued' ? (
              <Editor message={message} done={() => onEdit(null)} />
            ) : (
              <Waiting message={message} edit={() => onEdit(message.id)} removed={onRemoved} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Waiting(props: {
  readonly message: Message;
  readonly edit: () => void;
  readonly removed: () => void;
}): ReactNode {
  const { message, edit, removed } = props;
  const app = useApp();
  const doing = useDoing(`message:${message.id}`);
  return (
    <>
      <p className="message-text selectable" dir="auto" title={exactly(message.createdAt)}>
        {clean(message.text)}
      </p>
      {message.state === 'handed' ? (
        <span className="quiet small">The agent is getting it…</span>
      ) : (
        <span className="message-acts">
          <Button look="quiet" aria-label={`Edit “${startOf(message)}”`} onClick={edit}>
            Edit
          </Button>
          <Button
            look="quiet"
            aria-label={`Remove “${startOf(message)}”`}
            doing={doing}
            onClick={() => void removeMessage(app, message).then(removed)}
          >
            Remove
          </Button>
        </span>
      )}
    </>
  );
}

function Editor({ message, done }: { readonly message: Message; readonly done: () => void }): ReactNode {
  const app = useApp();
  const doing = useDoing(`message:${message.id}`);
  const [text, setText] = useState(message.text);
  const [failure, setFailure] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);
  const save = async (): Promise<void> => {
    if (text.trim() === '') return field.current?.focus();
    const failed = text.trim() === message.text ? null : await editMessage(app, message, text);
    if (failed === null) done();
    else setFailure(failed.message);
  };
  return (
    <div className="message-editor">
      {failure !== null && <Note kind="failed">{cleanLine(failure)}</Note>}
      <Growing
        field={field}
        label="Change the message"
        text={text}
        onText={setText}
        onSend={() => void save()}
        onLeave={done}
      />
      <span className="message-acts">
        <Button doing={doing} onClick={() => void save()}>
          Save
        </Button>
        <Button look="quiet" onClick={done}>
          Keep as it was
        </Button>
      </span>
    </div>
  );
}

function startOf(message: Message): string {
  const line = cleanLine(message.text);
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}

/** When the agent gets what waits for it. */
function whenWords(task: Task): string {
  switch (task.state) {
    case 'queued':
      return `${task.agent} gets this when it starts.`;
    case 'review':
      return `${task.agent} gets this when you send the change back.`;
    case 'failed':
    case 'cancelled':
      return `${task.agent} gets this when you retry the task.`;
    default:
      return `${task.agent} gets this when its turn ends.`;
  }
}
