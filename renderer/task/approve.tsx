import { Popover } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { type Review, type Strategy, strategies } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { useFocusBack } from '../parts/focus-back';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { useApp } from '../state/app';
import { showWhole } from '../state/checkpoints';
import { approveTask } from '../state/commands';
import type { Failure } from '../state/failure';
import type { Resource } from '../state/resource';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Conflicts } from './conflicts';

const strategyWords: Readonly<Record<Strategy, { readonly name: string; readonly about: string }>> = {
  ff: { name: 'Fast-forward', about: 'The base moves to the task’s last commit.' },
  merge: { name: 'Merge commit', about: 'Both lines of work stay, joined by one commit.' },
  squash: { name: 'Squash', about: 'The whole change becomes one commit on the base.' },
  rebase: { name: 'Rebase', about: 'Its commits are made again on top of the base, one by one.' },
};

/** Whether it makes a commit of its own, whose message is the person's to write. */
const takesMessage = (strategy: Strategy): boolean => strategy === 'merge' || strategy === 'squash';

interface Props {
  readonly task: Task;
  readonly review: Resource<Review>;
  readonly doing: string | null;
}

/** The verdict that merges: how, with which message, and what stands in the way. It sends the ids of the review shown. */
export function Approve({ task, review, doing }: Props): ReactNode {
  const app = useApp();
  const [open, setOpen] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const focus = useFocusBack(false);
  const turn = (next: boolean): void => {
    setOpen(next);
    // What is merged is the whole change, so that is what has to be seen.
    if (next) showWhole(app);
    else setFailure(null);
  };
  useActions({
    allow: () => {
      focus.remember();
      turn(true);
    },
  });
  return (
    <Popover.Root open={open} onOpenChange={turn}>
      <Popover.Trigger asChild>
        <Button look="primary" action="allow" doing={doing} onPointerDownCapture={focus.remember}>
          Approve
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu verdict"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Approve this change"
          onCloseAutoFocus={focus.giveBack}
          // A key held down after it opened this must not also merge.
          onKeyDown={(event) => event.repeat && event.key === 'Enter' && event.preventDefault()}
          role="dialog"
        >
          {review.value === null ? (
            <Unread review={review} />
          ) : (
            <Verdict
              key={`${review.value.base} ${review.value.head}`}
              task={task}
              review={review.value}
              stale={review.loading}
              reload={review.reload}
              failure={failure ?? review.failure}
              setFailure={setFailure}
              close={() => setOpen(false)}
            />
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The change is not read yet, or could not be: why, and how to try again once that was seen to. */
function Unread({ review }: { readonly review: Resource<Review> }): ReactNode {
  if (review.failure === null) return <p className="quiet">Reading the change…</p>;
  return (
    <Note kind="failed" actions={<Button onClick={review.reload}>Look again</Button>}>
      {cleanLine(review.failure.message)}
    </Note>
  );
}

function Verdict(props: {
  readonly task: Task;
  readonly review: Review;
  readonly stale: boolean;
  readonly reload: () => void;
  /** Why it was not merged or could not be read again; kept outside of the form, to be read beside a newer review. */
  readonly failure: Failure | null;
  readonly setFailure: (failure: Failure | null) => void;
  readonly close: () => void;
}): ReactNode {
  const { task, review, failure, setFailure } = props;
  const app = useApp();
  const [strategy, setStrategy] = useState<Strategy | null>(review.strategy);
  const [message, setMessage] = useState(review.message);
  const inTheWay = review.checkout?.inTheWay ?? [];
  const approve = async (): Promise<void> => {
    if (strategy === null || props.stale) return;
    setFailure(null);
    const { base, head, tree } = review;
    const failed = await approveTask(
      app,
      task,
      { task: task.id, base, head, tree, strategy, ...(takesMessage(strategy) && { message }) },
      review.commits.length,
    );
    if (failed === null) props.close();
    else {
      setFailure(failed);
      // What moved is fetched again, so that the next approval is of what is then shown.
      if (
        failed.code === 'MOVED' ||
        failed.code === 'CONFLICT' ||
        failed.code === 'NOT_FAST_FORWARD' ||
        failed.code === 'CHECKOUT_IN_THE_WAY'
      )
        props.reload();
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
      {review.conflicts.length > 0 && <Conflicts task={task} review={review} close={props.close} />}
      {inTheWay.length > 0 && (
        <Note kind="warning" actions={<Button onClick={props.reload}>Check again</Button>}>
          Your checkout at {cleanLine(review.checkout?.path ?? '')} has edits in{' '}
          {inTheWay.slice(0, 5).map(cleanLine).join(', ')}
          {inTheWay.length > 5 && ` and ${inTheWay.length - 5} more`}, which this change touches too. Commit or move
          them first.
        </Note>
      )}
      {review.strategies.length > 0 && (
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
      {strategy !== null && takesMessage(strategy) && (
        <Growing label="Commit message" text={message} onText={setMessage} onSend={() => void approve()} rows={3} />
      )}
      {failure !== null && (
        <Note
          kind="failed"
          actions={
            <Button
              onClick={() => {
                setFailure(null);
                props.reload();
              }}
            >
              Look again
            </Button>
          }
        >
          {cleanLine(failure.message)}
        </Note>
      )}
      <div className="verdict-foot">
        <Button onClick={props.close}>Close</Button>
        {review.conflicts.length === 0 && (
          <button
            type="submit"
            className="button button-primary"
            // biome-ignore lint/a11y/noAutofocus: the popover was opened to press this.
            autoFocus
            disabled={strategy === null || props.stale || inTheWay.length > 0}
          >
            {props.stale ? 'Reading the change…' : `Merge into ${cleanLine(task.base)}`} <Keys keys="Enter" />
          </button>
        )}
      </div>
    </form>
  );
}
