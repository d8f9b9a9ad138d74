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
      (element?.closest('.remark') ?? element)?.scrollIntoView({ block: 'nearest' });
      ended?.();
      return;
    }
    frame = requestAnimationFrame(() => attempt(left - 1));
  };
  attempt(mostFrames);
  return () => cancelAnimationFrame(frame);
}
