import { type ReactNode, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Failed, Skeleton } from '../parts/empty';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { TaskNames } from '../parts/task-names';
import { useApp, useDoing } from '../state/app';
import type { Failure } from '../state/failure';
import type { TypedFile } from '../state/file-edits';
import { useResource } from '../state/resource';
import { approveStack } from '../state/stacks';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { TypedLeftNote, useTypedLeft } from './typed-left';

/**
 * What must land before a change can, in order, and the offer to approve all of it as it is shown here: a button in the foot
 * of the form, which has the focus as soon as it is there, unless the person has done something in the form by then, or has to
 * say first what becomes of what was typed.
 */
export function StackVerdict(props: {
  readonly task: Task;
  readonly held: string;
  /** What is still looked at before anything is merged; null when all of it is known. */
  readonly looking: string | null;
  /** The foot of the form; null before it is there. */
  readonly foot: HTMLElement | null;
  readonly close: () => void;
  /** Leads to the editor of a file. */
  readonly show: (file: TypedFile) => void;
}): ReactNode {
  const { task } = props;
  const app = useApp();
  const doing = useDoing(`task:${task.id}`) ?? props.looking;
  const [failure, setFailure] = useState<Failure | null>(null);
  // Read again when the task moves, and shown until then: the button would lose the focus with it.
  const stack = useResource(
    `stack ${task.id} ${task.landsAfter}`,
    (client, signal) => client.tasks.stack({ task: task.id }, { signal }),
    task.updatedAt,
  );
  const busy = useHandsOn();
  const typed = useTypedLeft((stack.value ?? [{ task: task.id }]).map((each) => each.task));
  if (stack.value === null)
    return stack.failure === null ? <Skeleton lines={2} /> : <Failed failure={stack.failure} again={stack.reload} />;
  const all = stack.value;
  const ready = all.length > 1 && all.every(({ problem }) => problem === null);
  const approve = async (): Promise<void> => {
    if (typed.holds || doing !== null) return;
    setFailure(null);
    const failed = await approveStack(app, task, { stack: all });
    if (failed === null) return props.close();
    setFailure(failed);
    stack.reload();
  };
  return (
    <section aria-label="What lands first">
      <p>
        <TaskNames text={props.held} leave={props.close} />
      </p>
      <TypedLeftNote typed={typed} verb="Merge them" show={props.show} takesFocus={ready && !busy.current} />
      <ol className="stack-order selectable">
        {all.map(({ task: id, title, state, head, files, problem }, index) => (
          <li key={id}>
            {index + 1}. #{id} {cleanLine(title)}{' '}
            <span className="quiet">
              {head === null ? `is ${state}, so it cannot land` : `${count(files, 'file')}, ${head.slice(0, 10)}`}
            </span>
            {head !== null && problem !== null && !props.held.includes(problem) && (
              <Note kind="failed">{cleanLine(problem)}</Note>
            )}
          </li>
        ))}
      </ol>
      {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      {ready && <p className="quiet">Each is brought onto the one before it, and nothing else happens to it.</p>}
      {ready &&
        props.foot !== null &&
        createPortal(
          <Button
            // Enter on what is confirmed in the form presses it.
            type="submit"
            look="primary"
            doing={doing}
            waits={typed.holds}
            autoFocus={!busy.current && typed.files.length === 0}
            onClick={() => void approve()}
          >
            Merge all {all.length} in order <Keys keys="Enter" />
          </Button>,
          props.foot,
        )}
    </section>
  );
}

/** Whether a key or the pointer was pressed since this is shown. */
function useHandsOn(): { readonly current: boolean } {
  const pressed = useRef(false);
  useEffect(() => {
    const note = (): void => {
      pressed.current = true;
    };
    const events = ['keydown', 'pointerdown'] as const;
    for (const event of events) window.addEventListener(event, note, { capture: true });
    return () => {
      for (const event of events) window.removeEventListener(event, note, { capture: true });
    };
  }, []);
  return pressed;
}
