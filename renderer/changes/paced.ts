import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';

/**
 * Has something done at once, and then no more often than every so many milliseconds, each time with what was given last. What
 * is still to come when the component goes is not done.
 */
export function usePaced<Given extends readonly unknown[]>(
  act: (...given: Given) => void,
  everyMs: number,
): (...given: Given) => void {
  const newest = useRef(act);
  useLayoutEffect(() => {
    newest.current = act;
  });
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const waiting = useRef<Given | null>(null);
  useEffect(() => () => clearTimeout(pause.current), []);
  return useCallback(
    (...given) => {
      waiting.current = given;
      const next = (): void => {
        const last = waiting.current;
        waiting.current = null;
        pause.current = last === null ? undefined : setTimeout(next, everyMs);
        if (last !== null) newest.current(...last);
      };
      if (pause.current === undefined) next();
    },
    [everyMs],
  );
}
