/** What has the focus, also within a shadow tree. */
export function deepFocus(): Element | null {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found === document.body ? null : found;
}

const mostFrames = 60;

/**
 * Gives the focus to an element as soon as it can take it: what the diff shows between its lines gets its place some
 * frames after it is there. Calls back when it has the focus or never took it. Gives back how to stop.
 */
export function focusSoon(find: () => HTMLElement | null, ended?: () => void): () => void {
  let frame = 0;
  const attempt = (left: number): void => {
    const element = find();
    element?.focus({ preventScroll: true });
    if ((element !== null && document.activeElement === element) || left === 0) {
      if (element !== null) reveal(element.closest('.comment') ?? element);
      ended?.();
      return;
    }
    frame = requestAnimationFrame(() => attempt(left - 1));
  };
  attempt(mostFrames);
  return () => cancelAnimationFrame(frame);
}

/** Room left over and under what is revealed; over it a header may stick. */
const roomOver = 52;
const roomUnder = 8;

/** Scrolls up or down, and never sideways, as far as an element needs to be seen: code beside it stays where it is. */
export function reveal(element: Element): void {
  const scroller = scrollerOf(element);
  if (scroller === null) return;
  const [box, frame] = [element.getBoundingClientRect(), scroller.getBoundingClientRect()];
  const over = box.top - frame.top - roomOver;
  const under = box.bottom - frame.bottom + roomUnder;
  // What is taller than the frame begins at its top.
  if (over < 0) scroller.scrollTop += over;
  else if (under > 0) scroller.scrollTop += Math.min(under, over);
}

function scrollerOf(element: Element): Element | null {
  let found = element.parentElement;
  while (found !== null && (found.scrollHeight <= found.clientHeight || getComputedStyle(found).overflowY !== 'auto'))
    found = found.parentElement;
  return found;
}
