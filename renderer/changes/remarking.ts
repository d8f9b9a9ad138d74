import type { CodeViewDiffItem } from '@pierre/diffs';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Comment, CommentPlace } from '../../core/contract/comment';
import type { FileChange } from '../../core/contract/review';
import { deepFocus } from '../parts/deep-focus';
import { useApp } from '../state/app';
import { type Begun, begunFrom, begunName, begunNames, type Commented } from '../state/comments';
import { useStore } from '../state/store';
import { type Arranged, arrange } from './remarks';

/** What there is to know of the comments on the change that is shown. */
export interface Remarks {
  readonly comments: readonly Comment[];
  /** Whether new ones may be made: the change is in review. */
  readonly canWrite: boolean;
}

/** The comments of a diff where they are shown, and the one that is written. */
export interface Remarking {
  readonly arranged: Arranged;
  /** The one that is written; null for none. */
  readonly open: Begun | null;
  /** Begins a comment, or goes on with the one begun there. */
  readonly begin: (place: CommentPlace) => void;
  readonly goOn: (begun: Begun) => void;
  /** Leaves the one that is written and gives the focus back. */
  readonly leave: () => void;
}

/** The comments of a diff. Without remarks there are none and none can be made. */
export function useRemarking(given: {
  readonly change: Commented;
  readonly remarks: Remarks | null;
  readonly files: readonly FileChange[];
  readonly items: readonly CodeViewDiffItem[];
  readonly loading: boolean;
}): Remarking {
  const { remarks, files, items, loading } = given;
  const { task, head, mergeBase } = given.change;
  const app = useApp();
  const change = useMemo<Commented>(() => ({ task, head, mergeBase }), [task, head, mergeBase]);
  const [open, setOpen] = useState<Begun | null>(null);
  const back = useRef<Element | null>(null);
  // Names alone: a letter that is typed moves nothing in the diff.
  const names = useStore(app.drafts, (drafts) => begunNames(drafts, task).join('\0'));
  const shownOpen = open !== null && open.task === task && remarks?.canWrite ? open : null;
  const begun = useMemo(() => {
    const kept = begunFrom(names === '' ? [] : names.split('\0'), change);
    if (shownOpen === null || kept.some(({ name }) => name === shownOpen.name)) return kept;
    return [...kept, ...begunFrom([shownOpen.name], change)];
  }, [names, change, shownOpen]);
  const arranged = useMemo(
    () =>
      arrange({
        ...{ files, items, loading },
        comments: remarks?.comments ?? [],
        begun: remarks === null ? [] : begun,
        open: shownOpen?.name ?? null,
      }),
    [files, items, loading, remarks, begun, shownOpen],
  );
  const goOn = useCallback((next: Begun) => {
    setOpen((before) => {
      if (before === null) back.current = deepFocus();
      return next;
    });
  }, []);
  const begin = useCallback(
    (place: CommentPlace) => goOn({ ...change, place, name: begunName(change, place), current: true }),
    [goOn, change],
  );
  const leave = useCallback(() => {
    setOpen(null);
    const before = back.current;
    back.current = null;
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, []);
  return { arranged, open: shownOpen, begin, goOn, leave };
}
