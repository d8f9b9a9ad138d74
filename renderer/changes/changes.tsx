import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import type { Comment } from '../../core/contract/comment';
import type { ReviewedChange } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Explained, Failed } from '../parts/empty';
import { Note } from '../parts/note';
import { useApp, useView } from '../state/app';
import type { Failure } from '../state/failure';
import { useThreads } from '../state/pull-request';
import type { Resource } from '../state/resource';
import { NewBase } from '../task/new-base';
import { isReworked } from '../task/review';
import { cleanLine } from '../text/clean';
import { AgentReviews } from './agent-reviews';
import { CommentsAbove } from './annotation-view';
import type { Comments } from './commenting';
import { type Early, EarlyWords, OnItsWay, useEarly } from './early';
import { KeptTyped } from './kept-typed';
import { PartChoice, partWords, useTurns } from './part';
import { PartChanges } from './part-changes';

const ReviewChanges = lazy(async () => ({ default: (await import('./review-changes')).ReviewChanges }));

interface Props {
  readonly task: Task;
  readonly review: Resource<ReviewedChange>;
  readonly comments: Resource<Comment[]>;
}

/** A task's change: its files and its diff, or why there is none to see. */
export function Changes(props: Props): ReactNode {
  const early = useEarly();
  return (
    <div className="changes-column">
      <ChangesNow {...props} early={early} />
      {/* The same field whatever becomes of the diff: who writes in it keeps the focus. */}
      <EarlyWords task={props.task.id} early={early} />
    </div>
  );
}

function ChangesNow(props: Props & { readonly early: Early }): ReactNode {
  const { task, review, comments } = props;
  const canWrite = task.state === 'review';
  const early = canWrite ? props.early : null;
  useNoEditor(task.id, !canWrite);
  const threads = useThreads(task, review.value?.head);
  const given = useMemo(() => ({ all: comments.value ?? [], threads, canWrite }), [comments.value, threads, canWrite]);
  const part = useView((view) => (view.part?.task === task.id ? view.part.of : null));
  const points = useTurns(task.id, task.updatedAt);
  // It stays the same element whatever of the change is shown under it: who has the focus there keeps it.
  const [bar, setBar] = useState<HTMLElement | null>(null);
  if (part !== null || review.value !== null) {
    const known = { commits: review.value?.commits ?? [], points };
    return (
      <div className="changes">
        <div className="changes-bar">
          <PartChoice {...{ task: task.id, part, review: review.value, points }} />
          <div ref={setBar} className="changes-bar-rest" />
        </div>
        {!canWrite && <KeptTyped task={task.id} />}
        <AgentReviews task={task} comments={comments.value} />
        {part === null ? (
          <WholeChanges {...{ task, review, comments, given, bar, early }} />
        ) : (
          <PartChanges
            {...{ task: task.id, part, head: review.value?.head ?? null, words: partWords(part, known), bar }}
          />
        )}
      </div>
    );
  }
  if (review.failure === null && review.loading) return <OnItsWay early={early} />;
  const isBroken = review.failure !== null && !isExpected(review.failure);
  return (
    <div className="changes-diff changes-none">
      {/* Where there is no diff there is no editor that has what was typed, whatever state the task is in. */}
      <KeptTyped task={task.id} />
      {isBroken ? (
        <Failed failure={review.failure} again={review.reload} />
      ) : (
        <NoChange task={task} reason={review.failure} again={review.reload} />
      )}
      {/* The agent is at work on them; where their lines are is known again when it is finished. */}
      {!isBroken && given.all.length > 0 && (
        <CommentsAbove
          annotations={given.all.map((comment) => ({ about: { kind: 'comment', comment }, away: 'above' }))}
          goOn={null}
          leave={() => {}}
        />
      )}
    </div>
  );
}

/** Forgets that somebody was sent to the editor of a file where there is none: it would open whenever there is one again. */
function useNoEditor(task: number, isNone: boolean): void {
  const app = useApp();
  const isSent = useView((view) => view.edit?.task === task);
  useEffect(() => {
    if (isNone && isSent) app.view.update((view) => (view.edit?.task === task ? { ...view, edit: null } : view));
  }, [app, task, isNone, isSent]);
}

