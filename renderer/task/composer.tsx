import { type ReactNode, useRef, useState } from 'react';
import type { Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { useApp, useDoing } from '../state/app';
import { discardTask, rejectTask } from '../state/commands';
import { withDraft } from '../state/drafts';
import type { Failure } from '../state/failure';
import { sendMessage } from '../state/messages';
import { useStore } from '../state/store';
import { cleanLine } from '../text/clean';
import { MessageQueue, useMessages } from './messages';

/**
 * Where the person writes to the agent: a comment on a finished change, or a message while it works or waits for its
 * turn. Either is the next message of the same agent session.
 */
export function Composer({ task }: { readonly task: Task }): ReactNode {
  if (task.state === 'review') return <ReviewComposer task={task} />;
  if (task.state === 'done') return null;
  return <MessageComposer key={task.id} task={task} />;
}

function MessageComposer({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const name = `message:${task.id}`;
  const text = useStore(app.drafts, (drafts) => drafts[name] ?? '');
  const doing = useDoing(`message-to:${task.id}`);
  const messages = useMessages(task.id).value ?? [];
  const [editing, setEditing] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const canWrite = task.state === 'queued' || task.state === 'running' || task.state === 'waiting';
  useActions({
    reply: () => {
      // A question that is open is what a reply answers.
      if (!canWrite || task.requests.length > 0) return false;
      field.current?.focus();
      return true;
    },
  });
  const send = async (): Promise<void> => {
    if (text.trim() === '') return field.current?.focus();
    setFailure(null);
    const failed = await sendMessage(app, task.id, text);
    if (failed === null) app.drafts.update((drafts) => withDraft(drafts, name, ''));
    else setFailure(failed);
  };
  const editNewest = (): boolean => {
    const newest = messages.findLast(({ state }) => state === 'queued');
    if (newest === undefined || text !== '') return false;
    setEditing(newest.id);
    return true;
  };
  const leaveEditing = (message: number | null): void => {
    setEditing(message);
    if (message === null) field.current?.focus();
  };
  if (!canWrite && messages.length === 0) return null;
  return (
    <section className="composer" aria-label="Write to the agent">
      <MessageQueue
        task={task}
        messages={messages}
        editing={editing}
        onEdit={leaveEditing}
        onRemoved={() => field.current?.focus()}
      />
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      {canWrite && (
        <div className="composer-row">
          <Growing
            field={field}
            label={`Write to ${task.agent}`}
            text={text}
            onText={(value) => app.drafts.update((drafts) => withDraft(drafts, name, value))}
            onSend={() => void send()}
            onUp={editNewest}
          />
          <Button doing={doing} onClick={() => void send()}>
            Queue message {text.trim() !== '' && <Keys keys="mod+Enter" />}
            {text.trim() === '' && task.requests.length === 0 && <Keys keys="r" />}
          </Button>
        </div>
      )}
    </section>
  );
}

function ReviewComposer({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const name = `comment:${task.id}`;
  const text = useStore(app.drafts, (drafts) => drafts[name] ?? '');
  const doing = useDoing(`task:${task.id}`);
  const [failure, setFailure] = useState<Failure | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useActions({
    reply: () => field.current?.focus(),
    deny: () => field.current?.focus(),
  });
  const messages = useMessages(task.id).value ?? [];
  const [editing, setEditing] = useState<number | null>(null);
  const send = async (): Promise<void> => {
    if (text.trim() === '') return field.current?.focus();
    setFailure(null);
    const failed = await rejectTask(app, task, text);
    if (failed === null) app.drafts.update((drafts) => withDraft(drafts, name, ''));
    else setFailure(failed);
  };
  return (
    <section className="composer" aria-label="Your verdict">
      <MessageQueue
        task={task}
        messages={messages}
        editing={editing}
        onEdit={setEditing}
        onRemoved={() => field.current?.focus()}
      />
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      <div className="composer-row">
        <Growing
          field={field}
          label={`Comment on the change; ${task.agent} goes on with it`}
          text={text}
          onText={(value) => app.drafts.update((drafts) => withDraft(drafts, name, value))}
          onSend={() => void send()}
        />
        <Button doing={doing} onClick={() => void send()}>
          Request changes {text.trim() === '' ? <Keys keys="r" /> : <Keys keys="mod+Enter" />}
        </Button>
        <Button look="danger" doing={doing === null ? null : 'Discard'} onClick={() => void discardTask(app, task)}>
          Discard
        </Button>
      </div>
    </section>
  );
}
