import { type ReactNode, useEffect, useRef } from 'react';
import { isUnknown, type Measure, spentWords } from '../../core/contract/budget';
import { agentWords, type ComparedTask } from '../../core/contract/contest';
import { isInHand, type Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Glyph, lookOf, lookWord } from '../parts/glyph';
import { Keys } from '../parts/hint';
import { useApp, useDoing } from '../state/app';
import { openTask } from '../state/commands';
import { ChangeSize } from '../tasks/row';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';

/** One task of a contest: who did it, in which state it is, and what it came to. */
export function Contestant(props: {
  readonly compared: ComparedTask;
  readonly place: number;
  readonly focused: boolean;
  readonly picked: number | null;
  readonly onFocus: () => void;
  readonly onPick: () => void;
}): ReactNode {
  const app = useApp();
  const { compared, focused, picked } = props;
  const { task, questions, problem } = compared;
  const doing = useDoing(`contest:${task.contest?.id}`);
  const look = lookOf(task, Date.now());
  const own = useRef<HTMLLIElement>(null);
  // Beside others it may stand out of sight; up and down nothing moves, because what is compared is further down.
  useEffect(() => {
    const [card, list] = [own.current, own.current?.parentElement];
    if (!focused || card == null || list == null) return;
    const [{ left, right }, room] = [card.getBoundingClientRect(), list.getBoundingClientRect()];
    if (left < room.left) list.scrollLeft += left - room.left;
    else if (right > room.right) list.scrollLeft += right - room.right;
  }, [focused]);
  const isOver = task.state === 'failed' || task.state === 'cancelled' || task.outcome === 'discarded';
  return (
    <li ref={own} className={focused ? 'contestant contestant-on' : 'contestant'}>
      <button type="button" className="contestant-head" aria-pressed={focused} onClick={props.onFocus}>
        <kbd className="keys">{props.place}</kbd>
        <span className="ellipsis" title={cleanLine(agentWords(task))}>
          {cleanLine(agentWords(task))}
        </span>
        <span className="quiet tabular">#{task.id}</span>
      </button>
      <p className={`contestant-state state-${look}`}>
        <Glyph look={look} /> {lookWord(task, Date.now())}
        {task.id === picked && <strong> · picked</strong>}
      </p>
      <dl className="contestant-facts tabular">
        <dt>Change</dt>
        <dd>
          {task.change === null ? (
            <span className="quiet">{isInHand(task) ? 'not committed yet' : 'none'}</span>
          ) : (
            <>
              {count(task.change.files, 'file')}{' '}
              <ChangeSize additions={task.change.additions} deletions={task.change.deletions} />
            </>
          )}
        </dd>
        <dt>Checks</dt>
        <dd>
          <CheckStates task={task} />
        </dd>
        <dt>Cost</dt>
        <dd>{spentOf(task, 'usd')}</dd>
        <dt>Tokens</dt>
        <dd>{spentOf(task, 'tokens')}</dd>
        <dt>Worked</dt>
        <dd>{spentOf(task, 'minutes')}</dd>
        <dt>Asked</dt>
        <dd>{questions === 0 ? 'nothing' : count(questions, 'question')}</dd>
      </dl>
      {task.state === 'failed' && task.error !== null && <Wrong>{cleanLine(task.error)}</Wrong>}
      {problem !== null && <Wrong>{cleanLine(problem)}</Wrong>}
      <div className="contestant-acts">
        <Button onClick={() => openTask(app, task.id, task.change === null ? undefined : 'changes')}>
          {task.state === 'review' ? 'Review' : 'Open'} {focused && <Keys keys="v" />}
        </Button>
        {picked === null && !isOver && (
          <Button doing={doing} onClick={props.onPick}>
            Pick {focused && <Keys keys="p" />}
          </Button>
        )}
      </div>
    </li>
  );
}

/** A reason, of which a long one is cut here; the task's own page has all of it. */
function Wrong({ children }: { readonly children: string }): ReactNode {
  return (
    <p className="contestant-error" title={children}>
      {children}
    </p>
  );
}

/** So many checks that passed are named; more are counted. */
const namedPassed = 2;

function CheckStates({ task }: { readonly task: Task }): ReactNode {
  if (task.checks.length === 0) return <span className="quiet">none ran</span>;
  const passed = task.checks.filter(({ state, stale }) => state === 'passed' && !stale);
  const named = passed.length > namedPassed ? task.checks.filter((check) => !passed.includes(check)) : task.checks;
  return (
    <ul>
      {passed.length > namedPassed && (
        <li className="quiet" title={passed.map(({ name }) => cleanLine(name)).join(', ')}>
          {passed.length} of {task.checks.length} passed
        </li>
      )}
      {named.map(({ name, state, stale }) => (
        <li key={name}>
          {cleanLine(name)}{' '}
          <span className={state === 'failed' ? 'removed' : 'quiet'}>
            {state}
            {stale && ' on an older change'}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** In the words of the terminal's comparison. */
function spentOf({ session, spent }: Task, measure: Measure): ReactNode {
  if (session === null) return <span className="quiet">–</span>;
  const words = spentWords(spent, measure).replace(/ tokens$/, '');
  return isUnknown(spent, measure) ? <span className="quiet">{words}</span> : words;
}
