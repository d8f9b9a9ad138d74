import type { ReactNode } from 'react';
import { type Aboard, aboardWords, isAboard } from '../../core/contract/aboard';
import { heldWords } from '../../core/contract/stack';
import type { Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Hint } from '../parts/hint';
import { Note } from '../parts/note';
import { TaskNames } from '../parts/task-names';
import { useApp, useDoing, useModel } from '../state/app';
import { openTask } from '../state/commands';
import { restackTask, takeOff } from '../state/stacks';
import { aboutTrain, stopTrain } from '../state/trains';
import { cleanLine } from '../text/clean';
import { Overlaps } from './overlaps';
import './stack.css';

/** What a task is after and what is after it, with keys to walk there, and what of it needs the person. */
export function Stack({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const doing = useDoing(`task:${task.id}`);
  const [below, above] = [task.after.at(-1), task.before[0]];
  const walk = (to: number | undefined) => (): boolean => {
    if (to === undefined) return false;
    openTask(app, to);
    return true;
  };
  useActions({ 'stack-down': walk(below), 'stack-up': walk(above) });
  const isOver = task.state === 'done';
  const before = task.landsAfter.map((id) => {
    const other = tasks.get(id);
    return { id, state: other?.state ?? ('queued' as const), outcome: other?.outcome ?? null };
  });
  const held = task.state === 'review' ? heldWords(before) : null;
  return (
    <>
      {(task.after.length > 0 || task.before.length > 0) && (
        <nav className="stack" aria-label="Stack">
          <Steps words="After" ids={task.after} action="stack-down" />
          <Steps words="Before" ids={task.before} action="stack-up" />
        </nav>
      )}
      {task.train !== null && <OnTrain aboard={task.train} />}
      {!isOver && task.stack?.problem != null && (
        <Note
          kind="warning"
          actions={
            task.state === 'review' && (
              <Button doing={doing} onClick={() => void restackTask(app, task)}>
                Restack
              </Button>
            )
          }
        >
          <TaskNames text={task.stack.problem} />
        </Note>
      )}
      {held !== null && (
        <Note
          kind="info"
          actions={task.landsAfter.slice(0, 2).map((id) => (
            <Button key={id} doing={doing} onClick={() => void takeOff(app, task, id)}>
              Take off #{id}
            </Button>
          ))}
        >
          <TaskNames text={held} />
        </Note>
      )}
      {!isOver && task.overlaps.length > 0 && <Overlaps key={task.id} task={task} />}
    </>
  );
}

/** The train a change is on, and how to stop that; or why it was left in review. */
function OnTrain({ aboard }: { readonly aboard: Aboard }): ReactNode {
  const app = useApp();
  const doing = useDoing(aboutTrain(aboard.train));
  const stop = (
    <Button doing={doing} onClick={() => void stopTrain(app, aboard.train)}>
      Stop train {aboard.train}
    </Button>
  );
  return (
    <Note kind={aboard.state === 'left' ? 'warning' : 'info'} actions={isAboard(aboard) && stop}>
      <TaskNames text={aboardWords(aboard)} />
    </Note>
  );
}

const shown = 3;

/** Tasks on one side of this one, each a way to it. */
function Steps(props: {
  readonly words: string;
  readonly ids: readonly number[];
  readonly action: 'stack-down' | 'stack-up';
}): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  if (props.ids.length === 0) return null;
  return (
    <span className="stack-side">
      <span className="quiet">{props.words}</span>
      {props.ids.slice(0, shown).map((id) => (
        <Hint key={id} action={props.action}>
          <button type="button" className="link ellipsis" onClick={() => openTask(app, id)}>
            #{id} {cleanLine(tasks.get(id)?.title ?? '')}
          </button>
        </Hint>
      ))}
      {props.ids.length > shown && <span className="quiet">and {props.ids.length - shown} more</span>}
    </span>
  );
}
