import { type ReactNode, useRef, useState } from 'react';
import { type Comparison, standOfContest } from '../../core/contract/contest';
import { isInHand, type Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Failed, Skeleton } from '../parts/empty';
import { ListButton } from '../shell/list-button';
import { useApp, useModel } from '../state/app';
import { openTask } from '../state/commands';
import { tasksOf } from '../state/contests';
import { nameOfPath } from '../state/places';
import { useResource } from '../state/resource';
import { cleanLine } from '../text/clean';
import { Contestant } from './contestant';
import './contest.css';
import { ComparedFiles } from './files';
import { PickForm } from './pick';

/** The tasks of a contest beside each other: what each came to, which files it touches, and two changes of a file side by side. */
export function ContestPage({ task }: { readonly task: number }): ReactNode {
  const known = useModel((model) => model.tasks);
  const contest = known.get(task)?.contest ?? null;
  const live = contest === null ? [] : tasksOf(known, contest);
  // What an agent spends changes by the second; what is compared only with what was committed.
  const version = live.reduce((sum, { stateSince, change }) => sum + stateSince + sizeOf(change), 0);
  const found = useResource(`${task}`, (client, signal) => client.contests.compare({ task }, { signal }), version);
  if (found.value === null) {
    return (
      <section className="page contest" aria-label="Contest">
        {found.failure === null ? <Skeleton lines={8} /> : <Failed failure={found.failure} again={found.reload} />}
      </section>
    );
  }
  const now = (one: Task): Task => known.get(one.id) ?? one;
  const tasks = found.value.tasks.map((one) => ({ ...one, task: now(one.task) }));
  return <Page comparison={{ ...found.value, tasks }} failure={found.failure !== null} reload={found.reload} />;
}

function sizeOf(change: Task['change']): number {
  return change === null ? 0 : 1 + change.files + change.additions + change.deletions;
}

function Page(props: {
  readonly comparison: Comparison;
  readonly failure: boolean;
  readonly reload: () => void;
}): ReactNode {
  const app = useApp();
  const { comparison } = props;
  const tasks = comparison.tasks.map(({ task }) => task);
  const [chosen, setChosen] = useState(0);
  const [picking, setPicking] = useState<number | null>(null);
  const body = useRef<HTMLElement>(null);
  const at = Math.min(chosen, tasks.length - 1);
  const first = tasks[0];
  const focused = tasks[at];
  const picked = first?.contest?.picked ?? null;
  /** What had the focus before it was asked which one to pick. */
  const before = useRef<Element | null>(null);
  const ask = (task: number): void => {
    if (picking === null) before.current = document.activeElement;
    setPicking(task);
  };
  const close = (isPicked: boolean): void => {
    setPicking(null);
    // What was pressed to ask is gone with what was picked; from the list beside it, arrows would move that.
    const back = before.current;
    const isBack = !isPicked && back instanceof HTMLElement && body.current?.contains(back) === true;
    (isBack ? back : body.current)?.focus({ preventScroll: true });
  };
  useActions(
    {
      viewed: () => focused !== undefined && openTask(app, focused.id, 'changes'),
      'previous-comment': () => {
        if (focused === undefined || picked !== null) return false;
        ask(focused.id);
        return true;
      },
      back: () => {
        if (picking === null) return false;
        close(false);
        return true;
      },
    },
    (digit) => {
      if (digit > tasks.length) return false;
      setChosen(digit - 1);
      return true;
    },
  );
  if (first === undefined || focused === undefined) return null;
  return (
    <section className="page contest" aria-label="Contest">
      <header className="head">
        <div className="head-top">
          <ListButton />
          <h1 className="head-title ellipsis" dir="auto" title={cleanLine(first.title)}>
            {cleanLine(first.title)}
          </h1>
          <span className="head-state" role="status">
            {standWords(tasks, picked)}
          </span>
        </div>
        <p className="head-facts quiet">
          <span className="ellipsis">{cleanLine(nameOfPath(first.repository))}</span>
          <span className="ellipsis">
            {tasks.length} tasks from <code>{cleanLine(first.base)}</code>
            {comparison.oid !== null && (
              <>
                {' '}
                at <code title={comparison.oid}>{comparison.oid.slice(0, 7)}</code>
              </>
            )}
          </span>
        </p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section ref={body} className="contest-body" tabIndex={0} aria-label="Comparison">
        <ul className="contestants" style={{ gridTemplateColumns: `repeat(${tasks.length}, minmax(216px, 1fr))` }}>
          {comparison.tasks.map((one, index) => (
            <Contestant
              key={one.task.id}
              compared={one}
              place={index + 1}
              focused={index === at}
              picked={picked}
              onFocus={() => setChosen(index)}
              onPick={() => {
                setChosen(index);
                ask(one.task.id);
              }}
            />
          ))}
        </ul>
        {picking !== null && <PickForm key={picking} id={picking} tasks={tasks} close={close} />}
        {props.failure && (
          <p className="quiet">
            This could not be looked at again.{' '}
            <button type="button" className="link" onClick={props.reload}>
              Look again
            </button>
          </p>
        )}
        <ComparedFiles comparison={comparison} focused={focused.id} />
      </section>
    </section>
  );
}

function standWords(tasks: readonly Task[], picked: number | null): string {
  const stand = standOfContest(tasks, picked);
  const over = tasks.filter((task) => !isInHand(task)).length;
  switch (stand) {
    case 'at work':
      return `${over} of ${tasks.length} finished`;
    case 'ready':
      return 'Ready to compare';
    case 'landed':
      return 'One has landed';
    case 'over':
      return picked === null ? 'Nothing to pick' : `#${picked} was picked`;
  }
}
