import { assertNever } from './errors';
import type { TaskOutcome, TaskState } from './task';

/**
 * When a task may start after another one: `landed`, once that is merged, published or answered, from the base; `review`,
 * as soon as its change is in review, from its branch.
 */
export const starts = ['landed', 'review'] as const;
export type Start = (typeof starts)[number];

/** A task that another one is after. */
export interface Before {
  readonly id: number;
  readonly state: TaskState;
  readonly outcome: TaskOutcome | null;
  readonly start: Start;
  /** Where its change stands; null while there is none. */
  readonly head: string | null;
}

/** A task whose change another one stands on, and where that was then. */
export interface Part {
  readonly id: number;
  readonly head: string;
}

/** Whether a task in this state has landed: nothing of it is still to come onto the base. */
export function hasLanded({ state, outcome }: Pick<Before, 'state' | 'outcome'>): boolean {
  return state === 'done' && outcome !== 'discarded';
}

/** Whether a task in this state lets one that is after it start. */
export function letsStart(before: Pick<Before, 'state' | 'outcome' | 'start'>): boolean {
  return hasLanded(before) || (before.start === 'review' && before.state === 'review');
}

/** What a task is to stand on. */
export interface Footing {
  /** The changes it is made of, by id; none for the base alone. */
  readonly parts: readonly Part[];
  /** Whether the base as it is now belongs to it, because something landed that was part of it. */
  readonly withBase: boolean;
}

/**
 * What a task is to stand on, by those it is after and those it stands on now. A change that is being worked on stays as it
 * was when it was taken up; one it is no longer after, or that has landed, is no part any more.
 */
export function footingOf(before: readonly Before[], parts: readonly Part[]): Footing {
  const stoodOn = new Map(parts.map(({ id, head }) => [id, head]));
  const next = before.flatMap((one): Part[] => {
    if (hasLanded(one)) return [];
    const was = stoodOn.get(one.id);
    const isShown = one.state === 'review' && one.head !== null && (one.start === 'review' || was !== undefined);
    if (isShown && one.head !== null) return [{ id: one.id, head: one.head }];
    return was === undefined ? [] : [{ id: one.id, head: was }];
  });
  const withBase = next.length === 0 || before.some(hasLanded);
  return { parts: [...next].sort((one, other) => one.id - other.id), withBase };
}

/** Whether a task stands on what it is to stand on. */
export function standsOn(footing: Footing, parts: readonly Part[]): boolean {
  const inWords = (each: readonly Part[]) =>
    [...each]
      .sort((one, other) => one.id - other.id)
      .map(({ id, head }) => `${id} ${head}`)
      .join();
  return inWords(footing.parts) === inWords(parts);
}

/** Of tasks that are to be brought onto something else, those that stand on none of the others: they come first. */
export function lowest(stale: readonly number[], partsOf: (task: number) => readonly number[]): number[] {
  const all = new Set(stale);
  return stale.filter((task) => !restsOn(task, all, partsOf));
}

function restsOn(task: number, on: ReadonlySet<number>, partsOf: (task: number) => readonly number[]): boolean {
  const seen = new Set<number>([task]);
  for (let next = [...partsOf(task)]; next.length > 0; ) {
    if (next.some((id) => on.has(id) && id !== task)) return true;
    const unseen = next.filter((id) => !seen.has(id));
    for (const id of unseen) seen.add(id);
    next = unseen.flatMap(partsOf);
  }
  return false;
}

/** Whether a task has ended without landing: what is after it waits until it is retried or restored. */
export function isEnded(one: Pick<Before, 'state' | 'outcome'>): boolean {
  return !hasLanded(one) && (one.state === 'failed' || one.state === 'cancelled' || one.state === 'done');
}

/** Why a finished change cannot land yet, a sentence; null when nothing it is after holds it. */
export function heldWords(before: readonly Pick<Before, 'id' | 'state' | 'outcome'>[]): string | null {
  const open = before.filter((one) => !hasLanded(one));
  const ended = open.find(isEnded);
  if (ended !== undefined)
    return `It lands after task ${ended.id}, which ${endedWords(ended)}. ${ended.state === 'done' ? 'Restore' : 'Retry'} that one, or take this one off it.`;
  if (open.length === 0) return null;
  return `It lands after ${open.map(({ id, state }) => `task ${id}, which ${stateWords(state)}`).join(', and ')}.`;
}

/** How a task ended that did not land: the end of `task 3, which …`. */
export function endedWords({ state }: Pick<Before, 'state'>): string {
  return state === 'failed' ? 'failed' : state === 'cancelled' ? 'was cancelled' : 'was discarded';
}

function stateWords(state: TaskState): string {
  switch (state) {
    case 'queued':
      return 'is queued';
    case 'running':
      return 'is being worked on';
    case 'waiting':
      return 'waits for an answer';
    case 'review':
      return 'is in review';
    case 'done':
    case 'failed':
    case 'cancelled':
      return endedWords({ state });
    default:
      return assertNever(state);
  }
}
