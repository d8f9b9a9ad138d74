import { type ReactNode, useRef, useState } from 'react';
import { blockingChecks } from '../../core/contract/check';
import { notSentWords } from '../../core/contract/comment';
import type { Review } from '../../core/contract/review';
import { type Strategy, strategies } from '../../core/contract/strategy';
import type { Task } from '../../core/contract/task';
import { act, useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { useFocusBack } from '../parts/focus-back';
import { Growing } from '../parts/growing';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { useApp, useModel } from '../state/app';
import { useStands } from '../state/checks';
import { approveTask } from '../state/commands';
import { othersLeft } from '../state/contests';
import type { Failure } from '../state/failure';
import { filesBegun } from '../state/file-edits';
import { showWhole } from '../state/part';
import type { Resource } from '../state/resource';
import { useStore } from '../state/store';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { BaseNotes, isHeld } from './base-notes';
import { Conflicts } from './conflicts';
import { DiscardOthers } from './discard-others';
import { StackVerdict } from './stack-verdict';
import { Unchecked } from './unchecked';
import { VerdictPopover } from './verdict-popover';
import { strategyWords } from './words';

/** Whether it makes a commit of its own, whose message is the person's to write. */
const takesMessage = (strategy: Strategy): boolean => strategy === 'merge' || strategy === 'squash';

interface Props {
  readonly task: Task;
  readonly review: Resource<Review>;
  /** The comments on it the agent was not given. */
  readonly drafts: readonly number[];
  /** Those of agents' comments on it the person has not decided on. */
  readonly undecided: readonly number[];
  readonly doing: string | null;
}

/** The verdict that merges: how, with which message, and what stands in the way. It sends the ids of the review shown. */
export function Approve({ task, review, drafts, undecided, doing }: Props): ReactNode {
  const app = useApp();
  const [open, setOpen] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const focus = useFocusBack(false);
  /** The form was left for the one that asks for changes. */
  const leads = useRef(false);
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
    <VerdictPopover
      label="Approve this change"
      action="allow"
      words="Approve"
      look="primary"
      {...{ doing, open, onOpen: turn, focus }}
      leave={(event) => {
        if (!leads.current) return false;
        leads.current = false;
        event.preventDefault();
        act('reply');
        return true;
      }}
    >
      {review.value === null ? (
        <Unread review={review} />
      ) : (
        <Verdict
          key={`${review.value.base} ${review.value.head}`}
          task={task}
          review={review.value}
          stale={review.loading}
          drafts={drafts}
          undecided={undecided}
          reload={review.reload}
          failure={failure ?? review.failure}
          setFailure={setFailure}
          close={() => setOpen(false)}
          goToComposer={() => {
            leads.current = true;
            app.view.update((view) =>
              view.tab === 'info' || view.tab === 'terminal' ? { ...view, tab: 'changes' } : view,
            );
            turn(false);
          }}
        />
      )}
    </VerdictPopover>
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
  readonly drafts: readonly number[];
  readonly undecided: readonly number[];
  readonly reload: () => void;
  /** Why it was not merged or could not be read again; kept outside of the form, to be read beside a newer review. */
  readonly failure: Failure | null;
  readonly setFailure: (failure: Failure | null) => void;
  readonly close: () => void;
  /** Leads to where changes are asked for. */
  readonly goToComposer: () => void;
}): ReactNode {
  const { task, review, failure, setFailure } = props;
  const app = useApp();
  const [strategy, setStrategy] = useState<Strategy | null>(review.strategy);
  const [message, setMessage] = useState(review.message);
  // What the person saw when they said that it stays; what comes later is not meant.
  const [left, setLeft] = useState<readonly number[] | null>(null);
  const [overtaken, setOvertaken] = useState(false);
  const open = [...props.drafts, ...props.undecided];
  const leaves = left !== null && open.every((id) => left.includes(id));
  // What nobody decided on is decided on in the change itself; only what is the person's can be sent.
  const onlyAgents = props.drafts.length === 0 && props.undecided.length > 0;
  const hasDrafts = open.length > 0 || failure?.code === 'COMMENTS_NOT_SENT';
  const forgets = hasDrafts && !leaves;
  const unsaved = useStore(app.drafts, (drafts) => filesBegun(drafts, task.id).length);
  const blocking = blockingChecks(useStands(task));
  const [overridden, setOverridden] = useState(false);
  const known = useModel((model) => model.tasks);
  const others = othersLeft(known, task);
  const [discards, setDiscards] = useState(true);
  const isUnchecked = blocking.length > 0 && !overridden;
  const approve = async (): Promise<void> => {
    if (strategy === null || props.stale || forgets || isUnchecked) return;
    setFailure(null);
    const { base, head, tree } = review;
    const failed = await approveTask(
      app,
      task,
      {
        ...{ task: task.id, base, head, tree, strategy },
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
      if (
        failed.code === 'MOVED' ||
        failed.code === 'CONFLICT' ||
        failed.code === 'NOT_FAST_FORWARD' ||
        failed.code === 'CHECKS_NOT_PASSED' ||
        failed.code === 'CHECKOUT_IN_THE_WAY' ||
        failed.code === 'BRANCH_PROTECTED'
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
      {others.length > 0 && review.held === null && (
        <DiscardOthers others={others} discards={discards} onDiscards={setDiscards} />
      )}
      {review.held !== null && <StackVerdict task={task} held={review.held} close={props.close} />}
      {review.conflicts.length > 0 && <Conflicts task={task} review={review} close={props.close} />}
      <BaseNotes task={task} review={review} reload={props.reload} close={props.close} />
      <Unchecked blocking={blocking} verb="Approve" overridden={overridden} override={setOverridden} />
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
        <Growing label="Commit message" text={message} onText={setMessage} onSend={() => void approve()} rows={3} />
      )}
      {unsaved > 0 && (
        <Note kind="warning">
          What you typed into {count(unsaved, 'file')} is not saved, and no part of this change.
        </Note>
      )}
      {hasDrafts && (
        <Note
          kind="warning"
          actions={onlyAgents ? undefined : <Button onClick={props.goToComposer}>Request changes</Button>}
        >
          {notSentWords(onlyAgents ? 0 : Math.max(1, props.drafts.length), props.undecided.length)}{' '}
          {onlyAgents ? 'Accept or dismiss them first.' : 'Request changes to send what you wrote.'}
          <label className="verdict-leave">
            <input
              type="checkbox"
              // biome-ignore lint/a11y/noAutofocus: the popover was opened to approve, and this comes before it.
              autoFocus
              checked={leaves}
              onChange={(event) => {
                setLeft(event.target.checked ? open : null);
                setOvertaken(false);
              }}
            />
            {left !== null && !leaves && 'More came since you said so. '}
            Approve all the same; {open.length > 1 ? 'they stay here as they are' : 'it stays here as it is'}
          </label>
        </Note>
      )}
      {failure !== null && (failure.code !== 'COMMENTS_NOT_SENT' || overtaken) && (
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
        {review.conflicts.length === 0 && review.held === null && (
          <button
            type="submit"
            className="button button-primary"
            // biome-ignore lint/a11y/noAutofocus: the popover was opened to press this.
            autoFocus={!hasDrafts && blocking.length === 0}
            disabled={strategy === null || props.stale || isHeld(review) || forgets || isUnchecked}
          >
            {props.stale ? 'Reading the change…' : `Merge into ${cleanLine(task.base)}`} <Keys keys="Enter" />
          </button>
        )}
      </div>
    </form>
  );
}
