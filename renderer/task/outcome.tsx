import type { ReactNode } from 'react';
import { hasWon } from '../../core/contract/contest';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Glyph, lookOf } from '../parts/glyph';
import { useApp, useDoing, useModel } from '../state/app';
import { openContest, othersLeft } from '../state/contests';
import { restoreTask } from '../state/task-moves';
import { count } from '../text/amounts';
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
      <Others task={task} />
      {task.outcome === 'discarded' && (
        <Button doing={doing} onClick={() => void restoreTask(app, task)}>
          Restore
        </Button>
      )}
    </div>
  );
}

/** What a contest left when one of it landed by itself: nothing of it goes unasked. */
function Others({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const { contest } = task;
  const others = hasWon(task) ? othersLeft(tasks, task) : [];
  if (contest === null || others.length === 0) return null;
  return (
    <Button onClick={() => openContest(app, contest)}>
      {count(others.length, 'other')} of its contest left: compare, or discard
    </Button>
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
