import { type ReactNode, useEffect, useRef, useState } from 'react';
import {
  type Checkpoint,
  checkpointName,
  conversationWords,
  likelyTarget,
  sameFilesWords,
  standing,
} from '../../core/contract/checkpoint';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Empty, Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { SheetFrame } from '../parts/sheet';
import { useApp, useDoing, useModel } from '../state/app';
import { goBack, isAtWork } from '../state/checkpoints';
import { showSheet } from '../state/commands';
import type { Failure } from '../state/failure';
import { showPart } from '../state/part';
import { useResource } from '../state/resource';
import { ChangeSize } from '../tasks/row';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago } from '../text/time';

/** The states a task's worktree can be put back to, what going back to the chosen one does, and doing it. */
export function GoBack({ id, chosen }: { readonly id: number; readonly chosen: number | null }): ReactNode {
  const task = useModel((model) => model.tasks.get(id) ?? null);
  const { value, failure, reload } = useResource(
    `checkpoints ${id}`,
    (client, signal) => client.checkpoints.list({ task: id }, { signal }),
    task?.updatedAt,
  );
  const points = (value ?? []).filter(({ kept }) => kept).reverse();
  return (
    <SheetFrame title="Go back to a checkpoint">
      {failure !== null && (
        <div className="sheet-body">
          <Note kind="failed" actions={<Button onClick={reload}>Look again</Button>}>
            {cleanLine(failure.message)}
          </Note>
        </div>
      )}
      {failure === null && value === null && (
        <div className="sheet-body">
          <Skeleton lines={4} />
        </div>
      )}
      {value !== null && points.length === 0 && (
        <div className="sheet-body">
          <Empty title="Nothing to go back to">
            A checkpoint is kept before the agent’s first turn and after each turn that changes files.
          </Empty>
        </div>
      )}
      {task !== null && points.length > 0 && <Choice task={task} points={points} first={chosen} />}
    </SheetFrame>
  );
}

function Choice(props: {
  readonly task: Task;
  readonly points: readonly Checkpoint[];
  readonly first: number | null;
}): ReactNode {
  const { task, points, first } = props;
  const app = useApp();
  const doing = useDoing(`task:${task.id}`);
  const [number, setNumber] = useState(first);
  const [failure, setFailure] = useState<Failure | null>(null);
  const list = useRef<HTMLFieldSetElement>(null);
  const stops = isAtWork(task);
  const likely = likelyTarget([...points].reverse(), { atWork: stops });
  const point = points.find((each) => each.number === (number ?? likely)) ?? points[0];
  const shown = point?.number;
  const stands = standing(points);
  useEffect(() => {
    const checked = list.current?.querySelector<HTMLElement>('input:checked');
    checked?.closest('label')?.scrollIntoView({ block: 'nearest' });
    checked?.focus({ preventScroll: true });
  }, []);
  if (point === undefined) return null;
  const go = async (): Promise<void> => {
    // What the stopped turn leaves may become a checkpoint, and must not be the one that is chosen then.
    setNumber(point.number);
    const failed = await goBack(app, task, { number: point.number, name: checkpointName(point).toLowerCase() });
    setFailure(failed);
    if (failed === null) showSheet(app, null);
  };
  return (
    <form
      className="point-form"
      onSubmit={(event) => {
        event.preventDefault();
        void go();
      }}
    >
      <div className="sheet-body">
        <fieldset ref={list} className="points">
          <legend className="unseen">Checkpoints of this task, the newest first</legend>
          {points.map((each) => (
            <label key={each.number} className={each.number === shown ? 'point point-chosen' : 'point'}>
              <input
                type="radio"
                name="checkpoint"
                checked={each.number === shown}
                onChange={() => setNumber(each.number)}
              />
              <span className="point-name">
                {checkpointName(each)}
                {each.current && <span className="quiet"> · where it is now</span>}
                {!stands.has(each.number) && each.kind !== 'left' && <span className="quiet"> · left behind</span>}
              </span>
              {each.kind !== 'start' && (
                <span className="point-size">
                  <PointSize point={each} all={points} />
                </span>
              )}
              <span className="point-time quiet">
                <Ago at={each.at} />
              </span>
            </label>
          ))}
        </fieldset>
        <ul className="point-words">
          {stops && <li className="point-stops">{stopWords(task)}</li>}
          {point.current ? (
            <li>
              The worktree is there already. What was edited since becomes what it was: files, index and branch. What
              git ignores stays as it is.
            </li>
          ) : (
            <li>The worktree becomes what it was: files, index and branch. What git ignores stays as it is.</li>
          )}
          <li>{conversationWords(point.conversation)}</li>
          <li>What you leave is kept as a checkpoint first, so this can be undone.</li>
        </ul>
        {failure !== null && <Note kind="failed">{cleanLine(failure.message)}</Note>}
      </div>
      <footer className="sheet-foot">
        {point.kind !== 'start' && (
          <Button look="quiet" onClick={() => showPart(app, task.id, { kind: 'turn', checkpoint: point.number })}>
            Show its changes
          </Button>
        )}
        <span className="grow" />
        <Button onClick={() => showSheet(app, null)}>Cancel</Button>
        <Button look="primary" type="submit" doing={doing}>
          {`${stops ? 'Stop and go' : 'Go'} ${point.kind === 'left' || !stands.has(point.number) ? 'there' : 'back'}`}
        </Button>
      </footer>
    </form>
  );
}

function PointSize({ point, all }: { readonly point: Checkpoint; readonly all: readonly Checkpoint[] }): ReactNode {
  const same = sameFilesWords(point, all);
  if (same !== null) return <span className="quiet">{same}</span>;
  const { files, additions, deletions } = point.change;
  return (
    <>
      <span className="quiet">{count(files, 'file')}</span> <ChangeSize additions={additions} deletions={deletions} />
    </>
  );
}

function stopWords({ state, takeover }: Task): string {
  if (state === 'queued')
    return 'The task is queued. It is cancelled first; retry it to have the agent go on from there.';
  if (takeover?.state === 'driving')
    return 'You drive the agent in its own terminal. That is closed first; retry the task to have the agent go on from there.';
  return 'The agent is in the middle of a turn. It is stopped first; retry the task to have it go on from there.';
}
