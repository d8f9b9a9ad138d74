import { type RefObject, useEffect, useRef } from 'react';

/**
 * For the list of a `Command`: when other words are looked for or another answer has come, the selected entry is
 * scrolled into view. cmdk does so only when another entry is selected, and the one that is may be pushed out of sight
 * by what comes or goes above it.
 */
export function useSelectedInView(words: string, answer: unknown): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is listed goes by these two.
  useEffect(() => {
    // By the next frame cmdk has settled which entry is selected.
    const frame = requestAnimationFrame(() =>
      list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }),
    );
    return () => cancelAnimationFrame(frame);
  }, [words, answer]);
  return list;
}
