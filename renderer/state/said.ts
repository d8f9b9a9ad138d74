import type { TaskState } from '../../core/contract/task';
import type { Store } from './store';

/** One sentence the window says at its foot, and how to take back what it tells of. */
export interface Saying {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly undo: (() => void) | null;
  /**
   * The task it tells of, and the state it left the task in: once the task has moved on the sentence is old. A sentence
   * without a state stays true.
   */
  readonly about: { readonly task: number; readonly state: TaskState | null } | null;
  /** False once it left the screen; what it tells of can still be undone. */
  readonly shown: boolean;
}

let lastId = 0;

/**
 * Says a sentence in place of the one before, and of all that were said of the same task: no two of them contradict each
 * other. A failure stays until it is closed, or something else is said of its task. The newest twenty can be undone.
 */
export function say(
  said: Store<readonly Saying[]>,
  saying: Pick<Saying, 'kind' | 'text' | 'undo'> & Partial<Pick<Saying, 'about'>>,
): void {
  lastId += 1;
  const id = lastId;
  const task = saying.about?.task ?? null;
  said.update((sayings) =>
    [
      ...without(sayings, (old) => (saying.kind === 'done' && old.kind === 'done') || isOf(old, task)),
      { about: null, ...saying, id, shown: true },
    ].slice(-20),
  );
}

/** Takes what is said of a task off the screen: it has moved on, and what was done now shows where it stands. */
export function unsayOf(said: Store<readonly Saying[]>, task: number): void {
  said.update((sayings) => without(sayings, (old) => isOf(old, task)));
}

function isOf({ about }: Saying, task: number | null): boolean {
  return task !== null && about?.task === task;
}

function without(sayings: readonly Saying[], goes: (saying: Saying) => boolean): readonly Saying[] {
  return sayings.map((old) => (old.shown && goes(old) ? { ...old, shown: false } : old));
}

/** Takes a sentence off the screen. */
export function unsay(said: Store<readonly Saying[]>, id: number): void {
  said.update((sayings) => sayings.map((saying) => (saying.id === id ? { ...saying, shown: false } : saying)));
}

/** Takes back the newest thing that can be taken back. False when there is none. */
export function undoLast(said: Store<readonly Saying[]>): boolean {
  const saying = said.get().findLast(({ undo }) => undo !== null);
  if (saying === undefined) return false;
  said.update((sayings) => sayings.filter(({ id }) => id !== saying.id));
  saying.undo?.();
  return true;
}