function WholeChanges(props: {
  readonly task: Task;
  readonly review: Resource<ReviewedChange>;
  readonly comments: Resource<Comment[]>;
  /** The comments as far as they are known, and whether more can be made. */
  readonly given: Comments;
  readonly bar: HTMLElement | null;
  readonly early: Early | null;
}): ReactNode {
  const { task, review, comments, given, bar, early } = props;
  if (review.value === null) return null;
  const reworked = isReworked(task) ? reworkedWords(task, review.value) : null;
  return (
    <Suspense fallback={<OnItsWay early={early} />}>
      <ReviewChanges
        key={review.value.task}
        review={review.value}
        comments={given}
        hasAllComments={comments.value !== null && !comments.loading}
        edit={review.value.edit}
        bar={bar}
        early={early}
        reload={review.reload}
        notice={
          <>
            {reworked !== null && (
              <Note kind="info">
                <span role="status">{reworked}</span>
              </Note>
            )}
            {comments.failure !== null && (
              <Note kind="failed" actions={<Button onClick={comments.reload}>Try again</Button>}>
                The comments on this change could not be read. {cleanLine(comments.failure.message)}
              </Note>
            )}
          </>
        }
      />
    </Suspense>
  );
}

/** What is shown while an agent is at work on the change, or is about to be, and what comes in its place. */
function reworkedWords(
  { state, takeover }: Pick<Task, 'state' | 'takeover'>,
  { head, lastSeen }: Pick<ReviewedChange, 'head' | 'lastSeen'>,
): string {
  const shown =
    head === lastSeen ? 'This is the change as you sent it back' : 'This is the change as it was committed last';
  const then = 'the new one takes its place when the agent is finished.';
  if (takeover?.state === 'driving')
    return `You drive the agent. ${shown}; what you make together takes its place in review.`;
  if (state === 'queued') return `Waiting to be reworked. ${shown}; ${then}`;
  return `Being reworked. ${shown}; ${then}`;
}

/** Answers of the core that say how things stand, not that something broke. */
function isExpected(failure: Failure): boolean {
  return ['WRONG_STATE', 'NOT_FOUND', 'NO_SUCH_BRANCH', 'NO_COMMITS'].includes(failure.code);
}

function NoChange(props: {
  readonly task: Task;
  readonly reason: Failure | null;
  readonly again: () => void;
}): ReactNode {
  const { task, reason } = props;
  if (reason !== null) {
    return (
      <Explained
        title="No change to show"
        actions={
          <>
            {reason.code === 'NO_SUCH_BRANCH' && <NewBase task={task} />}
            <Button onClick={props.again}>Look again</Button>
          </>
        }
      >
        {cleanLine(reason.message)}
      </Explained>
    );
  }
  const { title, text } = wordsFor(task);
  return <Explained title={title}>{text}</Explained>;
}

function wordsFor(task: Task): { readonly title: string; readonly text: string } {
  switch (task.state) {
    case 'queued':
      return {
        title: 'No change yet',
        text: 'The task has not started. Its diff appears here when the agent is finished.',
      };
    case 'running':
    case 'waiting':
    case 'review':
      return {
        title: 'No change yet',
        text: 'The diff appears here when the agent is finished and its work is committed. Until then, watch it in the conversation.',
      };
    case 'failed':
    case 'cancelled':
      return {
        title: 'No change',
        text: `The task ${task.state === 'failed' ? 'failed' : 'was cancelled'} before a change was committed. Retry it to have the agent go on.`,
      };
    case 'done':
      if (task.reviews !== null)
        return {
          title: 'No change',
          text: `It reviewed the change of task ${task.reviews}, and its comments are there. What it said is in the conversation.`,
        };
      return task.outcome === 'answered'
        ? {
            title: 'No change',
            text: 'The agent answered without changing a file. Its answer is in the conversation.',
          }
        : { title: 'No change', text: 'Nothing had been committed when the task ended.' };
  }
}
