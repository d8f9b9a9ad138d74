import { type ReactNode, useState } from 'react';
import { type PullRequestThread, saidOfThread } from '../../core/contract/pull-request';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Note } from '../parts/note';
import { useApp, useDoing, useModel } from '../state/app';
import { withDraft } from '../state/drafts';
import type { Failure } from '../state/failure';
import { aboutPull, replyInThread, settleThread } from '../state/pull-request';
import { useStore } from '../state/store';
import { clean, cleanLine } from '../text/clean';
import { Ago } from '../text/time';
import { type Away, threadKey } from './annotations';
import { startOf } from './comment-card';
import { SendSaid } from './send-said';

interface Props {
  readonly task: number;
  readonly thread: PullRequestThread;
}

/** A thread of the task's pull request under its line of the diff. All words in it are somebody else's. */
export function ThreadCard({ task, thread, away }: Props & { readonly away: Away }): ReactNode {
  const app = useApp();
  const [isOpen, setOpen] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { resolved, outdated, comments } = thread;
  const [first] = comments;
  const isFolded = resolved && !isOpen;
  const name = `Thread on ${whereOf(thread)}: ${startOf(first?.text ?? '')}`;
  const doing = useDoing(aboutPull({ id: task }));
  const turn = async (): Promise<void> => {
    if (doing === null) setFailure(await settleThread(app, { id: task }, thread.id, !resolved));
  };
  return (
    <article
      className={`comment ${isFolded ? 'comment-folded' : ''}`}
      data-comment={threadKey(thread)}
      aria-label={name}
      tabIndex={-1}
      onKeyDown={(event) => {
        // A key that is held is one press: it settles a thread, and must not reopen it.
        if (event.target !== event.currentTarget || event.repeat || event.ctrlKey || event.metaKey || event.altKey)
          return;
        if (event.key !== 'Enter') return;
        void turn();
        event.preventDefault();
      }}
    >
      <header className="comment-head">
        <span className="comment-fate" title="Said on the pull request">
          {resolved ? 'settled' : outdated ? 'changed since' : 'pull request'}
        </span>
        <span className="quiet ellipsis">
          {isFolded ? startOf(first?.text ?? '') : `${cleanLine(first?.author ?? '')}`}
          {!isFolded && first !== undefined && (
            <>
              , <Ago at={first.at} />
            </>
          )}
          {away !== 'not' && ` · ${whereOf(thread)}`}
        </span>
        <span className="comment-acts">
          {resolved && (
            <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {isOpen ? 'Fold' : 'Show'}
            </button>
          )}
        </span>
      </header>
      {!isFolded && <ThreadWords task={task} thread={thread} />}
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
    </article>
  );
}

/** What was said in a thread, and what can be done with it: answered, settled, and sent to the agent. */
export function ThreadWords({ task, thread }: Props): ReactNode {
  const app = useApp();
  const known = useModel((model) => model.tasks.get(task));
  const doing = useDoing(aboutPull({ id: task }));
  const draft = `thread:${task}:${thread.id}`;
  const text = useStore(app.drafts, (drafts) => drafts[draft] ?? '');
  const [failure, setFailure] = useState<Failure | null>(null);
  const write = (words: string): void => app.drafts.update((drafts) => withDraft(drafts, draft, words));
  const act = async (work: Promise<Failure | null>): Promise<boolean> => {
    const failed = await work;
    setFailure(failed);
    return failed === null;
  };
  const reply = async (): Promise<void> => {
    if (text.trim() === '' || doing !== null) return;
    if (await act(replyInThread(app, { id: task }, thread.id, text.trim()))) write('');
  };
  return (
    <>
      {thread.comments.map(({ author, text: words, at }) => (
        <p key={`${author} ${at} ${words}`} className="selectable pull-words" dir="auto">
          <strong>{cleanLine(author)}</strong> {clean(words)}
        </p>
      ))}
      {!thread.resolved && (
        <Growing label={`Reply on ${whereOf(thread)}`} text={text} onText={write} onSend={() => void reply()} />
      )}
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      <div className="comment-foot">
        {text.trim() !== '' && (
          <Button doing={doing} onClick={() => void reply()}>
            Reply
          </Button>
        )}
        <Button doing={doing} onClick={() => void act(settleThread(app, { id: task }, thread.id, !thread.resolved))}>
          {thread.resolved ? 'Reopen' : 'Resolve'}
        </Button>
        {known?.state === 'review' && !thread.resolved && (
          <SendSaid task={known} said={saidOfThread(thread)} doing={doing} act={act} />
        )}
      </div>
    </>
  );
}

/** Where a thread is on the pull request, as `path:line`. */
export function whereOf({ path, line }: PullRequestThread): string {
  return `${cleanLine(path)}${line === null ? '' : `:${line}`}`;
}
