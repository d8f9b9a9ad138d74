import type { ReactNode } from 'react';
import type { Comment } from '../../core/contract/comment';
import { agentWords } from '../../core/contract/contest';
import { memoryHoldWords } from '../../core/contract/process';
import type { Review } from '../../core/contract/review';
import { isDrivenNow } from '../../core/contract/takeover';
import { type Task, waitsSince } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Glyph, lookOf, lookWord } from '../parts/glyph';
import { TaskNames } from '../parts/task-names';
import { ListButton } from '../shell/list-button';
import { useApp, useDoing, useModel } from '../state/app';
import { goToRequest } from '../state/asked';
import { openTask } from '../state/commands';
import { openContest, placeIn } from '../state/contests';
import { nameOfPath } from '../state/places';
import type { Resource } from '../state/resource';
import { resumeTask, retryTask } from '../state/task-moves';
import { ChangeSize } from '../tasks/row';
import { canResume } from '../tasks/waits';
import { Driving } from '../terminal/driving';
import { usageInWords } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago, Until, useNow } from '../text/time';
import { Approve } from './approve';
import { CheckHold } from './check-hold';
import { TaskMenu } from './menu';
import { PullRequestButton } from './pull-request';
import { Stack } from './stack';
import { Waits } from './waits';

const none: readonly Comment[] = [];

/** What the task is and in which state. */
export function TaskHeader(props: {
  readonly task: Task;
  /** What can be done with it here; elsewhere on the page where there is no room for it. */
  readonly children: ReactNode;
}): ReactNode {
  const { task } = props;
  const app = useApp();
  const look = lookOf(task, Date.now());
  const doing = useDoing(`task:${task.id}`);
  return (
    <header className="head">
      <div className="head-top">
        <ListButton />
        <h1 className="head-title ellipsis" dir="auto" title={`#${task.id} ${cleanLine(task.title)}`}>
          {cleanLine(task.title)}
        </h1>
        <span className={`head-state state-${look}`}>
          <Glyph look={look} />
          <span>{doing ?? (isDrivenNow(task) ? 'You drive it' : lookWord(task, Date.now()))}</span>
          <span className="quiet">
            {look === 'parked' && task.runAfter !== null ? (
              <Until at={task.runAfter} />
            ) : (
              <Ago at={task.takeover?.beganAt ?? waitsSince(task)} />
            )}
          </span>
        </span>
        {props.children}
        <TaskMenu task={task} />
      </div>
      <p className="head-facts quiet">
        <span className="tabular selectable">#{task.id}</span>
        <span className="ellipsis" title={cleanLine(task.repository)}>
          {cleanLine(nameOfPath(task.repository))}
        </span>
        <span
          className="ellipsis head-branch"
          title={`${cleanLine(task.base)} ← ${cleanLine(task.branch ?? 'no branch yet')}`}
        >
          <code>{cleanLine(task.base)}</code> ← <code>{cleanLine(task.branch ?? 'no branch yet')}</code>
        </span>
        <span>{cleanLine(agentWords(task))}</span>
        {task.contest !== null && (
          <button type="button" className="link" onClick={() => task.contest && openContest(app, task.contest)}>
            {placeIn(task)} in a contest{task.contest.picked === task.id && ', picked'}
          </button>
        )}
        {task.reviews !== null && (
          <button type="button" className="link" onClick={() => openTask(app, task.reviews ?? 0, 'changes')}>
            reviews task {task.reviews}
          </button>
        )}
        {task.change !== null && <ChangeSize additions={task.change.additions} deletions={task.change.deletions} />}
        {task.session !== null && <span className="tabular">{usageInWords(task.usage, isAtWork(task))}</span>}
        {task.attempt > 1 && (
          <span className="tabular">
            attempt {task.attempt} of {task.maxAttempts}
          </span>
        )}
      </p>
      {task.state === 'failed' && task.error !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long one is scrolled, also by keyboard.
        <p className="head-error selectable" role="alert" tabIndex={0}>
          {cleanLine(task.error)}
        </p>
      )}
      <CheckHold task={task} />
      <Waits task={task} />
      <Stack task={task} />
      <Driving task={task} />
      {task.state === 'queued' && task.blockedBy.length === 0 && task.queuedReason === null && <Held />}
      {task.state === 'queued' && task.blockedBy.length === 0 && task.queuedReason !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: as above.
        <p className="head-why selectable" tabIndex={0}>
          <TaskNames text={task.queuedReason} />
        </p>
      )}
    </header>
  );
}

/** The one action that follows from a task's state, beside what leads to its pull request. */
export function TaskActs(props: {
  readonly task: Task;
  readonly review: Resource<Review>;
  /** The comments on its change; null while it is not known. */
  readonly comments: readonly Comment[] | null;
  /** Whether its conversation, and so what it asks, is on screen. */
  readonly isHeard: boolean;
}): ReactNode {
  const { task, review, isHeard } = props;
  const doing = useDoing(`task:${task.id}`);
  return (
    <>
      <PullRequestButton task={task} review={review} />
      <PrimaryAction {...{ task, review, isHeard, doing }} comments={props.comments ?? none} />
    </>
  );
}

/** Its agent works, waits or will: what that costs is told at the end of a turn. */
function isAtWork({ state }: Task): boolean {
  return state === 'queued' || state === 'running' || state === 'waiting';
}

function PrimaryAction(props: {
  readonly task: Task;
  readonly review: Resource<Review>;
  readonly comments: readonly Comment[];
  readonly isHeard: boolean;
  readonly doing: string | null;
}): ReactNode {
  const { task, review, comments, isHeard, doing } = props;
  const app = useApp();
  const canRetry = task.state === 'failed' || task.state === 'cancelled';
  const resumes = canResume(task, useNow());
  const asks = task.state === 'waiting' && task.requests.length > 0;
  const toRequest = (): void => goToRequest(app, { task: task.id, takesFocus: true });
  useActions({
    // Where what it asks cannot be read, the key that allows only leads to it.
    allow: () => {
      if (!asks || isHeard) return false;
      toRequest();
      return true;
    },
    'resume-task': () => {
      if (!resumes) return false;
      void resumeTask(app, task);
      return true;
    },
    'retry-task': () => {
      if (!canRetry) return false;
      void retryTask(app, task);
      return true;
    },
  });
  if (task.state === 'review') return <Approve task={task} review={review} comments={comments} doing={doing} />;
  if (canRetry) {
    return (
      <Button look="primary" action="retry-task" doing={doing} onClick={() => void retryTask(app, task)}>
        Retry
      </Button>
    );
  }
  if (resumes) {
    return (
      <Button action="resume-task" doing={doing} onClick={() => void resumeTask(app, task)}>
        Resume now
      </Button>
    );
  }
  if (asks) {
    return (
      <Button look="primary" {...(!isHeard && { action: 'allow' })} onClick={toRequest}>
        Answer
      </Button>
    );
  }
  return null;
}

/** Why a task whose turn it is does not start, when something keeps it. */
function Held(): ReactNode {
  const held = useModel((model) => model.held);
  return held === null ? null : <p className="head-why selectable">{memoryHoldWords(held)}</p>;
}
