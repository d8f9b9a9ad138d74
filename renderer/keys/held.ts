import type { ActionId } from './actions';
import type { Pressed } from './press';

/** A key that was pressed too early: what it types in a field, `Enter` and `Backspace` by their names, and what it means outside. */
export interface HeldKey {
  readonly key: string;
  readonly pressed: Pressed;
}

/** What keys are held for. */
export interface HeldFor {
  /** Whether what this acts on is still on its way. */
  readonly awaits: (meaning: ActionId) => boolean;
  /** Does it; false where it cannot be done. */
  readonly does: (meaning: ActionId) => boolean;
  /** Whether a field has the focus. */
  readonly isInField: () => boolean;
  /** Writes into the field that has it. */
  readonly type: (text: string) => void;
  /** A key that was held could not be done. Where it opens a field, what was typed after it is forgotten. */
  readonly failed: (meaning: ActionId) => void;
}

/** Keys in the order they were pressed, held until they can be done. */
export interface Hold {
  /** Whether a key that is pressed now comes after others that are held, or after one whose field is still to open. */
  has(): boolean;
  add(held: HeldKey): void;
  /** An action that opens a field was done: what is typed next is for that field. */
  opens(): void;
  /** Does or types what can be by now. */
  goOn(): void;
  /** Forgets all of them. Gives back whether there were any. */
  drop(): boolean;
}

/** What opens a field to write in: what is typed after one of these is text, and never a key of the window. */
export const opening: ReadonlySet<ActionId> = new Set<ActionId>(['comment', 'comment-file', 'edit-file']);

/** Holds keys until what they act on is there, and what is typed after a key that opens a field until that has the focus. */
export function holdKeys(on: HeldFor): Hold {
  let held: readonly HeldKey[] = [];
  let isOpening = false;
  const drop = (): boolean => {
    const had = held.length > 0 || isOpening;
    held = [];
    isOpening = false;
    return had;
  };
  /** Whether there may be more to do now. */
  const next = (): boolean => {
    if (isOpening) {
      if (!on.isInField()) return false;
      const text = textOf(held);
      drop();
      if (text !== '') on.type(text);
      return false;
    }
    const [first] = held;
    if (first === undefined) return false;
    const { meaning } = first.pressed;
    if (meaning !== null && meaning !== 'begins-pair') {
      if (on.awaits(meaning)) return false;
      held = held.slice(1);
      const isDone = on.does(meaning);
      if (opening.has(meaning) && isDone) isOpening = true;
      else if (opening.has(meaning)) drop();
      if (!isDone) on.failed(meaning);
    } else held = held.slice(1);
    return true;
  };
  return {
    drop,
    has: () => held.length > 0 || isOpening,
    add: (key) => {
      held = [...held, key];
    },
    opens: () => {
      isOpening = true;
    },
    goOn: () => {
      while (next());
    },
  };
}

function textOf(held: readonly HeldKey[]): string {
  return held.reduce((text, { key }) => {
    if (key === 'Backspace') return text.slice(0, -1);
    return text + (key === 'Enter' ? '\n' : key);
  }, '');
}
