import { type ReactNode, useEffect, useRef, useState } from 'react';
import { blockingChecks } from '../../core/contract/check';
import type { PullRequest, SeenPullRequest } from '../../core/contract/pull-request';
import type { Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { ThreadWords, whereOf } from '../changes/thread-card';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { useFocusBack } from '../parts/focus-back';
import { Note } from '../parts/note';
import { useApp, useDoing, useModel } from '../state/app';
import { useStands } from '../state/checks';
import type { Failure } from '../state/failure';
import { showWhole } from '../state/part';
import { aboutPull, pushMore, useFollowed, usePullRequest, useRemotes } from '../state/pull-request';
import type { Resource } from '../state/resource';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Publish } from './publish';
import { PullFoot } from './pull-request-foot';
import { PullWords } from './pull-request-words';
import { PushUnderWay } from './push-progress';
import { Unchecked } from './unchecked';
import { VerdictPopover } from './verdict-popover';

/** The pull request of a task: opening one, and what became of it. */
export function PullRequestButton(props: { readonly task: Task; readonly review: Resource<Review> }): ReactNode {
  const { task, review } = props;
  const app = useApp();
  const pull = usePullRequest(task);
  const [open, setOpen] = useState(false);
  const focus = useFocusBack(false);
  const remotes = useRemotes(task, task.state === 'review' && !pull.loading && pull.value === null);
  const pushing = useModel((model) => model.pushes.get(task.id) ?? null);
  const nowhere = remotes.value?.remotes.length === 0;
  const shows = task.state === 'review' || (pull.value ?? null) !== null;
  const turn = (next: boolean): void => {
    setOpen(next);
    // What is pushed is the whole change, so that is what has to be seen.
    if (next && task.state === 'review') showWhole(app);
    if (next && nowhere) remotes.reload();
  };
  useActions({
    'pull-request': () => {
      if (!shows) return false;
      focus.remember();
      turn(true);
      return true;
    },
  });
  if (!shows) return null;
  return (
    <VerdictPopover
      label="Pull request of this change"
      action="pull-request"
      words={
        pushing !== null
          ? `Pushing ${pushing.percent ?? 0} %`
          : pull.value?.seen
            ? `#${pull.value.seen.number} ${stateWord(pull.value.seen)}`
            : 'Pull request'
      }
      idle={nowhere ? 'This repository has no remote to push to' : null}
      {...{ open, onOpen: turn, focus }}
    >
      {pull.value !== null ? (
        <Panel task={task} pull={pull.value} review={review} />
      ) : review.value === null ? (
        <p className="quiet">Reading the change…</p>
      ) : (
        <Publish key={review.value.head} task={task} review={review.value} close={() => setOpen(false)} />
      )}
    </VerdictPopover>
  );
}

function stateWord({ state, draft }: SeenPullRequest): string {
  return state === 'open' && draft ? 'draft' : state;
}

/** What the forge tells of it, and what can be done. All words in it are somebody else's. */
function Panel(props: {
  readonly task: Task;
  readonly pull: PullRequest;
  readonly review: Resource<Review>;
}): ReactNode {
  const { task, pull } = props;
  const app = useApp();
  const [failure, setFailure] = useState<Failure | null>(null);
  const doing = useDoing(aboutPull(task));
  useFollowed(task, setFailure);
  const top = useRef<HTMLDivElement>(null);
  // The form it took the place of may have been scrolled.
  useEffect(() => top.current?.closest('.verdict')?.scrollTo({ top: 0 }), []);
  const { seen } = pull;
  const act = async (work: Promise<Failure | null>): Promise<Failure | null> => {
    const failed = await work;
    // That is said where it can be overridden.
    setFailure(failed?.code === 'CHECKS_NOT_PASSED' ? null : failed);
    return failed;
  };
  if (seen === null)
    return <p className="quiet">Nothing is known of it yet.{failure !== null && ` ${cleanLine(failure.message)}`}</p>;
  const head = props.review.value?.head;
  const isBehind = task.state === 'review' && head !== undefined && head !== pull.pushed;
  return (
    <div className="verdict-form" ref={top}>
      <p className="selectable">
        <strong dir="auto">{cleanLine(seen.title)}</strong>
        <span className="choice-about">
          #{seen.number} {stateWord(seen)}, into <code>{cleanLine(seen.base)}</code> of {cleanLine(pull.repository)}
        </span>
        <button type="button" className="link pull-url" onClick={() => app.bridge.openLink(seen.url)}>
          {cleanLine(seen.url)}
        </button>
      </p>
      {pull.notices.map((notice) => (
        <Note key={notice} kind="warning">
          {cleanLine(notice)}
        </Note>
      ))}
      {seen.state === 'open' && seen.mergeable === false && <Note kind="warning">It conflicts with its base.</Note>}
      <PushUnderWay task={task} />
      {isBehind && <PushMore task={task} pull={pull} review={props.review} setFailure={setFailure} />}
      <ForgeChecks checks={seen.checks} />
      <PullWords task={task} seen={seen} />
      {seen.threads.map((thread) => (
        <Thread key={thread.id} task={task} thread={thread} />
      ))}
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      {task.state === 'review' && <PullFoot key={seen.head} {...{ task, pull, seen, head, doing, act }} />}
    </div>
  );
}

