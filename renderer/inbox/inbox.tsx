import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { Request } from '../../core/contract/request';
import type { Task } from '../../core/contract/task';
import { useActions } from '../keys/keyboard';
import { Button } from '../parts/button';
import { Empty } from '../parts/empty';
import { Glyph } from '../parts/glyph';
import { askingOf } from '../requests/answers';
import { RequestForm } from '../requests/request-form';
import { useApp, useModel } from '../state/app';
import { openTask, showSheet } from '../state/commands';
import { nameOfPath, openRequests, tasksIn } from '../state/places';
import { TaskLine } from '../tasks/row';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Ago } from '../text/time';

/** Home: every open request as a card that can be answered where it stands, then the changes that wait for a verdict. */
export function Inbox(): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  const requests = useMemo(() => openRequests(tasks), [tasks]);
  const reviews = useMemo(() => tasksIn(tasks, 'review', ''), [tasks]);
  const [current, setCurrent] = useCurrent(requests);
  useActions({
    down: () => setCurrent(1),
    up: () => setCurrent(-1),
    open: () => {
      const request = requests[current];
      if (request === undefined) return false;
      openTask(app, request.task, 'conversation');
      return true;
    },
  });
  return (
    <main className="inbox" aria-label="Inbox">
      <div className="inbox-column">
        <header className="inbox-head">
          <h1>Inbox</h1>
          <p className="quiet">
            {requests.length === 0
              ? 'No agent waits for you.'
              : requests.length === 1
                ? 'One agent waits for you.'
                : `${count(requests.length, 'agent')} wait for you, longest first.`}
          </p>
        </header>
        {requests.length === 0 && reviews.length === 0 && (
          <Empty title="Nothing waits for you">
            Questions and permissions appear here while agents work, with everything needed to answer them.
            <Button action="new-task" onClick={() => showSheet(app, { kind: 'new-task', repository: null })}>
              New task
            </Button>
          </Empty>
        )}
        <ul className="cards">
          {requests.slice(0, 50).map((request, index) => (
            <Card
              key={request.id}
              request={request}
              active={index === current}
              onActivate={() => setCurrent(index - current)}
            />
          ))}
        </ul>
        {requests.length > 50 && (
          <p className="quiet">{count(requests.length - 50, 'more request')} follow as these are answered.</p>
        )}
        {reviews.length > 0 && <Reviews tasks={reviews} />}
      </div>
    </main>
  );
}

/** The card in hand: it stays in place in the list, so answering one moves to the next. */
function useCurrent(requests: readonly Request[]): readonly [number, (by: number) => void] {
  const [wanted, setWanted] = useState(0);
  const current = Math.max(0, Math.min(wanted, Math.min(requests.length, 50) - 1));
  return [current, (by) => setWanted(Math.max(0, Math.min(current + by, Math.min(requests.length, 50) - 1)))];
}

function Card(props: {
  readonly request: Request;
  readonly active: boolean;
  readonly onActivate: () => void;
}): ReactNode {
  const { request, active } = props;
  const app = useApp();
  const element = useRef<HTMLLIElement>(null);
  const wasActive = useRef(active);
  useEffect(() => {
    if (active && !wasActive.current) {
      element.current?.scrollIntoView({ block: 'nearest' });
      if (document.activeElement === document.body || document.activeElement?.closest('.card') !== null)
        element.current?.focus({ preventScroll: true });
    }
    wasActive.current = active;
  }, [active]);
  return (
    <li
      ref={element}
      className="card"
      aria-current={active || undefined}
      aria-label={`${askingOf(request)}: ${cleanLine(request.title)}`}
      tabIndex={-1}
      onFocus={() => !active && props.onActivate()}
      onPointerDown={() => !active && props.onActivate()}
    >
      <div className="card-from">
        <Glyph look="waiting" />
        <button
          type="button"
          className="card-task ellipsis"
          dir="auto"
          onClick={() => openTask(app, request.task, 'conversation')}
        >
          {cleanLine(request.taskTitle)}
        </button>
        <span className="quiet ellipsis card-place">
          {nameOfPath(request.repository)} · {request.agent}
        </span>
        <span className="quiet">
          waits <Ago at={request.createdAt} />
        </span>
      </div>
      {request.steps.length > 0 && (
        <ol className="steps" aria-label="What led to this">
          {request.steps.slice(-5).map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a request never change.
            <li key={index} className="ellipsis" dir="auto">
              {cleanLine(step)}
            </li>
          ))}
        </ol>
      )}
      <h2 className="card-title" dir="auto">
        <span className="card-asking">{askingOf(request)}</span> {cleanLine(request.title)}
      </h2>
      <RequestForm request={request} active={active} />
    </li>
  );
}

function Reviews({ tasks }: { readonly tasks: readonly Task[] }): ReactNode {
  const app = useApp();
  return (
    <section className="inbox-reviews" aria-labelledby="inbox-reviews">
      <h2 id="inbox-reviews">
        Ready for review <span className="quiet tabular">{tasks.length}</span>
      </h2>
      <ul>
        {tasks.slice(0, 50).map((task) => (
          <li key={task.id}>
            <button type="button" className="row row-button" onClick={() => openTask(app, task.id, 'changes')}>
              <TaskLine task={task} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
