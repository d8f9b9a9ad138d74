import { useSyncExternalStore } from 'react';

/** A value that can be read, replaced and watched. */
export interface Store<T> {
  get(): T;
  /** Replaces the value by what `next` makes of it; nobody is told when it makes the same one. */
  update(next: (value: T) => T): void;
  /** Calls back after every replacement. Gives back how to stop. */
  subscribe(listener: () => void): () => void;
}

/** Makes a store that holds `value`. */
export function createStore<T>(value: T): Store<T> {
  let current = value;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    update(next) {
      const replaced = next(current);
      if (Object.is(replaced, current)) return;
      current = replaced;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The part of a store a component shows. `pick` must give the same object for the same value. */
export function useStore<T, P>(store: Store<T>, pick: (value: T) => P): P {
  return useSyncExternalStore(store.subscribe, () => pick(store.get()));
}
