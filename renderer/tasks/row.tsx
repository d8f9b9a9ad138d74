import { memo, type ReactNode } from 'react';
import { agentWords } from '../../core/contract/contest';
import { memoryHoldWords } from '../../core/contract/process';
import { isDrivenNow } from '../../core/contract/takeover';
import { type Task, waitsSince } from '../../core/contract/task';
import { Glyph, lookOf, lookWord, lookWords } from '../parts/glyph';
import { Icon } from '../parts/icon';
import { useDoing, useModel } from '../state/app';
import { useStands } from '../state/checks';
import { placeIn } from '../state/contests';
import { nameOfPath } from '../state/places';
import { count, money } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago, Until } from '../text/time';
import { landingNotes, waitWords } from './waits';

/** A task in two lines: what it is and since when, then what matters about it in its state. */
export const TaskLine = memo(function TaskLine({ task }: { readonly task: Task }): ReactNode {
  const look = lookOf(task, Date.now());
  const place = placeIn(task);
  const doing = useDoing(`task:${task.id}`);
  return (
    <span className="line">
      <Glyph look={look} />
      <span className="line-part">
        <span className="line-title ellipsis" dir="auto" title={`#${task.id} ${cleanLine(task.title)}`}>
          <span className="unseen">{lookWord(task, Date.now())}: </span>
          {place !== null && <span className="line-place tabular">{place}</span>}
          {cleanLine(task.title)}
        </span>
        <span className="line-time quiet">
          {look === 'parked' && task.runAfter !== null ? <Until at={task.runAfter} /> : <Ago at={waitsSince(task)} />}
        </span>
      </span>
      <span className="line-part">
        <span className="line-number tabular quiet">#{task.id}</span>
        <span className="line-facts ellipsis quiet">{doing ?? <Facts task={task} />}</span>
        <span className="line-size tabular">
          <Size task={task} />
        </span>
      </span>
    </span>
  );
});

function Facts({ task }: { readonly task: Task }): ReactNode {
  const start = `${nameOfPath(task.repository)} · ${cleanLine(agentWords(task))}`;
  switch (task.state) {
    case 'waiting': {
      const request = task.requests[0];
      return request === undefined ? start : <Whole className="line-asks">{request.title}</Whole>;
    }
    case 'failed':
      return <Whole className="line-error">{task.error ?? 'Failed'}</Whole>;
    case 'queued':
      if (isDrivenNow(task)) return `You drive it · ${start}`;
      if (task.blockedBy.length > 0) return <Waits task={task} />;
      // Why comes before whose: the end of a line is what is cut.
      return task.queuedReason === null ? <Next start={start} /> : <Whole>{`${task.queuedReason} · ${start}`}</Whole>;
    case 'done':
    case 'cancelled':
      return `${task.outcome === 'answered' ? 'Answered' : lookWords[lookOf(task, Date.now())]} · ${start}`;
    default: {
      if (isDrivenNow(task)) return `You drive it · ${start}`;
      return <Landing task={task} start={start} />;
    }
  }
}

/** What keeps a finished change from landing, or is to be known of that, before what its task is of. */
function Landing({ task, start }: { readonly task: Task; readonly start: string }): ReactNode {
  const notes = landingNotes(task, useStands(task));
  if (notes.length === 0) return start;
  return (
    <span title={notes.map(({ words }) => cleanLine(words)).join('\n')}>
      {notes.map(({ kind, words }) => (
        <span key={words} className={`line-${kind}`}>
          {kind === 'failed' && <Glyph look="failed" />}
          {kind === 'warning' && <Icon name="warning" />}
          {cleanLine(words)} ·{' '}
        </span>
      ))}
      {start}
    </span>
  );
}

/** One line that may be cut, and is read whole where the pointer rests. */
function Whole(props: { readonly children: string; readonly className?: string }): ReactNode {
  const words = cleanLine(props.children);
  return (
    <span className={props.className} title={words}>
      {words}
    </span>
  );
}

function Waits({ task }: { readonly task: Task }): ReactNode {
  return <Whole>{useModel((model) => waitWords(task, model.tasks))}</Whole>;
}

/** A task whose turn is next, and what keeps it from starting when something does. */
function Next({ start }: { readonly start: string }): ReactNode {
  const held = useModel((model) => model.held);
  return held === null ? start : <Whole>{`${memoryHoldWords(held)} · ${start}`}</Whole>;
}

function Size({ task }: { readonly task: Task }): ReactNode {
  const cost = money(task.usage.costUsd);
  return (
    <>
      {task.change !== null && <ChangeSize additions={task.change.additions} deletions={task.change.deletions} />}
      {cost !== null && <span className="quiet"> {cost}</span>}
    </>
  );
}

/** `+84 −12`, said in words to a screen reader. */
export function ChangeSize(props: { readonly additions: number; readonly deletions: number }): ReactNode {
  return (
    <span className="tabular">
      <span className="unseen">
        {count(props.additions, 'line')} added, {count(props.deletions, 'line')} removed
      </span>
      <span aria-hidden="true">
        <span className="added">+{props.additions.toLocaleString()}</span>{' '}
        <span className="removed">−{props.deletions.toLocaleString()}</span>
      </span>
    </span>
  );
}
