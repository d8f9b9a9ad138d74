import { type ReactNode, useState } from 'react';
import type { AgentReview } from '../../core/contract/agent-review';
import type { Comment } from '../../core/contract/comment';
import type { Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { aboutReviews, acceptComments, dismissComments, openReviewTask, useAgentReviews } from '../state/agent-reviews';
import { useApp, useDoing, useModel } from '../state/app';
import { cancelTask } from '../state/task-moves';
import { count } from '../text/amounts';
import { clean, cleanLine } from '../text/clean';
import { Ago } from '../text/time';

/** The reviews of a change by agents, over its diff: what each made of it, and what waits for the person's decision. */
export function AgentReviews(props: { readonly task: Task; readonly comments: readonly Comment[] | null }): ReactNode {
  const { task } = props;
  const app = useApp();
  const reviews = useAgentReviews(task);
  const undecided = (props.comments ?? []).filter(({ fate }) => fate === 'proposed').map(({ id }) => id);
  useActions({
    'accept-comments': () => {
      if (undecided.length === 0) return false;
      void acceptComments(app, task.id, undecided);
      return true;
    },
    'dismiss-comments': () => {
      if (undecided.length === 0) return false;
      void dismissComments(app, task.id, undecided);
      return true;
    },
  });
  if (reviews.length === 0) return null;
  return (
    <ul className="agent-reviews" aria-label="Reviews by agents">
      {[...reviews].reverse().map((review) => (
        <OneReview key={review.task} review={review} comments={props.comments ?? []} />
      ))}
    </ul>
  );
}

function OneReview({
  review,
  comments,
}: {
  readonly review: AgentReview;
  readonly comments: readonly Comment[];
}): ReactNode {
  const app = useApp();
  const [isOpen, setOpen] = useState(false);
  const doing = useDoing(aboutReviews(review.reviewed));
  const own = useModel((model) => model.tasks.get(review.task) ?? null);
  const open = comments.filter(({ fate, reviewer }) => fate === 'proposed' && reviewer?.task === review.task);
  const ids = open.map(({ id }) => id);
  const name = `${cleanLine(review.agent)} in task ${review.task}`;
  const isAtWork = review.state === 'queued' || review.state === 'running' || review.state === 'waiting';
  const told = isOpen ? clean(review.summary) : cleanLine(review.summary);
  return (
    <li className="agent-review" data-review={review.task}>
      <span className="agent-review-line">
        <button type="button" className="link" onClick={() => openReviewTask(app, review.task)}>
          {name}
        </button>
        <span className={review.verdict === 'needs changes' ? 'agent-review-changes' : 'quiet'} role="status">
          {stateWords(review)}
        </span>
        <span className="quiet">
          {count(review.comments, 'comment')}
          {ids.length > 0 && `, ${ids.length} undecided`} · <Ago at={review.createdAt} />
        </span>
        <span className="agent-review-acts">
          {ids.length > 0 && (
            <>
              <Button look="quiet" doing={doing} onClick={() => void acceptComments(app, review.reviewed, ids)}>
                Accept {ids.length === 1 ? 'it' : `all ${ids.length}`}
              </Button>
              <Button look="quiet" onClick={() => void dismissComments(app, review.reviewed, ids)}>
                Dismiss {ids.length === 1 ? 'it' : `all ${ids.length}`}
              </Button>
            </>
          )}
          {isAtWork && own !== null && (
            <Button look="quiet" aria-label={`Cancel the review of ${name}`} onClick={() => void cancelTask(app, own)}>
              Cancel
            </Button>
          )}
        </span>
      </span>
      {review.summary !== '' && (
        <span className={isOpen ? 'agent-review-summary selectable' : 'agent-review-summary ellipsis'} dir="auto">
          <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Fold' : 'Read'}
          </button>{' '}
          {told}
        </span>
      )}
    </li>
  );
}

function stateWords({ state, verdict }: AgentReview): string {
  switch (state) {
    case 'queued':
      return 'waits for its turn';
    case 'running':
      return 'is reviewing';
    case 'waiting':
      return 'asks you something';
    case 'failed':
      return 'failed';
    case 'cancelled':
      return 'was cancelled';
    default:
      return verdict === null ? 'gave no verdict' : verdict === 'good' ? 'finds it good' : 'says it needs changes';
  }
}
