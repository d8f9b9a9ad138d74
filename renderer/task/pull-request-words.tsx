import { type ReactNode, useState } from 'react';
import { type SeenPullRequest, wordsInOrder } from '../../core/contract/pull-request';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Note } from '../parts/note';
import { useApp, useDoing } from '../state/app';
import { withDraft } from '../state/drafts';
import type { Failure } from '../state/failure';
import { aboutPull, commentOnPull } from '../state/pull-request';
import { useStore } from '../state/store';
import { clean, cleanLine } from '../text/clean';
import { Ago } from '../text/time';

/** What is said of all of it, and a field to say more. */
export function PullWords({ task, seen }: { readonly task: Task; readonly seen: SeenPullRequest }): ReactNode {
  const app = useApp();
  const doing = useDoing(aboutPull(task));
  const draft = `pull:${task.id}`;
  const text = useStore(app.drafts, (drafts) => drafts[draft] ?? '');
  const [failure, setFailure] = useState<Failure | null>(null);
  const write = (words: string): void => app.drafts.update((drafts) => withDraft(drafts, draft, words));
  const send = async (): Promise<void> => {
    if (text.trim() === '' || doing !== null) return;
    const failed = await commentOnPull(app, task, text.trim());
    setFailure(failed);
    if (failed === null) write('');
  };
  const words = wordsInOrder(seen);
  return (
    <>
      {words.length > 0 && (
        <ul className="pull-list" aria-label="Reviews and comments">
          {words.map(({ id, author, verdict, text: said, at }) => (
            <li key={id}>
              {cleanLine(author)}
              {verdict !== null && `: ${verdict.replace('-', ' ')}`}{' '}
              <span className="quiet">
                <Ago at={at} />
              </span>
              {said !== '' && (
                <span className="choice-about selectable pull-words" dir="auto">
                  {clean(said)}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <Growing label="Comment on the pull request" text={text} onText={write} onSend={() => void send()} />
      {text.trim() !== '' && (
        <div className="pull-acts">
          <Button doing={doing} onClick={() => void send()}>
            Comment
          </Button>
        </div>
      )}
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
    </>
  );
}
