import type { TaskState } from '../../core/contract/task';
import type { Store } from './store';

/** One sentence the window says at its foot, and how to take back what it tells of. */
export interface Saying {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly undo: (() => void) | null;
  /** The task it tells of and the state it left the task in; once the task has moved on the sentence is old. */
  readonly about: { readonly task: number; readonly state: TaskState } | null;
  /** False once it left the screen; what it tells of can still be undone. */
  readonly shown: boolean;
}

let lastId = 0;

/** Says a sentence in place of the one before; a failure stays until it is closed. The newest twenty can be undone. */
export function say(
  said: Store<readonly Saying[]>,
  saying: Pick<Saying, 'kind' | 'text' | 'undo'> & Partial<Pick<Saying, 'about'>>,
): void {
  lastId += 1;
  const id = lastId;
  said.update((sayings) => {
    const before =
      saying.kind === 'done'
        ? sayings.map((old) => (old.kind === 'done' && old.shown ? { ...old, shown: false } : old))
        : sayings;
    return [...before, { about: null, ...saying, id, shown: true }].slice(-20);
  });
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
