import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { fieldOf } from '../keys/field';

/** What the person does by which a pane scrolls, or by which something else is done: then it is no longer they who scroll. */
export type Move =
  | { readonly kind: 'turned' | 'scrolled' | 'let-go' }
  | { readonly kind: 'key'; readonly key: string; readonly isPlain: boolean }
  | { readonly kind: 'pressed'; readonly on: 'bar' | 'inside' | 'elsewhere' };

/** Whose scrolling it is: the person's while they hold what scrolls, and until then in the time of events. */
export interface Hand {
  readonly holds: 'bar' | 'inside' | null;
  readonly until: number;
}

/** Nobody has scrolled yet. */
export const atRest: Hand = { holds: null, until: 0 };

/** A pane rolls on after what began it; each step of that is as near to the one before. */
const rollMs = 300;

const scrolling: readonly string[] = [
  ...['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown', ' '],
  // It goes to what is next, wherever that is.
  'Tab',
];

/** Whose the scrolling is after a move at a time. */
export function handAfter(hand: Hand, move: Move, at: number): Hand {
  switch (move.kind) {
    case 'turned':
      return { ...hand, until: at + rollMs };
    case 'scrolled':
      return isOwn(hand, at) ? { ...hand, until: Math.max(hand.until, at + rollMs) } : hand;
    case 'key':
      return move.isPlain && scrolling.includes(move.key) ? { holds: null, until: at + rollMs } : atRest;
    case 'pressed':
      return move.on === 'elsewhere' ? atRest : { holds: move.on, until: 0 };
    case 'let-go':
      if (hand.holds === null) return hand;
      // What is pressed inside the pane is done on letting go, and may scroll it.
      return hand.holds === 'bar' ? { holds: null, until: at + rollMs } : atRest;
  }
}

/** Whether what scrolls now is scrolled by the person. */
export function isOwn({ holds, until }: Hand, at: number): boolean {
  return holds !== null || at < until;
}

/** Tells whether what is in this pane is scrolled by the person themselves now, and not by what they asked for. */
export function useOwnScroll(pane: RefObject<HTMLElement | null>): () => boolean {
  const hand = useRef(atRest);
  useEffect(() => {
    const hear = (event: Event): void => {
      const next = moveOf(event, pane.current);
      if (next !== null) hand.current = handAfter(hand.current, next, performance.now());
    };
    // On the way down, so that it is known before whoever acts on it.
    for (const type of types) window.addEventListener(type, hear, { capture: true, passive: true });
    return () => {
      for (const type of types) window.removeEventListener(type, hear, { capture: true });
    };
  }, [pane]);
  return useCallback(() => isOwn(hand.current, performance.now()), []);
}

const types = [
  ...(['wheel', 'touchmove', 'scroll', 'keydown'] as const),
  ...(['pointerdown', 'pointermove', 'pointerup', 'pointercancel'] as const),
];

function moveOf(event: Event, pane: HTMLElement | null): Move | null {
  const target = event.target instanceof Element ? event.target : null;
  const isInside = target !== null && pane?.contains(target) === true;
  if (event instanceof KeyboardEvent) {
    const { key, altKey } = event;
    const isPressed = key === ' ' && target?.closest('button, input, summary, a') != null;
    return { kind: 'key', key, isPlain: !altKey && !isPressed && fieldOf(target) === null };
  }
  if (event.type === 'pointerdown') {
    // What is pressed of the scroller itself is its bar: all else of it lies under what it shows.
    const on = target?.classList.contains('diff-scroll') ? 'bar' : 'inside';
    return { kind: 'pressed', on: isInside ? on : 'elsewhere' };
  }
  // A browser may not tell that a scrollbar is let go of.
  if (event.type === 'pointermove')
    return event instanceof PointerEvent && event.buttons === 0 ? { kind: 'let-go' } : null;
  if (event.type.startsWith('pointer')) return { kind: 'let-go' };
  return isInside ? { kind: event.type === 'scroll' ? 'scrolled' : 'turned' } : null;
}
