import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Message } from '../../core/contract/message';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Note } from '../parts/note';
import { useApp, useDoing, useModel } from '../state/app';
import { editName, withDraft } from '../state/drafts';
import { editMessage, removeMessage } from '../state/messages';
import { type Resource, useResource } from '../state/resource';
import { useStore } from '../state/store';
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
  /** The message somebody began to change here; a change that was begun before is known by its draft. */
  readonly editing: number | null;
  readonly onEdit: (message: Message | null) => void;
  /** The editor that had the focus is no longer there. */
  readonly onEditorGone: () => void;
  /** One was taken back; the focus was on it. */
  readonly onRemoved: () => void;
}): ReactNode {
  const { task, messages, editing, onEdit, onEditorGone, onRemoved } = props;
  const drafts = useStore(useApp().drafts, (all) => all);
  if (messages.length === 0) return null;
  return (
    <section className="message-queue" aria-label="Messages the agent does not have yet">
      <p className="quiet small">{whenWords(task, messages.filter(({ state }) => state === 'queued').length)}</p>
      <ol>
        {messages.map((message) => (
          <li key={message.id} className="message">
            {message.state === 'queued' && (editing === message.id || drafts[editName(message)] !== undefined) ? (
              <Editor message={message} fresh={editing === message.id} done={() => onEdit(null)} gone={onEditorGone} />
            ) : (
              <Waiting message={message} edit={() => onEdit(message)} removed={onRemoved} />
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
        {message.by !== 'person' && <span className="quiet">Switchyard: </span>}
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

function Editor(props: {
  readonly message: Message;
  /** Opened by hand just now, so it takes the focus. */
  readonly fresh: boolean;
  readonly done: () => void;
  readonly gone: () => void;
}): ReactNode {
  const { message } = props;
  const app = useApp();
  const doing = useDoing(`message:${message.id}`);
  const name = editName(message);
  const text = useStore(app.drafts, (drafts) => drafts[name] ?? '');
  const [failure, setFailure] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<HTMLDivElement>(null);
  const isFresh = useRef(props.fresh);
  useEffect(() => {
    if (!isFresh.current) return;
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);
  const gone = useRef(props.gone);
  useLayoutEffect(() => {
    const element = editor.current;
    return () => {
      // It is still on the page here; right after, the focus would be nowhere and letters would be the window's keys.
      if (element?.contains(document.activeElement)) gone.current();
    };
  }, []);
  const write = (value: string): void => app.drafts.update((drafts) => withDraft(drafts, name, value));
  const leave = (): void => {
    write('');
    props.done();
  };
  const save = async (): Promise<void> => {
    if (text.trim() === '') return field.current?.focus();
    if (app.doing.get().has(`message:${message.id}`)) return;
    if (text.trim() === message.text) return leave();
    setFailure(null);
    const failed = await editMessage(app, message, text);
    if (failed !== null) setFailure(failed.message);
    else if (app.drafts.get()[name] === undefined) props.done();
  };
  return (
    <div ref={editor} className="message-editor">
      {failure !== null && <Note kind="failed">{cleanLine(failure)}</Note>}
      <Growing
        field={field}
        label="Change the message"
        text={text}
        onText={write}
        onSend={() => void save()}
        onLeave={leave}
      />
      <span className="message-acts">
        <Button doing={doing} onClick={() => void save()}>
          Save
        </Button>
        <Button look="quiet" onClick={leave}>
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

/** When the agent gets what waits for it; several are said as one. */
function whenWords(task: Task, many: number): string {
  const gets = `${task.agent} gets ${many > 1 ? 'these, as one message,' : 'this'}`;
  switch (task.state) {
    case 'queued':
      return `${gets} when it starts.`;
    case 'review':
      return `${gets} when you send the change back.`;
    case 'failed':
    case 'cancelled':
      return `${gets} when you retry the task.`;
    default:
      return `${gets} when its turn ends.`;
  }
}
