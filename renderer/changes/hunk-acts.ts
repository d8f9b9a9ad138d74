import type { CodeViewDiffItem } from '@pierre/diffs';
import type { CodeViewHandle } from '@pierre/diffs/react';
import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { CommentPlace } from '../../core/contract/comment';
import type { FileChange } from '../../core/contract/review';
import { useApp } from '../state/app';
import { say } from '../state/said';
import { hunkMarks, useAccepted } from './accepted';
import type { Annotation } from './annotations';
import { type HunkAt, type Stop, stepHunk, stopsOf } from './current-hunk';
import { hunkPlace, sideOf } from './line-places';
import type { Compared } from './patches';
import { takeHunkBack } from './take-back';

type Item = CodeViewDiffItem<Annotation>;

/** The hunks of a diff: the one at hand, and what can be done with it. An act is false where there is nothing for it. */
export interface HunkActs {
  /** The hunk that was gone to; null for none. */
  readonly hunk: HunkAt | null;
  readonly setHunk: (hunk: HunkAt | null) => void;
  /** The hunk that was gone to, else the first of the file at the top. */
  readonly atHand: HunkAt | null;
  readonly step: (by: 1 | -1) => boolean;
  /** Accepts the hunk at hand and goes to the next, or takes its mark away. */
  readonly accept: () => boolean;
  readonly takeBack: () => boolean;
  /** Begins a comment on it. */
  readonly comment: () => boolean;
  readonly isAccepted: (item: Pick<Item, 'id' | 'fileDiff'>, index: number) => boolean;
  /** How many hunks there are, and how many of them are accepted. */
  readonly total: number;
  readonly accepted: number;
}

/**
 * The hunks of a diff by keyboard. Without `hasVerdict` none counts as accepted; without `canAct` none is accepted or taken
 * back, without `canComment` none commented on.
 */
export function useHunkActs(given: {
  readonly change: Compared;
  readonly files: readonly FileChange[];
  readonly items: readonly Item[];
  readonly view: RefObject<CodeViewHandle<Annotation, undefined> | null>;
  /** The file at the top. */
  readonly path: string | null;
  /** Called for the file of a hunk that is gone to. */
  readonly enter: (path: string) => void;
  /** Begins a comment on a place. */
  readonly begin: (place: CommentPlace) => void;
  readonly hasVerdict: boolean;
  readonly canAct: boolean;
  readonly canComment: boolean;
}): HunkActs {
  const { change, files, items, view, path, hasVerdict, canAct } = given;
  const app = useApp();
  const { accepted, accept: markAccepted } = useAccepted(change.task);
  const [hunk, setHunk] = useState<HunkAt | null>(null);
  const marks = useMemo(() => items.flatMap(hunkMarks), [items]);
  const isAccepted = useCallback<HunkActs['isAccepted']>(
    (item, index) => hasVerdict && accepted.has(hunkMarks(item)[index] ?? ''),
    [accepted, hasVerdict],
  );
  const goTo = (to: Stop): void => {
    setHunk({ path: to.path, index: to.index });
    given.enter(to.path);
    const { line, side } = to.stop;
    view.current?.scrollTo({ type: 'line', id: to.path, lineNumber: line, side, align: 'center' });
  };
  const step = (by: 1 | -1): boolean => {
    const next = stepHunk(stopsOf(items), { current: hunk, path }, by);
    if (next !== null) goTo(next);
    return next !== null;
  };
  const atHand = ((): HunkAt | null => {
    const stops = stopsOf(items);
    const known = hunk ?? stepHunk(stops, { current: null, path }, 1);
    return stops.find((stop) => stop.path === known?.path && stop.index === known.index) ?? null;
  })();
  const file = files.find((each) => each.path === atHand?.path);
  const item = items.find(({ id }) => id === atHand?.path);
  const lines = item?.fileDiff.hunks[atHand?.index ?? 0];

  const accept = (): boolean => {
    if (!canAct || atHand === null || item === undefined) return false;
    const name = hunkMarks(item)[atHand.index] ?? '';
    const next = !accepted.has(name);
    markAccepted(name, next);
    setHunk(atHand);
    if (!next) return true;
    say(app.said, { kind: 'done', text: 'Accepted the hunk', undo: () => markAccepted(name, false) });
    const after = stepHunk(stopsOf(items), { current: atHand, path }, 1);
    if (after !== null && (after.path !== atHand.path || after.index !== atHand.index)) goTo(after);
    return true;
  };
  const takeBack = (): boolean => {
    if (!canAct || file === undefined || lines === undefined) return false;
    // What comes after it takes its number.
    setHunk(null);
    void takeHunkBack(app, change, { file, hunk: lines });
    return true;
  };
  const comment = (): boolean => {
    if (!given.canComment || atHand === null || file === undefined || lines === undefined) return false;
    const place = hunkPlace(file, lines);
    setHunk(atHand);
    view.current?.scrollTo({
      ...{ type: 'line', id: atHand.path, lineNumber: place.lines?.last ?? 1, side: sideOf(place), align: 'nearest' },
    });
    given.begin(place);
    return true;
  };
  return {
    ...{ hunk, setHunk, atHand, step, accept, takeBack, comment, isAccepted, total: marks.length },
    accepted: hasVerdict ? marks.filter((name) => accepted.has(name)).length : 0,
  };
}
