import { type ReactNode, useState } from 'react';
import type { Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { useApp } from '../state/app';
import { openTask } from '../state/commands';
import { copyText } from '../state/copy';
import type { Failure } from '../state/failure';
import { resolveTask } from '../state/landing';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';

const shown = 50;

/** What a change and its base cannot agree on, file by file, and the offer to have the agent see to it. */
export function Conflicts(props: {
  readonly task: Task;
  readonly review: Review;
  /** Where it came up under a hand that was about to merge, the next Enter is not for the agent. */
  readonly takesFocus: boolean;
  readonly close: () => void;
}): ReactNode {
  const { task, review } = props;
  const app = useApp();
  const [failure, setFailure] = useState<Failure | null>(null);
  const { conflicts } = review;
  // One of a stack is to stand on others' changes, or on its base, before it can land anywhere.
  const other = review.held === null ? <code>{cleanLine(task.base)}</code> : 'what it is to stand on';
  const more = conflicts.length - shown;
  const resolve = async (): Promise<void> => {
    const failed = await resolveTask(app, task);
    if (failed === null) props.close();
    else setFailure(failed);
  };
  return (
    <section className="conflicts" aria-label="Conflicts">
      <p>
        {count(conflicts.length, 'file')} {conflicts.length === 1 ? 'conflicts' : 'conflict'} with {other}, so this
        cannot be merged as it is.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what may be too much for its box must be scrolled by key. */}
      <ul className="conflict-list selectable" tabIndex={0} aria-label="Files that conflict">
        {conflicts.slice(0, shown).map(({ path, kind, about }) => (
          <li key={path}>
            <code>{cleanLine(path)}</code> <span className="quiet">{cleanLine(kind)}</span>
            <span className="choice-about">{cleanLine(about)}</span>
          </li>
        ))}
        {more > 0 && <li className="quiet">and {count(more, 'more file')}</li>}
      </ul>
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      <div className="conflict-foot">
        <Button look="primary" autoFocus={props.takesFocus} onClick={() => void resolve()}>
          Ask {cleanLine(task.agent)} to resolve
        </Button>
        <span className="quiet">
          It merges {review.held === null ? cleanLine(task.base) : 'that'} into its branch; then you review again.
        </span>
      </div>
      {task.worktree !== null && (
        <ByHand task={task} worktree={task.worktree} isStacked={review.held !== null} close={props.close} />
      )}
    </section>
  );
}

/** Where the person can resolve it without the agent, as the terminal says it, too. */
function ByHand(props: {
  readonly task: Task;
  readonly worktree: string;
  /** What is to be merged is not its base then, or not that alone; why it is held says it. */
  readonly isStacked: boolean;
  readonly close: () => void;
}): ReactNode {
  const { task, worktree } = props;
  const app = useApp();
  const toTerminal = (): void => {
    props.close();
    openTask(app, task.id, 'terminal');
  };
  return (
    <div className="conflict-foot">
      <p>
        Or resolve it yourself: merge {props.isStacked ? 'what is named above' : <code>{cleanLine(task.base)}</code>} in
        its worktree and commit.
      </p>
      <code className="conflict-place selectable">{cleanLine(worktree)}</code>
      <span className="conflict-acts">
        <Button onClick={() => void copyText(app, 'worktree path', worktree)}>Copy path</Button>
        <Button onClick={toTerminal}>Open its terminal</Button>
      </span>
    </div>
  );
}
