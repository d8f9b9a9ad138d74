import type { ReactNode } from 'react';
import { isRetried, type Task, type TaskOutcome, type TaskState } from '../../core/contract/task';

/** What a task looks like at a glance: its state, that it is parked until later, or what became of its change. */
export type Look = TaskState | 'parked' | 'merged' | 'published' | 'discarded';

/** The word for each look, as lists and screen readers say it. */
export const lookWords: Readonly<Record<Look, string>> = {
  queued: 'Queued',
  parked: 'Parked',
  running: 'Running',
  waiting: 'Waiting for you',
  review: 'In review',
  done: 'Done',
  merged: 'Merged',
  published: 'Published',
  discarded: 'Discarded',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** What of a task decides how it looks. */
interface Seen {
  readonly state: TaskState;
  readonly outcome: TaskOutcome | null;
  readonly runAfter: number | null;
}

/** How a task looks: a queued task that must not start yet is parked, and a done one is what became of its change. */
export function lookOf({ state, outcome, runAfter }: Seen, now: number): Look {
  if (state === 'queued' && runAfter !== null && runAfter > now) return 'parked';
  return state === 'done' && outcome !== null && outcome !== 'answered' ? outcome : state;
}

/** The word for how a task looks; one that only waits for its next attempt is not said to be parked. */
export function lookWord(task: Task, now: number): string {
  const look = lookOf(task, now);
  return look === 'parked' && isRetried(task) ? 'Retries' : lookWords[look];
}

/** One shape and one hue for each state, the same everywhere. Silent for screen readers unless it stands alone. */
export function Glyph({ look, alone = false }: { readonly look: Look; readonly alone?: boolean }): ReactNode {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: its name is the label; a title would also pop up on hover.
    <svg
      className={`glyph glyph-${look}`}
      viewBox="0 0 14 14"
      width="14"
      height="14"
      {...(alone ? { role: 'img', 'aria-label': lookWords[look] } : { 'aria-hidden': true })}
    >
      {shapes[look]}
    </svg>
  );
}

const line = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

const tick = <path d="m2.6 7.4 3 3 5.8-6.6" {...line} strokeWidth={2} />;

const shapes: Readonly<Record<Look, ReactNode>> = {
  queued: <circle cx="7" cy="7" r="4.6" {...line} />,
  parked: (
    <>
      <circle cx="7" cy="7" r="5" {...line} />
      <path d="M7 4.4V7l1.8 1.4" {...line} />
    </>
  ),
  running: (
    <>
      <circle cx="7" cy="7" r="4.6" {...line} />
      <path d="M7 2.4a4.6 4.6 0 0 1 0 9.2z" fill="currentColor" />
    </>
  ),
  waiting: <circle cx="7" cy="7" r="5" fill="currentColor" />,
  review: <path d="M7 1.8 12.2 7 7 12.2 1.8 7z" {...line} />,
  done: tick,
  merged: tick,
  published: tick,
  discarded: (
    <>
      <circle cx="7" cy="7" r="4.8" {...line} />
      <path d="m3.8 10.2 6.4-6.4" {...line} />
    </>
  ),
  failed: <path d="m3.2 3.2 7.6 7.6m0-7.6-7.6 7.6" {...line} strokeWidth={2} />,
  cancelled: <path d="M2.8 7h8.4" {...line} strokeWidth={2} />,
};
