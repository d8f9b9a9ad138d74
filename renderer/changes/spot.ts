import type { CodeViewDiffItem } from '@pierre/diffs';
import type { CodeViewHandle } from '@pierre/diffs/react';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { useSpot } from '../state/spot';
import type { Annotation } from './annotations';
import type { Compared, Patches } from './patches';

/**
 * Brings the diff of a task back to where it was read: the same file, as far into it. Gives back what notes where it is.
 * Files above the one gone to are fetched first, so its place is certain once its own patch is here.
 */
export function useDiffSpot(options: {
  readonly name: string;
  /** What is shown. Another state of it is shown at the same place. */
  readonly change: Compared;
  readonly items: readonly CodeViewDiffItem<Annotation>[];
  readonly patches: Patches;
  readonly view: RefObject<CodeViewHandle<Annotation, undefined> | null>;
}): (path: string, offset: number) => void {
  const { change, items, patches, view } = options;
  const first = items[0]?.id;
  const spot = useSpot(options.name, () => {});
  const shown = useRef(change);
  useLayoutEffect(() => {
    if (shown.current !== change) spot.again();
    shown.current = change;
  }, [spot, change]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was drawn moves what is below it, so it is gone to again.
  useEffect(() => {
    const goal = spot.goal();
    if (goal === null || !(patches.byPath.has(goal.at) || !patches.loading)) return;
    // The view lays its items out in a frame of its own.
    const frame = requestAnimationFrame(() => {
      if (spot.goal() === null || view.current?.getItem(goal.at) === undefined) return;
      view.current.scrollTo({ type: 'item', id: goal.at, align: 'start', offset: -goal.offset, behavior: 'instant' });
      spot.reached();
    });
    return () => cancelAnimationFrame(frame);
  }, [spot, items, patches, view]);
  return useCallback(
    (path, offset) => spot.note(path === first && offset <= 0 ? null : { at: path, offset: Math.round(offset) }),
    [spot, first],
  );
}
