import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { Comment } from '../../core/contract/comment';
import type { Message } from '../../core/contract/message';
import type { Task, TaskState } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { openAskReview } from '../state/agent-reviews';
import { useApp, useDoing } from '../state/app';
import { rejectTask } from '../state/commands';
import { draftsIn } from '../state/comments';
import { editName, withDraft, withWritten, writtenTo } from '../state/drafts';
import type { Failure } from '../state/failure';
import { bringEditsBack, sendMessage } from '../state/messages';
import { askDiscard } from '../state/running';
import { useStore } from '../state/store';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { MessageQueue, useMessages } from './messages';
import { useYielding } from './yielding';

/**
 * Where the person writes to the agent: a comment on a finished change, or a message while it works or waits for its
 * turn. Either is the next message of the same agent session. The field is one and the same whatever becomes of the task,
 * so that who types when a turn ends types on; it goes only when the task has ended and nobody writes.
 */
export function Composer(props: {
  readonly task: Task;
  /** The comments on its change; null while it is not known. */
  readonly comments: readonly Comment[] | null;
  /** The head of the change that is shown; null while it is not known. */
  readonly head: string | null;
}): ReactNode {
  const { task } = props;
  const app = useApp();
  const way = wayOf(task.state);
  const about = way === 'comment' ? `task:${task.id}` : `message-to:${task.id}`;
  const doing = useDoing(about);
  const text = useStore(app.drafts, (drafts) => writtenTo(drafts, task.id));
  const messages = useMessages(task.id).value;
  const [editing, setEditing] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [hasFocus, setHasFocus] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const isSending = useRef(false);
  // They go along when the change is sent back, so a word about the whole is not needed.
  const drafts = way === 'comment' ? draftsIn(props.comments).length : 0;
  const focus = (): void => field.current?.focus();
  useActions({
    ...(way === null
      ? {}
      : {
          reply: () => {
            // A question that is open is what a reply answers.
            if (task.requests.length > 0) return false;
            focus();
            return true;
          },
        }),
    ...(way === 'comment' ? { deny: focus } : {}),
  });
  const leave = useYielding({ field, request: task.requests[0]?.id ?? null });
  const editorGone = useEditorFocus({ task: task.id, messages, focus });
  // A message that comes back to the queue later is not being changed any more.
  if (editing !== null && messages !== null && !isQueued(messages, editing)) setEditing(null);

  const send = async (): Promise<void> => {
    if (way === null) return;
    if (text.trim() === '' && drafts === 0) return focus();
    // The task may change its state while this is sent, and what it is sent as: the field itself knows that it is.
    if (isSending.current || app.doing.get().has(about)) return;
    isSending.current = true;
    setFailure(null);
    const failed = await (way === 'comment'
      ? rejectTask(app, task, { comment: text, drafts, head: props.head })
      : sendMessage(app, task.id, text));
    isSending.current = false;
    if (failed !== null) return setFailure(failed);
    app.drafts.update((drafts) => (writtenTo(drafts, task.id) === text ? withWritten(drafts, task.id, '') : drafts));
    // A change that was sent back is done with; a message may be the first of several.
    if (way === 'comment') leave();
  };
  const edit = (message: Message | null): void => {
    setEditing(message?.id ?? null);
    if (message !== null) app.drafts.update((drafts) => withDraft(drafts, editName(message), message.text));
  };
  const editNewest = (): boolean => {
    const newest = messages?.findLast(({ state }) => state === 'queued');
    if (newest === undefined || text !== '') return false;
    edit(newest);
    return true;
  };
  const isWritable = way !== null || text !== '' || hasFocus;
  if (!isWritable && (messages ?? []).length === 0) return null;
  return (
    <section className="composer" aria-label={way === 'comment' ? 'Your verdict' : 'Write to the agent'}>
      <MessageQueue
        task={task}
        messages={messages ?? []}
        editing={editing}
        onEdit={edit}
        onEditorGone={editorGone}
        onRemoved={focus}
      />
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      {isWritable && way === null && (
        <p className="composer-ended quiet small" role="status">
          {endedWords(task, text)}
        </p>
      )}
      {drafts > 0 && (
        <p className="composer-drafts small">
          <span role="status">{count(drafts, 'comment')} to send</span>
          <span className="quiet">, together with what you write here</span>
        </p>
      )}
      {isWritable && (
        <div className="composer-row">
          <Growing
            field={field}
            label={
              way === 'comment'
                ? drafts > 0
                  ? 'About the whole change'
                  : `Comment on the change for ${task.agent}`
                : way === 'message'
                  ? `Write to ${task.agent}`
                  : 'What you wrote'
            }
            text={text}
            onText={(value) => app.drafts.update((drafts) => withWritten(drafts, task.id, value))}
            onSend={() => void send()}
            onUp={editNewest}
            onFocused={setHasFocus}
          />
          {way !== null && (
            <Button doing={doing} onClick={() => void send()}>
              {way === 'comment' ? 'Request changes' : 'Queue message'}{' '}
              {(text.trim() !== '' || (drafts > 0 && hasFocus)) && <Keys keys="mod+Enter" />}
              {text.trim() === '' && !(drafts > 0 && hasFocus) && task.requests.length === 0 && <Keys keys="r" />}
            </Button>
          )}
          {way === 'comment' && (
            <Button action="ask-review" onClick={() => openAskReview(app, task)}>
              Ask an agent
            </Button>
          )}
          {way === 'comment' && (
            <Button look="danger" doing={doing === null ? null : 'Discard'} onClick={() => void askDiscard(app, task)}>
              Discard
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

/**
 * Brings back what was written as a change to a message the agent got meanwhile, and puts the focus into the field when
 * the editor that had it went away. Gives back what says that one did.
 */
function useEditorFocus(options: {
  readonly task: number;
  readonly messages: readonly Message[] | null;
  readonly focus: () => void;
}): () => void {
  const { task, messages, focus } = options;
  const app = useApp();
  const drafts = useStore(app.drafts, (all) => all);
  const doing = useStore(app.doing, (all) => all);
  const isGone = useRef(false);
  useLayoutEffect(() => {
    if (!isGone.current) return;
    isGone.current = false;
    focus();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is written and what is being saved decide, too.
  useLayoutEffect(() => {
    if (messages !== null) bringEditsBack(app, task, messages);
  }, [app, task, messages, drafts, doing]);
  return () => {
    isGone.current = true;
  };
}

function isQueued(messages: readonly Message[], id: number): boolean {
  return messages.some((message) => message.id === id && message.state === 'queued');
}

/** What is written to an agent is in each state: a message, a comment on its change, or nothing it would get. */
function wayOf(state: TaskState): 'message' | 'comment' | null {
  switch (state) {
    case 'queued':
    case 'running':
    case 'waiting':
      return 'message';
    case 'review':
      return 'comment';
    default:
      return null;
  }
}

function endedWords({ state }: Task, text: string): string {
  if (text === '') return 'The task has ended.';
  if (state === 'done') return 'The task has ended. What you wrote is kept.';
  return 'The task has ended. What you wrote is kept; you can send it when you retry the task.';
}
