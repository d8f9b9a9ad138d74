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
import { useStore } from '../state/store';
import { cleanLine } from '../text/clean';

/** Where a comment on a change is written. It goes back to the same agent session as its next message. */
export function Composer({ task }: { readonly task: Task }): ReactNode {
  if (task.state !== 'review') return null;
  return <ReviewComposer task={task} />;
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
  const send = async (): Promise<void> => {
    if (text.trim() === '') return field.current?.focus();
    setFailure(null);
    const failed = await rejectTask(app, task, text);
    if (failed === null) app.drafts.update((drafts) => withDraft(drafts, name, ''));
    else setFailure(failed);
  };
  return (
    <section className="composer" aria-label="Your verdict">
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
