import { memo, type ReactNode, useState } from 'react';
import { type OverlapDetail, overlapWords } from '../../core/contract/overlap';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Failed, Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { TaskNames } from '../parts/task-names';
import { useApp, useDoing, useModel } from '../state/app';
import { openTask } from '../state/commands';
import { useResource } from '../state/resource';
import { putAfter } from '../state/stacks';
import { count } from '../text/amounts';
import { beginningOf } from '../text/beginning';
import { cleanLine } from '../text/clean';

/** Where a task's change meets others: the worst of it, the rest on demand, and what can be done about it. */
export function Overlaps({ task }: { readonly task: Task }): ReactNode {
  const app = useApp();
  const doing = useDoing(`task:${task.id}`);
  const [open, setOpen] = useState(false);
  const [picked, setPicked] = useState<number | null | undefined>(undefined);
  const worst = task.overlaps[0];
  if (worst === undefined) return null;
  const chosen = task.overlaps.find((one) => one.with === picked) ?? worst;
  const other = chosen.with;
  const more = task.overlaps.length - 1;
  return (
    <>
      <Note
        kind={worst.conflicts > 0 ? 'warning' : 'info'}
        actions={
          <>
            <Button aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? 'Hide the lines' : 'Show the lines'}
            </Button>
            {other !== null && <Button onClick={() => openTask(app, other)}>Open #{other}</Button>}
            {other !== null && (
              <Button doing={doing} onClick={() => void putAfter(app, task, other)}>
                Land after #{other}
              </Button>
            )}
          </>
        }
      >
        <TaskNames text={`This change ${overlapWords(chosen, task.base)}.`} />
        {more > 0 && <span className="quiet"> It meets {count(more, 'more change')}.</span>}
      </Note>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section className="overlap-lines selectable" tabIndex={0} aria-label="Lines both changed">
          {more > 0 && (
            <select
              className="choose"
              aria-label="Which change it meets"
              value={`${other}`}
              onChange={(event) => setPicked(event.target.value === 'null' ? null : Number(event.target.value))}
            >
              {task.overlaps.map((one) => (
                <option key={`${one.with}`} value={`${one.with}`}>
                  {cleanLine(overlapWords(one, task.base))}
                </option>
              ))}
            </select>
          )}
          <Lines key={`${other}`} task={task} other={other} />
        </section>
      )}
    </>
  );
}

function Lines({ task, other }: { readonly task: Task; readonly other: number | null }): ReactNode {
  const changedAt = useModel((model) => (other === null ? null : model.tasks.get(other)?.updatedAt));
  const met = JSON.stringify(task.overlaps.find((one) => one.with === other));
  const found = useResource(`${task.id} ${other} ${task.updatedAt} ${changedAt} ${met}`, (client, signal) =>
    client.tasks.overlap({ task: task.id, with: other }, { signal }),
  );
  if (found.value === null)
    return found.failure === null ? <Skeleton lines={2} /> : <Failed failure={found.failure} again={found.reload} />;
  return (
    <>
      <ul>
        {found.value.files.map((file) => (
          <li key={file.path}>
            <code>{cleanLine(file.path)}</code>{' '}
            <span className="quiet">
              {file.conflict === null ? 'can be merged' : `conflicts (${cleanLine(file.conflict)})`}; {linesOf(file)}
            </span>
          </li>
        ))}
      </ul>
      <div className="overlap-sides">
        <Side words="This change" text={found.value.mine} />
        <Side words={other === null ? cleanLine(task.base) : `Task #${other}`} text={found.value.theirs} />
      </div>
    </>
  );
}

/** One of the two changes. Not drawn anew with every change of the task, because it may be long. */
const Side = memo(function Side({ words, text }: { readonly words: string; readonly text: string }): ReactNode {
  const { shown, left } = beginningOf(text);
  return (
    <div>
      <strong>{words}</strong>
      <pre className="mono">{shown}</pre>
      {left > 0 && <p className="quiet">{count(left, 'more line')} in the change itself.</p>}
    </div>
  );
});

function linesOf({ mine, theirs }: OverlapDetail['files'][number]): string {
  const words = (lines: typeof mine) =>
    lines.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`)).join(', ') || 'none';
  return `lines ${words(mine)} here, ${words(theirs)} there`;
}
