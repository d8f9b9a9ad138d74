import type { CodeViewDiffItem } from '@pierre/diffs';
import type { CodeViewHandle } from '@pierre/diffs/react';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { type App, useApp, useView } from '../state/app';
import { withSpot } from '../state/spots';
import type { View } from '../state/view';
import type { Annotation } from './annotations';
import { type HunkAt, hunkWith } from './current-hunk';
import { showsLine } from './line-places';
import type { Patches } from './patches';

type Goal = NonNullable<View['goal']>;

/** How often it is gone to again, and how long after the last change of the diff. */
const againMs = 60;
const settleMs = 700;

/**
 * Goes to the line of this diff that somebody was sent to, and marks its hunk; to its file when the change has no such line.
 * Gone to again while what is above it is still fetched, until the person goes elsewhere.
 */
export function useGoToLine(given: {
  readonly task: number;
  readonly items: readonly CodeViewDiffItem<Annotation>[];
  readonly patches: Patches;
  readonly view: RefObject<CodeViewHandle<Annotation, undefined> | null>;
  /** Called for the file that is gone to, with the hunk the line is in. */
  readonly enter: (path: string, hunk: HunkAt | null) => void;
}): void {
  const { task, items, view } = given;
  const { byPath, loading } = given.patches;
  const app = useApp();
  const goal = useView((seen) => (seen.goal?.task === task ? seen.goal : null));
  const enter = useRef(given.enter);
  useLayoutEffect(() => {
    enter.current = given.enter;
  });
  useEffect(() => {
    if (goal === null) return;
    const item = items.find(({ id }) => id === goal.path);
    if (item === undefined || !(byPath.has(goal.path) || !loading)) return;
    const { path, line } = goal;
    const isShown = showsLine(item.fileDiff, 'additions', line);
    enter.current(path, isShown ? hunkWith(item, 'additions', line) : null);
    const go = (): void => {
      if (isShown) {
        const at = { lineNumber: line, side: 'additions', align: 'center', behavior: 'instant' } as const;
        view.current?.scrollTo({ type: 'line', id: path, ...at });
      } else view.current?.scrollTo({ type: 'item', id: path, align: 'start', behavior: 'instant' });
    };
    // The view lays its items out in frames of its own, and pictures above the line take their room later still.
    const going = setInterval(go, againMs);
    const arrived = loading ? undefined : setTimeout(() => leave(app, goal), settleMs);
    return () => {
      clearInterval(going);
      clearTimeout(arrived);
    };
  }, [app, goal, items, byPath, loading, view]);
  useEffect(() => {
    if (goal === null) return;
    const giveUp = (): void => leave(app, goal);
    for (const type of byHand) window.addEventListener(type, giveUp, { passive: true });
    return () => {
      for (const type of byHand) window.removeEventListener(type, giveUp);
    };
  }, [app, goal]);
}

/** Forgets a goal that was reached or given up. */
function leave(app: App, goal: Goal): void {
  app.view.update((seen) => (seen.goal === goal ? { ...seen, goal: null } : seen));
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
