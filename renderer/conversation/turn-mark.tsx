import type { ReactNode } from 'react';
import { conversationWords } from '../../core/contract/checkpoint';
import type { Task } from '../../core/contract/task';
import { Icon } from '../parts/icon';
import { useApp } from '../state/app';
import { askBack, leadsBack, mayGoBack } from '../state/checkpoints';
import { showPart } from '../state/part';
import { ChangeSize } from '../tasks/row';
import { count, exactly } from '../text/amounts';
import { cleanLine } from '../text/clean';
import type { Row } from './rows';

type Of<Kind extends Row['kind']> = Extract<Row, { kind: Kind }>;

/** The end of a turn: what it changed, and the way back to it. */
export function TurnMark(props: {
  readonly row: Of<'checkpoint'>;
  readonly task: Task;
  /** The worktree is at its checkpoint. */
  readonly here: boolean;
}): ReactNode {
  const { row, task, here } = props;
  const app = useApp();
  const { checkpoint, turn, files, additions, deletions } = row;
  return (
    <div className="turn-mark" title={exactly(row.at)}>
      <span className="turn-facts">
        Turn {turn} <span className="quiet">changed {count(files, 'file')}</span>{' '}
        <ChangeSize additions={additions} deletions={deletions} />
      </span>
      {mayGoBack(task) && (
        <span className="turn-acts">
          <button
            type="button"
            className="link"
            aria-label={`Show changes of turn ${turn}`}
            onClick={() => showPart(app, task.id, { kind: 'turn', checkpoint })}
          >
            Show changes
          </button>
          {leadsBack(task, here) && (
            <button
              type="button"
              className="link"
              aria-label={`Go back to here, after turn ${turn}`}
              onClick={() => askBack(app, task, checkpoint)}
            >
              Go back to here
            </button>
          )}
        </span>
      )}
    </div>
  );
}

/** The person went back: where to, what the agent knows of it, and how to undo it. */
export function WentBack({ row, task }: { readonly row: Of<'back'>; readonly task: Task }): ReactNode {
  const app = useApp();
  return (
    <div className="turn-mark turn-back" title={exactly(row.at)}>
      <span className="turn-facts">
        <Icon name="back" /> You went back: {cleanLine(row.name).toLowerCase()}.{' '}
        <span className="quiet">{conversationWords(row.conversation)}</span>
      </span>
      {mayGoBack(task) && (
        <span className="turn-acts">
          <button type="button" className="link" onClick={() => askBack(app, task, row.left)}>
            Undo…
          </button>
        </span>
      )}
    </div>
  );
}
