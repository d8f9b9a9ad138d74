import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Request } from '../../core/contract/request';
import type { Task } from '../../core/contract/task';
import { mostUrgentFirst } from '../../core/contract/urgency';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Empty } from '../parts/empty';
import { WaitedToday } from '../shell/waited';
import { type App, useApp, useModel } from '../state/app';
import { goToRequest } from '../state/asked';
import { goTo, openTask, showSheet } from '../state/commands';
import { contestWords, openContest, waitForReview } from '../state/contests';
import { asShown, openRequests, tasksIn } from '../state/places';
import { say } from '../state/said';
import { useCursor } from '../tasks/cursor';
import { useHeldOrder } from '../tasks/held-order';
import { TaskLine } from '../tasks/row';
import { count } from '../text/amounts';
import { Card } from './card';
import { usePressing } from './pressing';
import { decides, useSelection } from './selection';
import { Several } from './several';

const shownAtOnce = 50;

/** Home: every open request as a card that can be answered where it stands, then the changes that wait for a verdict. */
export function Inbox(): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const requests = useInOrder(tasks);
  const ready = useMemo(() => waitForReview(tasksIn(tasks, 'review', ''), tasks), [tasks]);
  const { items: reviews, pointer, moved } = useHeldOrder(ready, tasks, 'ready');
  const shownRequests = requests.slice(0, shownAtOnce);
  const shownReviews = reviews.slice(0, shownAtOnce);
  const keys = [...shownRequests.map(({ id }) => `request ${id}`), ...shownReviews.map(({ id }) => `review ${id}`)];
  const [at, moveTo] = useCursor(keys, keys[0] ?? null, isSameKind);
  // Where the person last brought the cursor themselves; what came under it since was not chosen.
  const [steeredTo, setSteeredTo] = useState<string | null>(null);
  const steer = (key: string | null): void => {
    setSteeredTo(key);
    moveTo(key);
  };
  const here = at === null ? null : keys[at];
  const page = useCursorInView(here ?? null);
  const selection = useSelection(shownRequests);
  const several = selection.picked.length > 0;
  const move = (by: number): void => {
    moved();
    steer(keys[Math.max(0, Math.min(keys.length - 1, (at ?? 0) + by))] ?? null);
    page.takeFocus();
  };
  const onRequest = (then: (request: Request) => void): boolean => {
    const request = at === null ? undefined : shownRequests[at];
    if (request === undefined) return false;
    if (decides(request)) then(request);
    else say(app.said, { kind: 'done', text: 'A question is answered by itself', undo: null });
    return true;
  };
  const pick = (request: Request): void => {
    if (selection.toggle(request)) return;
    say(app.said, { kind: 'done', text: 'Only requests of one kind are answered together', undo: null });
  };
  useActions({
    pick: () => onRequest(pick),
    'pick-alike': () => onRequest(selection.pickAlike),
    down: () => move(1),
    up: () => move(-1),
    open: () => {
      if (at === null) return false;
      const request = shownRequests[at];
      const review = shownReviews[at - shownRequests.length];
      if (request !== undefined) goToRequest(app, { task: request.task, takesFocus: false });
      else if (review !== undefined) openReview(app, review);
      return true;
    },
  });
  return (
    <main ref={page.element} className="inbox" aria-label="Inbox">
      <div className="inbox-column">
        <header className="inbox-head">
          <h1>Inbox</h1>
          <p className="quiet">
            {requests.length === 0
              ? 'No agent waits for you.'
              : requests.length === 1
                ? 'One agent waits for you.'
                : `${count(requests.length, 'agent')} wait for you, most urgent first.`}{' '}
            <WaitedToday />
          </p>
        </header>
        {requests.length === 0 && reviews.length === 0 && (
          <Empty
            title="Nothing waits for you"
            actions={
              <Button action="new-task" onClick={() => showSheet(app, { kind: 'new-task', repository: null })}>
                New task
              </Button>
            }
          >
            Questions and permissions appear here while agents work, with everything needed to answer them.
          </Empty>
        )}
        <ul className="cards">
          {shownRequests.map((request) => (
            <Card
              key={request.id}
              request={request}
              active={here === `request ${request.id}`}
              steered={steeredTo === `request ${request.id}`}
              picked={decides(request) ? selection.has(request.id) : null}
              several={several}
              onPick={() => pick(request)}
              onActivate={(by) => {
                if (by === 'press') page.stay();
                steer(`request ${request.id}`);
              }}
            />
          ))}
        </ul>
        {requests.length > shownAtOnce && (
          <p className="quiet">{count(requests.length - shownAtOnce, 'more request')} follow as these are answered.</p>
        )}
        {reviews.length > 0 && (
          <section className="inbox-reviews" aria-labelledby="inbox-reviews" {...pointer}>
            <h2 id="inbox-reviews">
              Ready for review <span className="quiet tabular">{ready.length}</span>
            </h2>
            <ul>
              {shownReviews.map((task) => (
                <ReviewRow
                  key={task.id}
                  task={task}
                  active={here === `review ${task.id}`}
                  onActivate={() => moveTo(`review ${task.id}`)}
                />
              ))}
            </ul>
            {reviews.length > shownAtOnce && (
              <button type="button" className="link more-reviews" onClick={() => goTo(app, 'review')}>
                {count(reviews.length - shownAtOnce, 'more change')} to review
              </button>
            )}
          </section>
        )}
      </div>
      {several && <Several selection={selection} />}
    </main>
  );
}

