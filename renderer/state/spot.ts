import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useApp } from './app';
import { type Spot, type Spots, withSpot } from './spots';
import type { Store } from './store';

/** One thing that scrolls: where it was when the person left it, and where it is now. */
export interface SpotKeeper {
  /** Where to go back to; null once it is reached, given up, or the person scrolls by hand. */
  goal(): Spot | null;
  /** The goal is on screen. It is gone to again while what is above it still grows. */
  reached(): void;
  /** There is somewhere else to be: nothing is gone back to any more. */
  giveUp(): void;
  /** What is shown is about to be built anew: where it is now is gone back to when it is there again. */
  again(): void;
  /** Notes where it is, null for its usual place. Ignored on the way back. */
  note(spot: Spot | null): void;
}

/** Keeps the spot of what has this name while the component is there. `onArrival` is called when the way back ends. */
export function useSpot(name: string, onArrival: () => void): SpotKeeper {
  const { spots } = useApp();
  const newest = useRef(onArrival);
  useLayoutEffect(() => {
    newest.current = onArrival;
  });
  const [keeper] = useState(() => keepSpot({ spots, name, onArrival: () => newest.current() }));
  useEffect(() => keeper.watch(window), [keeper]);
  return keeper;
}

/** How often it is written down where something is scrolled to. */
const noteMs = 150;
/** The goal counts as reached when nothing has grown for this long. */
const settleMs = 300;
/** What is not there by then does not come any more: the spot is of something that has changed since. */
const patienceMs = 10_000;

/** The keeper itself. `watch` begins its patience and listens for the person's hand; it gives back how to end both. */
export function keepSpot(options: {
  readonly spots: Store<Spots>;
  readonly name: string;
  readonly onArrival: () => void;
}): SpotKeeper & { readonly watch: (page: EventTarget) => () => void } {
  const { spots, name, onArrival } = options;
  let goal: Spot | null = spots.get()[name] ?? null;
  let here: Spot | null = null;
  let settling: ReturnType<typeof setTimeout> | undefined;
  let noting: ReturnType<typeof setTimeout> | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const arrive = (): void => {
    if (goal === null) return;
    here = goal;
    goal = null;
    onArrival();
  };
  const write = (): void => {
    noting = undefined;
    spots.update((all) => withSpot(all, name, here));
  };
  return {
    goal: () => goal,
    reached() {
      clearTimeout(settling);
      settling = setTimeout(arrive, settleMs);
    },
    giveUp: arrive,
    again() {
      goal ??= here;
      clearTimeout(patience);
      patience = setTimeout(arrive, patienceMs);
    },
    note(spot) {
      if (goal !== null) return;
      here = spot;
      noting ??= setTimeout(write, noteMs);
    },
    watch(page) {
      patience = setTimeout(arrive, patienceMs);
      for (const type of byHand) page.addEventListener(type, arrive, { passive: true });
      return () => {
        for (const type of byHand) page.removeEventListener(type, arrive);
        clearTimeout(patience);
        clearTimeout(settling);
        if (noting === undefined) return;
        clearTimeout(noting);
        write();
      };
    },
  };
}

/** Whoever does one of these has come to where they want to be. */
const byHand = ['wheel', 'pointerdown', 'keydown'] as const;
