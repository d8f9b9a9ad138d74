import type { CodeViewDiffItem } from '@pierre/diffs';
import type { CodeViewHandle } from '@pierre/diffs/react';
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { CommentPlace } from '../../core/contract/comment';
import type { FileChange } from '../../core/contract/review';
import { useApp } from '../state/app';
import { undoEdit } from '../state/edits';
import { say } from '../state/said';
import { hunkMarks, useAccepted } from './accepted';
import type { Annotation } from './annotations';
import {
  firstStop,
  type Held,
  type HunkAt,
  heldAfter,
  heldIn,
  hold,
  holdOn,
  holdPlace,
  type Stop,
  stepHunk,
  stopsOf,
} from './current-hunk';
import { hunkPlace, sideOf } from './line-places';
import type { Compared } from './patches';
import { takeHunkBack } from './take-back';

type Item = CodeViewDiffItem<Annotation>;

/** A hunk that came back is gone to again for so long after the last change of the diff. */
const settleMs = 700;

/** The hunks of a diff: the one at hand, and what can be done with it. An act is false where there is nothing for it. */
export interface HunkActs {
  /** The hunk that was gone to; null for none. */
  readonly hunk: HunkAt | null;
  /** The file of what was gone to, which may have no hunk; null for none. */
  readonly heldPath: string | null;
  /** Has a hunk at hand, or none. One that was not chosen itself is taken back only when asked again, if it is accepted. */
  readonly setHunk: (hunk: HunkAt | null, isChosen?: boolean) => void;
  /** The hunk that was gone to, else the first of the file at the top; null where that has none. */
  readonly atHand: HunkAt | null;
  readonly step: (by: 1 | -1) => boolean;
  /** Accepts the hunk at hand and goes to the next, or takes its mark away. */
  readonly accept: () => boolean;
  /** Takes it back and goes to the next. One that is accepted and was not gone to is first only marked, and named. */
  readonly takeBack: () => boolean;
  /** Undoes the person's newest edit; the hunk that comes back by that is at hand. */
  readonly undo: () => void;
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
  const stops = useMemo(() => stopsOf(items), [items]);
  const [held, setHeld] = useState<Held | null>(null);
  const { stop: heldStop, isChosen } = heldIn(stops, held);
  /** What was taken back here and is not undone, the newest at the end. */
  const taken = useRef<readonly Held[]>([]);
  /** What came back and is gone to, until the diff has settled around it. */
  const returning = useRef<Held | null>(null);
  const setHunk = useCallback(
    (at: HunkAt | null, isChosen = true): void => {
      const stop = stops.find((each) => each.path === at?.path && each.index === at.index);
      // Of a file that is still folded, or not there yet, only the place is known.
      const placed = at === null ? null : holdPlace(at);
      setHeld(stop === undefined ? placed : hold(stop, isChosen));
    },
    [stops],
  );
  const marks = useMemo(() => items.flatMap(hunkMarks), [items]);
  const isAccepted = useCallback<HunkActs['isAccepted']>(
    (item, index) => hasVerdict && accepted.has(hunkMarks(item)[index] ?? ''),
    [accepted, hasVerdict],
  );
  const show = (to: Stop): void => {
    given.enter(to.path);
    const { line, side } = to.stop;
    view.current?.scrollTo({ type: 'line', id: to.path, lineNumber: line, side, align: 'center' });
  };
  const comeBack = (came: Held): void => {
    returning.current = came;
    setHeld(came);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is gone to again when what is above it was drawn anew.
  useEffect(() => {
    if (held === null || returning.current !== held || heldStop === null) return;
    const frame = requestAnimationFrame(() => show(heldStop));
    const arrived = setTimeout(() => {
      returning.current = null;
    }, settleMs);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(arrived);
    };
  }, [held, heldStop]);
  const step = (by: 1 | -1): boolean => {
    const next = stepHunk(stops, { current: heldStop, path: heldStop === null ? (held?.path ?? path) : path }, by);
    if (next === null) return false;
    setHeld(hold(next, true));
    show(next);
    return true;
  };
  const atHand = held === null ? firstStop(stops, path) : heldStop;
  const file = files.find((each) => each.path === atHand?.path);
  const item = items.find(({ id }) => id === atHand?.path);
  const lines = item?.fileDiff.hunks[atHand?.index ?? 0];

  const accept = (): boolean => {
    if (!canAct || atHand === null || item === undefined) return false;
    const name = hunkMarks(item)[atHand.index] ?? '';
    const next = !accepted.has(name);
    markAccepted(name, next);
    setHeld(holdOn(held, atHand));
    if (!next) return true;
    say(app.said, { kind: 'done', text: 'Accepted the hunk', undo: () => markAccepted(name, false) });
    const after = stepHunk(stops, { current: atHand, path }, 1);
    if (after === null || (after.path === atHand.path && after.index === atHand.index)) return true;
    setHeld(hold(after, false));
    show(after);
    return true;
  };
  const takeBack = (): boolean => {
    if (!canAct || atHand === null || item === undefined || file === undefined || lines === undefined) return false;
    if (isAccepted(item, atHand.index) && !isChosen) {
      setHeld(holdOn(held, atHand));
      show(atHand);
      const text = 'You accepted that hunk. Take it back once more if you mean it';
      say(app.said, { kind: 'done', text, undo: null });
      return true;
    }
    const next = heldAfter(stops, atHand);
    setHeld(next);
    const after = heldIn(stops, next).stop;
    if (after !== null) show(after);
    const again = holdOn(held, atHand);
    const take = async (): Promise<void> => {
      if (await takeHunkBack(app, change, { file, hunk: lines, undo: () => void undo() })) {
        taken.current = [...taken.current, { ...again, orElse: null }];
        return;
      }
      // It is where it was, so that asking for it once more means it, unless the person went elsewhere meanwhile.
      returning.current = again;
      setHeld((now) => (now === next ? again : now));
    };
    void take();
    return true;
  };
  const undo = async (): Promise<void> => {
    const undone = await undoEdit(app, change.task);
    const came = taken.current.at(-1);
    // What is undone may also be a file that was written since, or what was taken back elsewhere.
    if (undone?.kind !== 'take-back' || came?.path !== undone.path) return;
    taken.current = taken.current.slice(0, -1);
    comeBack(came);
  };
  const comment = (): boolean => {
    if (!given.canComment || atHand === null || file === undefined || lines === undefined) return false;
    const place = hunkPlace(file, lines);
    setHeld(holdOn(held, atHand));
    view.current?.scrollTo({
      ...{ type: 'line', id: atHand.path, lineNumber: place.lines?.last ?? 1, side: sideOf(place), align: 'nearest' },
    });
    given.begin(place);
    return true;
  };
  return {
    ...{
      hunk: heldStop,
      heldPath: heldStop?.path ?? held?.path ?? null,
      setHunk,
      atHand,
      step,
      accept,
      takeBack,
      comment,
      isAccepted,
      total: marks.length,
    },
    undo: () => void undo(),
    accepted: hasVerdict ? marks.filter((name) => accepted.has(name)).length : 0,
  };
}
