import { useEffect, useLayoutEffect, useRef } from 'react';
import type { Term } from '../../core/contract/search-terms';
import { placesIn } from './words';

const everywhere = 'found';
const here = 'found-here';
/** A page full of one letter is not worth marking to the last. */
const mostMarks = 2000;

/**
 * Marks the terms in what is on screen of a pane, those of the row at `current` apart from the others. The text stays
 * what it is: ranges are painted over it. `toMark` is called once for each `round`, with the first mark of that row.
 */
export function useMarks(options: {
  readonly pane: React.RefObject<HTMLElement | null>;
  readonly terms: readonly Term[];
  readonly current: number | null;
  readonly round: number;
  readonly toMark: (mark: Range) => void;
}): void {
  const { pane, terms, current, round } = options;
  const toMark = useRef(options.toMark);
  useLayoutEffect(() => {
    toMark.current = options.toMark;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the round is why it goes there again.
  useEffect(() => {
    const element = pane.current;
    if (element === null || terms.length === 0 || !('highlights' in CSS)) return;
    let isThere = false;
    let frame = 0;
    const mark = (): void => {
      frame = 0;
      const all = rangesIn(element, terms);
      const mine = all.filter(({ row }) => row === current).map(({ range }) => range);
      const others = all.filter(({ row }) => row !== current).map(({ range }) => range);
      CSS.highlights.set(everywhere, new Highlight(...others));
      CSS.highlights.set(here, new Highlight(...mine));
      if (isThere || mine[0] === undefined) return;
      isThere = true;
      toMark.current(mine[0]);
    };
    const soon = (): void => {
      if (frame === 0) frame = requestAnimationFrame(mark);
    };
    // Rows come and go as the pane scrolls, open, and grow as the agent speaks.
    const watcher = new MutationObserver(soon);
    watcher.observe(element, { childList: true, subtree: true, characterData: true });
    soon();
    return () => {
      watcher.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(everywhere);
      CSS.highlights.delete(here);
    };
  }, [pane, terms, current, round]);
}

function rangesIn(pane: HTMLElement, terms: readonly Term[]): { readonly row: number; readonly range: Range }[] {
  const found: { readonly row: number; readonly range: Range }[] = [];
  for (const element of pane.querySelectorAll<HTMLElement>('[data-index]')) {
    const row = Number(element.dataset.index);
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      for (const [begin, end] of placesIn(node.textContent ?? '', terms)) {
        if (found.length >= mostMarks) return found;
        const range = new Range();
        range.setStart(node, begin);
        range.setEnd(node, end);
        found.push({ row, range });
      }
    }
  }
  return found;
}
