import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';

/** For so long after the person last moved in a list by a key it keeps its order. */
const heldMs = 1_000;

/** For so long after the pointer last moved over it: one that was left there means to press nothing. */
const restsMs = 4_000;

/**
 * A list as it is shown while its order holds: what was shown keeps its place, also when it belongs there no more, as long
 * as it is known; what came since is at the end, where it moves nothing.
 */
export function heldOrder<T extends { readonly id: number }>(
  now: readonly T[],
  shown: readonly number[],
  known: ReadonlyMap<number, T>,
): readonly T[] {
  const before = new Set(shown);
  return [...shown.flatMap((id) => known.get(id) ?? []), ...now.filter(({ id }) => !before.has(id))];
}

/** What a list that may hold its order is shown as, and what tells it that somebody is about to press in it. */
interface Held<T> {
  readonly items: readonly T[];
  /** For the element around the list. */
  readonly pointer: { readonly onPointerMove: () => void; readonly onPointerLeave: () => void };
  /** To be called when the person moves in the list by a key. */
  readonly moved: () => void;
}

/**
 * Keeps a list from being sorted anew under somebody's hand: its order holds while the pointer moves over it and shortly after,
 * and for a moment after each move by a key. Another `list` begins in its own order, held or not.
 */
export function useHeldOrder<T extends { readonly id: number }>(
  now: readonly T[],
  known: ReadonlyMap<number, T>,
  list: string,
): Held<T> {
  const [over, setOver] = useState(false);
  const [moves, setMoves] = useState(0);
  const [still, setStill] = useState(true);
  const shown = useRef<{ readonly list: string; readonly ids: readonly number[] }>({ list, ids: [] });
  useEffect(() => {
    if (moves === 0) return;
    const timer = setTimeout(() => setStill(true), heldMs);
    return () => clearTimeout(timer);
  }, [moves]);
  const holds = over || !still;
  const items = useMemo(
    () => (holds && shown.current.list === list ? heldOrder(now, shown.current.ids, known) : now),
    [holds, list, now, known],
  );
  useLayoutEffect(() => {
    shown.current = { list, ids: items.map(({ id }) => id) };
  }, [list, items]);
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(resting.current), []);
  const pointer = useMemo(() => {
    const leave = (): void => {
      clearTimeout(resting.current);
      setOver(false);
    };
    const move = (): void => {
      clearTimeout(resting.current);
      resting.current = setTimeout(leave, restsMs);
      setOver(true);
    };
    return { onPointerMove: move, onPointerLeave: leave };
  }, []);
  const moved = useCallback(() => {
    setStill(false);
    setMoves((before) => before + 1);
  }, []);
  return { items, pointer, moved };
}
