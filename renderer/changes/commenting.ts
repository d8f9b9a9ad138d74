import type { CodeViewDiffItem } from '@pierre/diffs';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Comment, CommentPlace, LineRange } from '../../core/contract/comment';
import type { PullRequestThread } from '../../core/contract/pull-request';
import type { FileChange } from '../../core/contract/review';
import { deepFocus, focusSoon } from '../parts/deep-focus';
import { useApp } from '../state/app';
import { type Begun, begunFrom, begunName, begunNames, type Commented } from '../state/comments';
import { withDraft } from '../state/drafts';
import { useStore } from '../state/store';
import { type Arranged, arrange } from './annotations';
import { isIn, showsLine, sideOf, stretched } from './line-places';

/** What there is to know of the comments on the change that is shown. */
export interface Comments {
  readonly all: readonly Comment[];
  /** What is said on the lines of its pull request. */
  readonly threads: readonly PullRequestThread[];
  /** Whether new ones may be made: the change is in review. */
  readonly canWrite: boolean;
}

/** The comments of a diff where they are shown, and the one that is written. */
export interface Commenting {
  readonly arranged: Arranged;
  /** The one that is written; null for none. */
  readonly open: Begun | null;
  /** Begins a comment, or goes on with the one begun there. */
  readonly begin: (place: CommentPlace) => void;
  readonly goOn: (begun: Begun) => void;
  /** Moves an end of the lines that the one that is written is about. False when none is written on lines. */
  readonly stretch: (edge: keyof LineRange, by: 1 | -1) => boolean;
  /** Leaves the one that is written and gives the focus back. */
  readonly leave: () => void;
}

/** The comments of a diff. Without any given there are none and none can be made. */
export function useCommenting(given: {
  readonly change: Commented;
  readonly comments: Comments | null;
  readonly files: readonly FileChange[];
  readonly items: readonly CodeViewDiffItem[];
  readonly loading: boolean;
  /** Takes down what is typed before the field of a comment is there. */
  readonly listen: (() => void) | null;
}): Commenting {
  const { comments, files, items, loading, listen } = given;
  const { task, head, mergeBase } = given.change;
  const app = useApp();
  const change = useMemo<Commented>(() => ({ task, head, mergeBase }), [task, head, mergeBase]);
  const [open, setOpen] = useState<Begun | null>(null);
  const back = useRef<Element | null>(null);
  // Names alone: a letter that is typed moves nothing in the diff.
  const names = useStore(app.drafts, (drafts) => begunNames(drafts, task).join('\0'));
  const shownOpen = open !== null && open.task === task && comments?.canWrite ? open : null;
  const begun = useMemo(() => {
    const kept = begunFrom(names === '' ? [] : names.split('\0'), change);
    if (shownOpen === null) return kept;
    if (kept.some(({ name }) => name === shownOpen.name))
      return kept.map((one) => (one.name === shownOpen.name ? shownOpen : one));
    return [...kept, ...begunFrom([shownOpen.name], change)];
  }, [names, change, shownOpen]);
  const arranged = useMemo(
    () =>
      arrange({
        ...{ files, items, loading },
        comments: comments?.all ?? [],
        threads: { task, all: comments?.threads ?? [] },
        begun: comments === null ? [] : begun,
        open: shownOpen?.name ?? null,
      }),
    [files, items, loading, task, comments, begun, shownOpen],
  );
  const written = shownOpen?.name;
  const goOn = useCallback(
    (next: Begun) => {
      const before = deepFocus();
      setOpen((old) => {
        if (old === null) back.current = before;
        return next;
      });
      listen?.();
      // Its field is there already, and may have lost the focus.
      if (written === next.name) focusSoon(() => document.querySelector('.comment-writing textarea'));
    },
    [listen, written],
  );
  const begin = useCallback(
    (place: CommentPlace) => goOn({ ...change, place, name: begunName(change, place), current: true }),
    [goOn, change],
  );
  const stretch = (edge: keyof LineRange, by: 1 | -1): boolean => {
    if (shownOpen === null || shownOpen.place.lines === null || !shownOpen.current) return false;
    const { name, place } = shownOpen;
    const diff = items[files.findIndex((file) => isIn(file, place))]?.fileDiff;
    const drafts = app.drafts.get();
    const isTaken = (lines: LineRange): boolean => drafts[begunName(change, { ...place, lines })] !== undefined;
    const lines = stretched(place.lines ?? { first: 1, last: 1 }, { edge, by, isTaken });
    if (diff === undefined || !showsLine(diff, sideOf(place), lines[edge])) return true;
    const next = { ...place, lines };
    const moved = { ...shownOpen, place: next, name: begunName(change, next), anchor: anchorOf(shownOpen) };
    app.drafts.update((all) => withDraft(withDraft(all, moved.name, all[name] ?? ''), name, ''));
    setOpen(moved);
    return true;
  };
  const leave = useCallback(() => {
    setOpen(null);
    const before = back.current;
    back.current = null;
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, []);
  return { arranged, open: shownOpen, begin, goOn, stretch, leave };
}

/** The line the one that is written stands under: it stays there, so that who writes keeps the focus. */
function anchorOf({ anchor, place }: Begun): number {
  return anchor ?? place.lines?.last ?? 0;
}
