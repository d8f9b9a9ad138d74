import type { ReactNode } from 'react';
import type { Request } from '../../core/contract/request';
import { Glyph } from '../parts/glyph';
import { Keys } from '../parts/hint';
import { askingOf } from '../requests/answers';
import { RequestForm } from '../requests/request-form';
import { useApp } from '../state/app';
import { goToRequest } from '../state/asked';
import { nameOfPath } from '../state/places';
import { priorityWords } from '../task/words';
import { cleanLine } from '../text/clean';
import { Ago } from '../text/time';
import { usePressing } from './pressing';

/** One open request, with what led to it, answerable where it stands. */
export function Card(props: {
  readonly request: Request;
  /** The keys go to this one. */
  readonly active: boolean;
  /** The person brought the keys to this one. */
  readonly steered: boolean;
  /** Picked to be answered with others; null where that cannot be. */
  readonly picked: boolean | null;
  /** Some are picked, so the keys answer those. */
  readonly several: boolean;
  readonly onPick: () => void;
  /** The person came to it, by a press on it or by the focus. */
  readonly onActivate: (by: 'press' | 'focus') => void;
}): ReactNode {
  const { request, active, picked } = props;
  const app = useApp();
  const pressing = usePressing();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys come to it with the focus.
    <li
      className="card"
      data-cursor={active || undefined}
      data-picked={picked === true || undefined}
      aria-current={active || undefined}
      aria-label={`${askingOf(request)}: ${cleanLine(request.title)}`}
      tabIndex={-1}
      onFocus={() => !active && !pressing.isDown() && props.onActivate('focus')}
      onPointerDown={pressing.down}
      onClick={() => !active && props.onActivate('press')}
    >
      <div className="card-from">
        <Glyph look="waiting" />
        <button
          type="button"
          className="card-task ellipsis"
          dir="auto"
          title={cleanLine(request.taskTitle)}
          onClick={() => goToRequest(app, { task: request.task, takesFocus: false })}
        >
          {cleanLine(request.taskTitle)}
        </button>
        <span
          className="quiet ellipsis card-place"
          title={`${cleanLine(request.repository)} · ${cleanLine(request.agent)}`}
        >
          {nameOfPath(request.repository)} · {request.agent}
        </span>
        {request.priority !== 'default' && <span className="quiet card-waits">{priorityWords[request.priority]}</span>}
        <span className="quiet card-waits">
          waits <Ago at={request.createdAt} />
        </span>
        {picked !== null && (
          <button
            type="button"
            className="card-pick"
            aria-pressed={picked}
            title="Answer together with others"
            onClick={props.onPick}
          >
            <span className="unseen">Answer together with others</span>
            {active && <Keys keys="x" />}
            <span aria-hidden="true">{picked ? '☑' : '☐'}</span>
          </button>
        )}
      </div>
      {request.steps.length > 0 && (
        <ol className="steps" aria-label="What led to this">
          {request.steps.slice(-5).map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a request never change.
            <li key={index} className="ellipsis" dir="auto" title={cleanLine(step)}>
              {cleanLine(step)}
            </li>
          ))}
        </ol>
      )}
      <h2 className="card-title" dir="auto">
        <span className="card-asking">{askingOf(request)}</span> {cleanLine(request.title)}
      </h2>
      <RequestForm request={request} active={active && !props.several} steered={props.steered} />
    </li>
  );
}
