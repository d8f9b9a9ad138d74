import type { ReactNode } from 'react';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { useApp, useDoing, useModel } from '../state/app';
import { openTask } from '../state/commands';
import { takeOff } from '../state/stacks';
import { cancelTask, restoreTask, retryTask } from '../state/task-moves';
import { endedWithout } from '../tasks/waits';
import { cleanLine } from '../text/clean';

/** What a queued task waits for: each with its state in plain words and, when it will not come by itself, what to do. */
export function Waits({ task }: { readonly task: Task }): ReactNode {
  if (task.state !== 'queued' || task.blockedBy.length === 0) return null;
  return task.blockedBy.map((id) => <WaitsFor key={id} task={task} id={id} />);
}

function WaitsFor({ task, id }: { readonly task: Task; readonly id: number }): ReactNode {
  const app = useApp();
  const other = useModel((model) => model.tasks.get(id) ?? null);
  const doing = useDoing(`task:${id}`);
  const own = useDoing(`task:${task.id}`);
  const ended = other === null ? null : endedWithout(other);
  const name = other === null ? `#${id}` : `#${id} “${cleanLine(other.title)}”`;
  return (
    <Note
      kind={ended === null ? 'info' : 'warning'}
      actions={
        <>
          {other !== null && ended === 'was discarded' && (
            <Button doing={doing} onClick={() => void restoreTask(app, other)}>
              Restore #{id}
            </Button>
          )}
          {other !== null && ended !== null && ended !== 'was discarded' && (
            <Button doing={doing} onClick={() => void retryTask(app, other)}>
              Retry #{id}
            </Button>
          )}
          <Button onClick={() => openTask(app, id)}>Open #{id}</Button>
          {ended !== null && (
            <Button doing={own} onClick={() => void takeOff(app, task, id)}>
              Take it off #{id}
            </Button>
          )}
          {ended !== null && <Button onClick={() => void cancelTask(app, task)}>Cancel this task</Button>}
        </>
      }
    >
      {ended === null
        ? `Waits for ${name}. It starts when that is ${task.afterReview.includes(id) ? 'in review, from its branch' : 'merged'}.`
        : `Waits for ${name}, which ${ended}. It will not start until that is done after all.`}
    </Note>
  );
}
