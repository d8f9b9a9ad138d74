import { type ComponentProps, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { termsOf } from '../../core/contract/search-terms';
import type { FindBar } from '../parts/find-bar';
import type { FoundPlace } from '../state/found';
import type { Conversation } from './follow';
import { useMarks } from './marks';
import { rowsWith } from './words';

/** Finding in a conversation: what its bar shows, null while it is closed, and the place it is at. */
export interface Find {
  readonly bar: ComponentProps<typeof FindBar> | null;
  /** The row that is shown, or null. */
  readonly current: number | null;
  /** Opens the bar, or puts the focus back in it. */
  readonly open: () => void;
}

interface Looking {
  readonly words: string;
  readonly current: number | null;
  /** Grows each time the person goes to a place, the same one or another. */
  readonly round: number;
}

/**
 * Finds words in a conversation's rows. A place that was found in a search is gone to once the conversation is known
 * that far. `show` brings a row on screen.
 */
export function useFind(options: {
  readonly known: Conversation;
  readonly found: FoundPlace | null;
  readonly pane: RefObject<HTMLElement | null>;
  readonly show: (place: number) => void;
}): Find {
  const { known, found, pane, show } = options;
  const [looking, setLooking] = useState<Looking | null>(null);
  const [focus, setFocus] = useState(0);
  const gone = useRef(0);
  const words = looking?.words ?? '';
  const terms = useMemo(() => termsOf(words), [words]);
  const current = looking?.current ?? null;
  const places = useMemo(() => withPlace(rowsWith(known.rows, terms), current), [known.rows, terms, current]);
  const shown = useRef(show);
  useLayoutEffect(() => {
    shown.current = show;
  });
  useEffect(() => {
    if (found === null || gone.current === found.round || known.seq < found.seq) return;
    gone.current = found.round;
    const place = known.placeOf(found.seq) ?? null;
    setLooking((before) => ({ words: found.words, current: place, round: (before?.round ?? 0) + 1 }));
    if (place !== null) shown.current(place);
  }, [found, known]);
  useMarks({
    pane,
    terms,
    current,
    round: looking?.round ?? 0,
    // The mark may be far down in a long row, or in a box of its own.
    toMark: (mark) => mark.startContainer.parentElement?.scrollIntoView({ block: 'center' }),
  });
  const goTo = (place: number, typed: string): void => {
    setLooking((before) => ({ words: typed, current: place, round: (before?.round ?? 0) + 1 }));
    shown.current(place);
  };
  const at = current === null ? -1 : places.indexOf(current);
  const bar =
    looking === null
      ? null
      : {
          label: 'Find in this conversation',
          words,
          said: words.trim() === '' ? '' : places.length === 0 ? 'Not found' : `${at + 1} of ${places.length}`,
          leads: places.length > 0,
          focus,
          onWords: (typed: string): void => {
            const next = rowsWith(known.rows, termsOf(typed));
            // What is shown stays when it still has the words; else the nearest one before the end.
            const place = next.find((each) => current !== null && each >= current) ?? next.at(-1);
            if (place === undefined)
              setLooking((before) => ({ words: typed, current: null, round: before?.round ?? 0 }));
            else goTo(place, typed);
          },
          onStep: (by: 1 | -1): void => {
            const from = current ?? (by === 1 ? -1 : known.rows.length);
            const next = by === 1 ? places.find((each) => each > from) : places.findLast((each) => each < from);
            const place = next ?? (by === 1 ? places[0] : places.at(-1));
            if (place !== undefined) goTo(place, words);
          },
          onClose: (): void => setLooking(null),
        };
  const open = (): void => {
    setLooking((before) => before ?? { words: '', current: null, round: 0 });
    setFocus((before) => before + 1);
  };
  return { bar, current, open };
}

/** A search may have found what a row does not show, as what a request asks beside its title: its place counts, too. */
function withPlace(places: readonly number[], place: number | null): readonly number[] {
  if (place === null || places.includes(place)) return places;
  return [...places, place].sort((one, other) => one - other);
}
