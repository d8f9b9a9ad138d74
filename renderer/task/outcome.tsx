import type { ReactNode } from 'react';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Glyph, lookOf } from '../parts/glyph';
import { useApp, useDoing } from '../state/app';
import { restoreTask } from '../state/commands';
import { cleanLine } from '../text/clean';

/** One line over every tab of a done task: what became of its change and where it is kept. Nothing for any other task. */
export function Outcome({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const doing = useDoing(`task:${task.id}`);
  if (task.state !== 'done' || task.outcome === null || task.outcome === 'answered') return null;
  return (
    <div className="outcome">
      <Glyph look={lookOf(task, Date.now())} />
      <p className="outcome-words ellipsis selectable">
        <Words task={task} />
      </p>
      {task.outcome === 'discarded' && (
        <Button doing={doing} onClick={() => void restoreTask(app, task)}>
          Restore
        </Button>
      )}
    </div>
  );
}

function Words({ task }: { readonly task: Task }): ReactNode {
  const base = <code>{cleanLine(task.base)}</code>;
  switch (task.outcome) {
    case 'merged':
      return (
        <>
          Merged into {base}
          {task.mergedOid !== null && (
            <>
              {' '}
              as <code title={task.mergedOid}>{task.mergedOid.slice(0, 7)}</code>
            </>
          )}
        </>
      );
    case 'published':
      return <>Published for {base}</>;
    case 'discarded':
      return task.backupRef === null ? (
        'Discarded'
      ) : (
        <>
          Discarded; kept in <code title={cleanLine(task.backupRef)}>{cleanLine(task.backupRef)}</code>
        </>
      );
    default:
      return null;
  }
}
