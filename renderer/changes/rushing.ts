import { type RefObject, useEffect } from 'react';
import { colouringPool } from './colouring';

/** As much of the pane's height in one frame is more than can be read. */
const rushShare = 0.5;
/** How long it has to stand still, in milliseconds. */
const restMs = 120;

/** Tells the colouring when what is in this element is scrolled past faster than it can be read, and when it rests. */
export function useRushing(of: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = of.current;
    if (element === null) return;
    const pool = colouringPool();
    const last = new WeakMap<EventTarget, number>();
    let resting: ReturnType<typeof setTimeout> | undefined;
    let frame = 0;
    const rest = (): void => {
      resting = undefined;
      pool.rest();
    };
    // A window that is slow to draw is not at rest only because it was long ago that it was scrolled.
    const restWhenDrawn = (): void => {
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(rest);
      });
    };
    const scrolled = ({ target }: Event): void => {
      if (!(target instanceof HTMLElement) || !target.classList.contains('diff-scroll')) return;
      const by = Math.abs(target.scrollTop - (last.get(target) ?? 0));
      last.set(target, target.scrollTop);
      if (by > target.clientHeight * rushShare && resting !== undefined) pool.rush();
      clearTimeout(resting);
      cancelAnimationFrame(frame);
      resting = setTimeout(restWhenDrawn, restMs);
    };
    // On the way down, so that it is known before the view draws what came into view.
    element.addEventListener('scroll', scrolled, { capture: true, passive: true });
    return () => {
      element.removeEventListener('scroll', scrolled, { capture: true });
      clearTimeout(resting);
      cancelAnimationFrame(frame);
      rest();
    };
  }, [of]);
}
