/**
 * Keeps the focus in a box when what had it goes away within: the box itself has it then, so that the keys go on being its
 * own, and no other button comes under the next one. For the `ref` of a box that takes the focus.
 */
export function keepFocusIn(box: HTMLElement | null): (() => void) | undefined {
  if (box === null) return undefined;
  const watch = new MutationObserver((changes) => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && box.isConnected && changes.some(({ removedNodes }) => removedNodes.length > 0))
      box.focus({ preventScroll: true });
  });
  watch.observe(box, { childList: true, subtree: true });
  return () => watch.disconnect();
}
