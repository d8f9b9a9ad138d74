import { nameOf } from './press';

/** What a pane to read carries, so that selecting everything means everything in it. */
const paneAttribute = 'data-pane';

/**
 * Makes Ctrl+A, or ⌘A, select the pane it is pressed in and nothing else; outside of panes and fields it selects
 * nothing, because a window is no page. Gives back how to stop.
 */
export function listenToSelectAll(mac: boolean): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (nameOf(event, mac) !== 'mod+a' || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest('input, textarea, select, [contenteditable="true"]') != null) return;
    event.preventDefault();
    const pane = paneOf(target);
    if (pane !== null) window.getSelection()?.selectAllChildren(pane);
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}

/** The pane that has the focus, else the one text was last pressed or selected in. */
function paneOf(target: Element | null): Element | null {
  const focused = target?.closest(`[${paneAttribute}]`) ?? null;
  if (focused !== null) return focused;
  const node = window.getSelection()?.anchorNode ?? null;
  const element = node instanceof Element ? node : (node?.parentElement ?? null);
  return target === document.body ? (element?.closest(`[${paneAttribute}]`) ?? null) : null;
}
