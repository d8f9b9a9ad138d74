import { type RefObject, useCallback, useSyncExternalStore } from 'react';
import { fieldOf } from '../keys/field';

const moves = ['focusin', 'focusout'] as const;

/**
 * Whether letters are keys of the window for what is inside an element: they are not while a field elsewhere is written
 * in, so that no request says it is answered by them, and one that gets them back is come to anew.
 */
export function useKeysHere(place: RefObject<HTMLElement | null>): boolean {
  return useSyncExternalStore(
    follow,
    useCallback(() => {
      const field = fieldOf(document.activeElement);
      return field === null || place.current?.contains(field) === true;
    }, [place]),
  );
}

function follow(listener: () => void): () => void {
  for (const type of moves) document.addEventListener(type, listener);
  return () => {
    for (const type of moves) document.removeEventListener(type, listener);
  };
}
