import { useLayoutEffect, useState } from 'react';
import { type App, useView } from '../state/app';
import { say } from '../state/said';

/** Fewer columns than this on each side are read line by broken line: then one column is shown. */
const fewest = 60;
/** What the numbers and signs before a side's code take. */
const gutter = 72;

/** How many columns of code each of two sides has in so many pixels. */
export function columnsIn(width: number, letter: number): number {
  return Math.max(0, Math.floor((width / 2 - gutter) / letter));
}

/** How a diff is laid out, and how it was asked to be. */
export interface Layout {
  readonly shown: 'unified' | 'split';
  /** Side by side was asked for, and there is no room for it. */
  readonly folded: boolean;
  /** The columns each side has, or would have; null while there is no diff to measure. */
  readonly columns: number | null;
  readonly fits: boolean;
}

/** How the diff in `pane` is laid out: as the person chose, and in one column where two would be too narrow. */
export function useLayout(pane: HTMLElement | null): Layout {
  const chosen = useView((view) => view.diffStyle);
  const [columns, setColumns] = useState<number | null>(null);
  useLayoutEffect(() => {
    if (pane === null) return;
    const letter = letterOf(pane);
    const measure = (): void => setColumns(columnsIn(pane.clientWidth, letter));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(pane);
    return () => observer.disconnect();
  }, [pane]);
  const fits = columns === null || columns >= fewest;
  return { shown: fits ? chosen : 'unified', folded: chosen === 'split' && !fits, columns, fits };
}

/** The layout a key leads to: the other one than was asked for, whether or not there is room for it. */
export function otherLayout({ shown, folded }: Pick<Layout, 'shown' | 'folded'>): 'unified' | 'split' {
  return shown === 'split' || folded ? 'unified' : 'split';
}

/** Chooses a layout, and says so where there is no room for it. */
export function chooseLayout(app: App, style: 'unified' | 'split', { fits, columns }: Layout): void {
  app.view.update((view) => ({ ...view, diffStyle: style }));
  if (style === 'split' && !fits)
    say(app.said, { kind: 'done', text: `${tooNarrow(columns)}. S goes back`, undo: null });
}

/** Why two columns are not shown, and when they will be. */
export function tooNarrow(columns: number | null): string {
  return `Too narrow for two columns: each would be ${columns ?? 0} letters wide, and ${fewest} are needed. They come when there is room`;
}

/** The width of a letter of a diff's code. */
function letterOf(pane: HTMLElement): number {
  const pen = document.createElement('canvas').getContext('2d');
  if (pen === null) return 7.2;
  pen.font = `12px ${getComputedStyle(pane).getPropertyValue('--mono')}`;
  return pen.measureText('0').width || 7.2;
}