const checksShown = 8;

/** What the forge's checks came to: those that failed or run by name, the others counted. */
function ForgeChecks({ checks }: { readonly checks: SeenPullRequest['checks'] }): ReactNode {
  if (checks.length === 0) return null;
  const told = checks
    .filter(({ state }) => state === 'failed' || state === 'running')
    .sort((one, other) => one.state.localeCompare(other.state));
  const rest = checks.length - Math.min(told.length, checksShown);
  const passed = checks.filter(({ state }) => state === 'passed').length;
  return (
    <ul className="pull-list" aria-label="Checks on the forge">
      {told.slice(0, checksShown).map(({ name, state }) => (
        <li key={name}>
          <span className={state === 'failed' ? 'pull-failed' : undefined}>{state}</span>{' '}
          <span className="quiet">{cleanLine(name)}</span>
        </li>
      ))}
      {rest > 0 && (
        <li className="quiet">
          {count(rest, told.length === 0 ? 'check' : 'other check')}, {passed} passed
        </li>
      )}
    </ul>
  );
}

/** What was changed since it was pushed, and the way to bring it there. */
function PushMore(props: {
  readonly task: Task;
  readonly pull: PullRequest;
  readonly review: Resource<Review>;
  readonly setFailure: (failure: Failure | null) => void;
}): ReactNode {
  const { task, pull, review, setFailure } = props;
  const app = useApp();
  const doing = useDoing(aboutPull(task));
  const stands = useStands(task);
  // Of a draft nobody is asked to take anything yet.
  const blocking = pull.seen?.draft === true ? [] : blockingChecks(stands);
  const [overridden, setOverridden] = useState(false);
  const isHeld = blocking.length > 0 && !overridden;
  const push = async (): Promise<void> => {
    if (review.value === null || pull.seen === null || isHeld) return;
    const { head, tree } = review.value;
    const overrides = blocking.length > 0 && { overrideChecks: true };
    setFailure(await pushMore(app, task, { head, tree, url: pull.url, title: pull.seen.title, ...overrides }));
  };
  return (
    <>
      <Note
        kind="info"
        actions={
          <Button doing={doing} disabled={isHeld} onClick={() => void push()}>
            Push it
          </Button>
        }
      >
        The change is another than what was pushed for it.
      </Note>
      <Unchecked blocking={blocking} verb="Push" overridden={overridden} override={setOverridden} />
    </>
  );
}

function Thread({
  task,
  thread,
}: {
  readonly task: Task;
  readonly thread: SeenPullRequest['threads'][number];
}): ReactNode {
  const where = whereOf(thread);
  return (
    <section className="pull-thread" aria-label={`Thread on ${where}`}>
      <p>
        <code>{where}</code>{' '}
        <span className="quiet">
          {thread.resolved && 'settled'} {thread.outdated && 'changed since'}
        </span>
      </p>
      <ThreadWords task={task.id} thread={thread} />
    </section>
  );
}
