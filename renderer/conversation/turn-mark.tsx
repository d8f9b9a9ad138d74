import type { ReactNode } from 'react';
import { checkpointName, conversationWords } from '../../core/contract/checkpoint';
import type { Task } from '../../core/contract/task';
import { Icon } from '../parts/icon';
import { useApp } from '../state/app';
import { askBack, leadsBack, mayGoBack } from '../state/checkpoints';
import { showPart } from '../state/part';
import { ChangeSize } from '../tasks/row';
import { count, exactly } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { behindWords } from './behind';
import type { Row } from './row-kinds';

type Of<Kind extends Row['kind']> = Extract<Row, { kind: Kind }>;

/** The end of a turn, or what came before the next one: what that changed, and the way back to it. */
export function TurnMark(props: {
  readonly row: Of<'checkpoint'>;
  readonly task: Task;
  /** The worktree is at its checkpoint. */
  readonly here: boolean;
}): ReactNode {
  const { row, task, here } = props;
  const app = useApp();
  const { checkpoint, between, turn, files, additions, deletions, at } = row;
  const name = between === undefined ? `Turn ${turn}` : checkpointName({ kind: between, turn, at });
  const of = between === undefined ? `of turn ${turn}` : `that came before turn ${turn + 1}`;
  const to = between === undefined ? `after turn ${turn}` : `before turn ${turn + 1}`;
  return (
    <div className="turn-mark" title={exactly(row.at)}>
      <span className="turn-facts">
        {between === 'edited' ? `${name}:` : name}{' '}
        <span className="quiet">
          {between === 'edited' ? '' : 'changed '}
          {count(files, 'file')}
        </span>{' '}
        <ChangeSize additions={additions} deletions={deletions} />
      </span>
      {mayGoBack(task) && (
        <span className="turn-acts">
          <button
            type="button"
            className="link"
            aria-label={`Show changes ${of}`}
            onClick={() => showPart(app, task.id, { kind: 'turn', checkpoint })}
          >
            Show changes
          </button>
          {leadsBack(task, here) && (
            <button
              type="button"
              className="link"
              aria-label={`Go back to here, ${to}`}
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

/** The person went back, or forward again: where to, what the agent knows of it, and the way to what was left. */
export function WentBack(props: {
  readonly row: Of<'back'>;
  readonly task: Task;
  /** Nothing came after it. */
  readonly newest: boolean;
}): ReactNode {
  const { row, task, newest } = props;
  const app = useApp();
  const look = newest && mayGoBack(task) ? 'button' : 'link';
  return (
    <div className="turn-mark turn-back" title={exactly(row.at)}>
      <span className="turn-facts">
        <Icon name="back" /> You went {row.forward ? 'forward again' : 'back'}: {cleanLine(row.name).toLowerCase()}.{' '}
        <span className="quiet">{conversationWords(row.conversation)}</span>
      </span>
      {mayGoBack(task) && (
        <span className="turn-acts">
          <button type="button" className={look} onClick={() => askBack(app, task, row.left)}>
            {row.forward ? 'Go back again…' : 'Go forward again…'}
          </button>
        </span>
      )}
    </div>
  );
}

/** What was left behind by going back, in a line that opens it. */
export function Behind({
  row,
  onToggle,
}: {
  readonly row: Of<'behind'>;
  readonly onToggle: (key: string) => void;
}): ReactNode {
  return (
    <button type="button" className="behind-line" aria-expanded={row.open} onClick={() => onToggle(row.key)}>
      <span className={row.open ? 'tool-chevron tool-open' : 'tool-chevron'}>
        <Icon name="chevron" />
      </span>
      {behindWords(row)}
    </button>
  );
}
