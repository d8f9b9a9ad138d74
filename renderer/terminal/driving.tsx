import type { ReactNode } from 'react';
import { isBeingSetUp, takenWhen } from '../../core/contract/takeover';
import type { Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { useApp, useDoing, useModel, useView } from '../state/app';
import { handBack, takeOver } from '../state/task-moves';
import { cleanLine } from '../text/clean';

/** Opens the agent's own screen on the conversation of a task; nothing where that cannot be. */
export function TakeOver({
  task,
  look = 'quiet',
}: {
  readonly task: Task;
  readonly look?: 'quiet' | 'plain';
}): ReactNode {
  const app = useApp();
  const label = useScreen(task);
  const doing = useDoing(`task:${task.id}`);
  if (label === null || !canTake(task)) return null;
  return (
    <Button look={look} action="take-over" doing={doing} onClick={() => void takeOver(app, task, false)}>
      Open {cleanLine(label)} here
    </Button>
  );
}

/** Who has the task in hand, as long as that is the person or is about to be, and how it goes on. */
export function Driving({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const screen = useScreen(task);
  const label = cleanLine(screen ?? task.agent);
  const onTerminal = useView((view) => view.tab === 'terminal');
  const doing = useDoing(`task:${task.id}`);
  const { takeover } = task;
  useActions({
    ...(screen !== null && canTake(task) ? { 'take-over': () => void takeOver(app, task, false) } : {}),
    ...(takeover === null ? {} : { 'hand-back': () => void handBack(app, task, 'go on') }),
  });
  if (takeover === null) return null;
  if (takeover.state === 'asked' || takeover.beganAt === null) {
    return (
      <Note
        kind="info"
        actions={
          <>
            {task.state !== 'queued' && !isBeingSetUp(task) && (
              <Button doing={doing} onClick={() => void takeOver(app, task, true)}>
                Interrupt it now
              </Button>
            )}
            <Button look="quiet" action="hand-back" doing={doing} onClick={() => void handBack(app, task, 'go on')}>
              Never mind
            </Button>
          </>
        }
      >
        {task.state === 'queued'
          ? `${label} opens as soon as ${takenWhen(task)}.`
          : `You take over from ${label} when ${takenWhen(task)}.`}
      </Note>
    );
  }
  return (
    <Note
      kind="info"
      actions={
        <>
          {!onTerminal && (
            <Button
              look="quiet"
              action="show-terminal"
              onClick={() => app.view.update((view) => ({ ...view, tab: 'terminal' }))}
            >
              Show terminal
            </Button>
          )}
          <Button look="quiet" doing={doing} onClick={() => void handBack(app, task, 'review')}>
            Finish and review
          </Button>
          <Button look="primary" action="hand-back" doing={doing} onClick={() => void handBack(app, task, 'go on')}>
            Hand back
          </Button>
        </>
      }
    >
      You drive {label}. It goes on by itself when you hand back, or when its program ends; if you said nothing to it,
      only where it was at work before.
    </Note>
  );
}

/** What its agent is called, when the agent of a task has a screen that a person could drive it on; else null. */
function useScreen(task: Task): string | null {
  return useModel((model) => model.agents.find(({ name, screen }) => name === task.agent && screen)?.label ?? null);
}

/** Whether the person may take a task over as it is now. */
function canTake(task: Task): boolean {
  return task.takeover === null && task.state !== 'done' && task.blockedBy.length === 0;
}
