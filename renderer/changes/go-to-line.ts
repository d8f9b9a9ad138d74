import type { CodeViewDiffItem } from '@pierre/diffs';
import type { CodeViewHandle } from '@pierre/diffs/react';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { type App, useApp, useView } from '../state/app';
import { withSpot } from '../state/spots';
import { type HunkAt, hunkWith } from './current-hunk';
import { showsLine } from './line-places';
import type { Patches } from './patches';
import type { Remark } from './remarks';

/**
 * Goes to the line of this diff that somebody was sent to, and marks its hunk; to its file when the change has no such line.
 * Gone to again while what is above it is still fetched, until the person goes elsewhere.
 */
export function useGoToLine(given: {
  readonly task: number;
  readonly items: readonly CodeViewDiffItem<Remark>[];
  readonly patches: Patches;
  readonly view: RefObject<CodeViewHandle<Remark, undefined> | null>;
  /** Called for the file that is gone to, with the hunk the line is in. */
  readonly enter: (path: string, hunk: HunkAt | null) => void;
}): void {
  const { task, items, patches, view } = given;
  const app = useApp();
  const goal = useView((seen) => (seen.goal?.task === task ? seen.goal : null));
  const enter = useRef(given.enter);
  useLayoutEffect(() => {
    enter.current = given.enter;
  });
  useEffect(() => {
    if (goal === null) return;
    const item = items.find(({ id }) => id === goal.path);
    if (item === undefined || !(patches.byPath.has(goal.path) || !patches.loading)) return;
    // The view lays its items out in a frame of its own.
    const frame = requestAnimationFrame(() => {
      const { path, line } = goal;
      const isShown = showsLine(item.fileDiff, 'additions', line);
      enter.current(path, isShown ? hunkWith(item, 'additions', line) : null);
      if (isShown) {
        view.current?.scrollTo({ type: 'line', id: path, lineNumber: line, side: 'additions', align: 'center' });
      } else view.current?.scrollTo({ type: 'item', id: path, align: 'start' });
      if (!patches.loading) app.view.update((seen) => (seen.goal === goal ? { ...seen, goal: null } : seen));
    });
    return () => cancelAnimationFrame(frame);
  }, [app, goal, items, patches, view]);
  useEffect(() => {
    if (goal === null) return;
    const giveUp = (): void => app.view.update((seen) => (seen.goal === goal ? { ...seen, goal: null } : seen));
    for (const type of byHand) window.addEventListener(type, giveUp, { passive: true });
    return () => {
      for (const type of byHand) window.removeEventListener(type, giveUp);
    };
  }, [app, goal]);
}

/** Shows a line of a task's whole change in its diff. */
export function goToLine(
  app: App,
  goal: { readonly task: number; readonly path: string; readonly line: number },
): void {
  // Else it would also go back to where it was read last.
  app.spots.update((spots) => withSpot(spots, `changes:${goal.task}`, null));
  app.view.update((view) => ({ ...view, tab: 'changes', part: null, goal }));
}

/** Whoever does one of these is where they want to be. */
const byHand = ['wheel', 'pointerdown', 'keydown'] as const;