/** The open requests, the most urgent first; those on screen keep their places while others come and go. */
function useInOrder(tasks: ReadonlyMap<number, Task>): readonly Request[] {
  const shown = useRef<readonly number[]>([]);
  const requests = useMemo(() => asShown(mostUrgentFirst(openRequests(tasks), Date.now()), shown.current), [tasks]);
  useLayoutEffect(() => {
    shown.current = requests.map(({ id }) => id);
  }, [requests]);
  return requests;
}

/** After the last request the cursor is free again, so that the next one that comes has it and not a change to review. */
function isSameKind(from: string, to: string): boolean {
  return from.split(' ')[0] === to.split(' ')[0];
}

/**
 * Keeps what the cursor is on in view; what a press brought it to stays where it was pressed. The focus goes there when the
 * person moved the cursor, or when it was nowhere or on another card; never away from what they press or write in.
 */
function useCursorInView(here: string | null): {
  readonly element: RefObject<HTMLElement | null>;
  readonly takeFocus: () => void;
  /** The next move is to where the person pressed. */
  readonly stay: () => void;
} {
  const element = useRef<HTMLElement>(null);
  const before = useRef(here);
  const wanted = useRef(false);
  const stays = useRef(false);
  const [moves, setMoves] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a move that changes nothing still brings the focus back.
  useEffect(() => {
    const moved = wanted.current;
    wanted.current = false;
    const pressed = stays.current;
    stays.current = false;
    if (here === before.current && !moved) return;
    before.current = here;
    const item = element.current?.querySelector<HTMLElement>('[data-cursor]');
    if (!pressed) item?.scrollIntoView({ block: 'nearest' });
    const focused = document.activeElement;
    const isElsewhere = focused?.closest('.card') != null && item?.contains(focused) !== true;
    if (moved || focused === document.body || isElsewhere) item?.focus({ preventScroll: true });
  }, [here, moves]);
  const stay = (): void => {
    stays.current = true;
  };
  const takeFocus = (): void => {
    wanted.current = true;
    setMoves((value) => value + 1);
  };
  return { element, takeFocus, stay };
}

/** Of a contest nothing of which is picked the changes are compared first. */
function openReview(app: App, task: Task): void {
  if (task.contest !== null && task.contest.picked === null) openContest(app, task.contest);
  else openTask(app, task.id, 'changes');
}

function ReviewRow(props: {
  readonly task: Task;
  readonly active: boolean;
  readonly onActivate: () => void;
}): ReactNode {
  const app = useApp();
  const { task, active } = props;
  const words = useModel(({ tasks }) => contestWords(tasks, task));
  const pressing = usePressing();
  return (
    <li>
      <button
        type="button"
        className={`row row-button ${active ? 'row-cursor' : ''}`}
        data-cursor={active || undefined}
        aria-current={active || undefined}
        onFocus={() => !active && !pressing.isDown() && props.onActivate()}
        onPointerDown={pressing.down}
        onClick={() => openReview(app, task)}
      >
        {words !== null && <strong className="inbox-compare">{words}</strong>}
        <TaskLine task={task} />
      </button>
    </li>
  );
}
