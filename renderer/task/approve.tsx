import { type ReactNode, useRef, useState } from 'react';
import type { Comment } from '../../core/contract/comment';
import type { Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { act, useActions } from '../keys/keyboard';
import { useFocusBack } from '../parts/focus-back';
import { useApp } from '../state/app';
import { showComment } from '../state/comments';
import type { Failure } from '../state/failure';
import { showTyped } from '../state/file-edits';
import { showWhole } from '../state/part';
import type { Resource } from '../state/resource';
import { ApproveForm } from './approve-form';
import { UnreadReview } from './unread-review';
import { VerdictPopover } from './verdict-popover';

interface Props {
  readonly task: Task;
  readonly review: Resource<Review>;
  /** All comments on it. */
  readonly comments: readonly Comment[];
  readonly doing: string | null;
}

/** The verdict that merges, and where its form leads to. */
export function Approve({ task, review, comments, doing }: Props): ReactNode {
  const app = useApp();
  const [open, setOpen] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const focus = useFocusBack(false);
  /** Where the form was left for: what asks for changes, or a comment. */
  const leads = useRef<(() => void) | null>(null);
  const conflicts = (review.value?.conflicts.length ?? 0) > 0;
  /** Whether that is what the form was opened for. */
  const [openedForConflicts, setOpenedForConflicts] = useState(false);
  const turn = (next: boolean): void => {
    setOpen(next);
    setOpenedForConflicts(conflicts);
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
      // What it opens offers that first: a change that conflicts cannot be merged.
      words={conflicts ? 'Resolve conflicts' : 'Approve'}
      look="primary"
      {...{ doing, open, onOpen: turn, focus }}
      leave={(event) => {
        const lead = leads.current;
        if (lead === null) return false;
        leads.current = null;
        event.preventDefault();
        lead();
        return true;
      }}
    >
      {review.value === null ? (
        <UnreadReview review={review} />
      ) : (
        <ApproveForm
          key={`${review.value.base} ${review.value.mergeBase} ${review.value.head}`}
          task={task}
          review={review.value}
          stale={review.loading}
          comments={comments}
          reload={review.reload}
          failure={failure ?? review.failure}
          setFailure={setFailure}
          openedForConflicts={openedForConflicts}
          close={() => setOpen(false)}
          goToComment={(comment) => {
            leads.current = () => showComment(app, comment);
            turn(false);
          }}
          goToFile={(file) => {
            leads.current = () => showTyped(app, file);
            turn(false);
          }}
          goToComposer={() => {
            leads.current = () => act('reply');
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
