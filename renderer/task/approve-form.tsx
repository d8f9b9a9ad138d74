import { type ReactNode, useState } from 'react';
import { blockingChecks, failedOnTop, withFailedOnTop } from '../../core/contract/check';
import { type Comment, isDraft, isUndecided } from '../../core/contract/comment';
import type { Review } from '../../core/contract/review';
import { proposedMessage, type Strategy, strategies, takesMessage } from '../../core/contract/strategy';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { TaskNames } from '../parts/task-names';
import { useApp, useModel } from '../state/app';
import { useStands } from '../state/checks';
import { approveTask } from '../state/commands';
import { othersLeft } from '../state/contests';
import { type Failure, isOvertaken } from '../state/failure';
import type { TypedFile } from '../state/file-edits';
import { lookingWords, useRunning } from '../state/running';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { BaseNotes, isHeld } from './base-notes';
import { CommentsLeft } from './comments-left';
import { Conflicts } from './conflicts';
import { DiscardOthers } from './discard-others';
import { EndsWith } from './ends-with';
import { StackVerdict } from './stack-verdict';
import { TypedLeftNote, useTypedLeft } from './typed-left';
import { Unchecked } from './unchecked';
import { strategyWords } from './words';

/** How a change is merged, with which message, and what stands in the way. It sends the ids of the review it is given. */
export function ApproveForm(props: {
  readonly task: Task;
  readonly review: Review;
  readonly stale: boolean;
  readonly comments: readonly Comment[];
  readonly reload: () => void;
  /** Why it was not merged or could not be read again; kept outside of the form, to be read beside a newer review. */
  readonly failure: Failure | null;
  readonly setFailure: (failure: Failure | null) => void;
  readonly openedForConflicts: boolean;
  readonly close: () => void;
  /** Leads to where changes are asked for. */
  readonly goToComposer: () => void;
  readonly goToComment: (comment: Comment) => void;
  readonly goToFile: (file: TypedFile) => void;
}): ReactNode {
  const { task, review, comments, failure, setFailure } = props;
  const app = useApp();
  const [strategy, setStrategy] = useState<Strategy | null>(review.strategy);
  const [foot, setFoot] = useState<HTMLElement | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const message = typed ?? (strategy === null ? '' : proposedMessage(strategy, task, review.message));
  // What the person saw when they said that it stays; what comes later is not meant.
  const [left, setLeft] = useState<readonly number[] | null>(null);
  const [overtaken, setOvertaken] = useState(false);
  const open = [...comments.filter(isDraft), ...comments.filter(isUndecided)].map(({ id }) => id);
  const leaves = left !== null && open.every((id) => left.includes(id));
  const hasDrafts = open.length > 0 || failure?.code === 'COMMENTS_NOT_SENT';
  const forgets = hasDrafts && !leaves;
  const typedLeft = useTypedLeft([task.id]);
  const running = useRunning(task.id);
  const blocking = blockingChecks(withFailedOnTop(useStands(task), failedOnTop(review.checks)));
  const [overridden, setOverridden] = useState(false);
  const known = useModel((model) => model.tasks);
  const others = othersLeft(known, task);
  const [discards, setDiscards] = useState(true);
  const isUnchecked = blocking.length > 0 && !overridden;
  const leave = (next: boolean): void => {
    setLeft(next ? open : null);
    setOvertaken(false);
  };
  // Nobody agrees to an end that is not named yet.
  const looking = running === null ? lookingWords : null;
  const reading = props.stale ? 'Reading the change…' : looking;
  const cannot = strategy === null || reading !== null || isHeld(review) || forgets || isUnchecked || typedLeft.holds;
  const approve = async (): Promise<void> => {
    if (strategy === null || cannot) return;
    setFailure(null);
    const { base, mergeBase, head, tree } = review;
    const failed = await approveTask(
      app,
      task,
      {
        ...{ task: task.id, base, mergeBase, head, tree, strategy },
        ...(takesMessage(strategy) && { message }),
        ...(hasDrafts && leaves && { leaveComments: [...left] }),
        ...(blocking.length > 0 && { overrideChecks: true }),
        ...(others.length > 0 && discards && { discardOthers: true }),
      },
      review.commits.length,
    );
    if (failed === null) props.close();
    else {
      setFailure(failed);
      if (failed.code === 'COMMENTS_NOT_SENT') {
        setOvertaken(left !== null);
        setLeft(null);
      }
      // What moved is fetched again, so that the next approval is of what is then shown.
      if (isOvertaken(failed)) props.reload();
    }
  };
  return (
    <form
      className="verdict-form"
      onSubmit={(event) => {
        event.preventDefault();
        void approve();
      }}
    >
      <p>
        Merge {count(review.commits.length, 'commit')}, {count(review.files.length, 'file')} into{' '}
        <code>{cleanLine(task.base)}</code>
      </p>
      {/* In a low window the end of the form is not seen, and Enter merges all the same. */}
      <EndsWith running={running ?? []} />
      {review.held === null && (
        <TypedLeftNote typed={typedLeft} verb="Approve" show={props.goToFile} takesFocus={!hasDrafts} />
      )}
      {others.length > 0 && review.held === null && (
        <DiscardOthers others={others} discards={discards} onDiscards={setDiscards} />
      )}
      {review.held !== null && (
        <StackVerdict {...{ task, held: review.held, looking, foot }} close={props.close} show={props.goToFile} />
      )}
      {review.conflicts.length > 0 && (
        <Conflicts task={task} review={review} takesFocus={props.openedForConflicts} close={props.close} />
      )}
      <BaseNotes task={task} review={review} reload={props.reload} close={props.close} />
      {/* Changes that land in order are approved one by one where one of them is to land in spite of something. */}
      {review.held === null && (
        <Unchecked blocking={blocking} verb="Approve" overridden={overridden} override={setOverridden} />
      )}
      {review.strategies.length > 0 && review.held === null && (
        <fieldset className="strategies">
          <legend className="unseen">How to merge</legend>
          {strategies.map((name) => {
            const works = review.strategies.includes(name);
            const reason = review.notPossible.find((one) => one.strategy === name)?.reason ?? '';
            return (
              <label key={name} className={works ? 'strategy' : 'strategy strategy-off'}>
                <input
                  type="radio"
                  name="strategy"
                  checked={strategy === name}
                  disabled={!works}
                  onChange={() => setStrategy(name)}
                />
                <span>
                  {strategyWords[name].name}
                  <span className="choice-about">
                    {works ? strategyWords[name].about : `Not possible now. ${cleanLine(reason)}`}
                  </span>
                </span>
              </label>
            );
          })}
        </fieldset>
      )}
      {strategy !== null && review.held === null && takesMessage(strategy) && (
        <Growing label="Commit message" text={message} onText={setTyped} onSend={() => void approve()} rows={3} />
      )}
      <CommentsLeft
        task={task}
        comments={comments}
        files={review.files}
        holds={hasDrafts}
        leaves={leaves}
        overtaken={left !== null && !leaves}
        onLeaves={review.held === null ? leave : null}
        goToComposer={props.goToComposer}
        goToComment={props.goToComment}
      />
      <div className="verdict-end">
        {failure !== null && (failure.code !== 'COMMENTS_NOT_SENT' || overtaken) && (
          <Note
            kind="failed"
            actions={
              <Button
                onClick={(event) => {
                  // This button goes with its note; what it was pressed for is the merge.
                  event.currentTarget.form?.querySelector<HTMLElement>('[type="submit"]')?.focus();
                  setFailure(null);
                  props.reload();
                }}
              >
                Look again
              </Button>
            }
          >
            <TaskNames text={failure.message} leave={props.close} />
          </Note>
        )}
        <div ref={setFoot} className="verdict-foot">
          <Button onClick={props.close}>Close</Button>
          {review.conflicts.length === 0 && review.held === null && (
            <button
              type="submit"
              className="button button-primary"
              // biome-ignore lint/a11y/noAutofocus: the popover was opened to press this.
              autoFocus={!hasDrafts && blocking.length === 0 && typedLeft.files.length === 0}
              // Not disabled, or it would lose the focus while the change is read again.
              aria-disabled={cannot || undefined}
            >
              {reading ?? `Merge into ${cleanLine(task.base)}`} <Keys keys="Enter" />
            </button>
          )}
        </div>
      </div>
    </form>
  );
}
