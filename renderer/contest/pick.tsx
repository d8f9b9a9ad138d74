import { type ReactNode, useState } from 'react';
import { othersOf } from '../../core/contract/contest';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Keys } from '../parts/hint';
import { Note } from '../parts/note';
import { useApp, useDoing } from '../state/app';
import { openTask } from '../state/commands';
import { othersGo, pickTask } from '../state/contests';
import type { Failure } from '../state/failure';
import { cleanLine } from '../text/clean';

/** Asks once before the others of a contest go, and says which. Merging the picked one is a verdict on its own page. */
export function PickForm(props: {
  readonly id: number;
  readonly tasks: readonly Task[];
  /** Told whether one was picked. */
  readonly close: (isPicked: boolean) => void;
}): ReactNode {
  const app = useApp();
  const { id, tasks, close } = props;
  const task = tasks.find((one) => one.id === id);
  const doing = useDoing(`contest:${task?.contest?.id}`);
  const [failure, setFailure] = useState<Failure | null>(null);
  if (task === undefined) return null;
  const others = othersOf(tasks, id);
  const pick = async (): Promise<void> => {
    const failed = await pickTask(app, task);
    setFailure(failed);
    if (failed === null) close(true);
  };
  return (
    <section className="contest-pick" aria-label={`Pick task ${id}`}>
      <Note
        kind={failure === null ? 'info' : 'failed'}
        actions={
          <>
            <Button onClick={() => close(false)}>
              Close <Keys keys="Escape" />
            </Button>
            {task.state === 'review' && (
              <Button onClick={() => openTask(app, id, 'changes')}>Review it, to merge it as well</Button>
            )}
            <Button look="primary" doing={doing} disabled={others.length === 0} autoFocus onClick={() => void pick()}>
              Discard the others <Keys keys="Enter" />
            </Button>
          </>
        }
      >
        {failure !== null
          ? cleanLine(failure.message)
          : others.length === 0
            ? `Nothing else of this contest is left.`
            : `Keep #${id} and discard ${cleanLine(othersGo(others))}`}
      </Note>
    </section>
  );
}
