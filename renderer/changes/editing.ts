import type { CodeViewDiffItem } from '@pierre/diffs';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ChangedLines } from '../editing/changed-lines';
import type { Refusal } from '../keys/keyboard';
import { deepFocus } from '../parts/deep-focus';
import { useApp, useView } from '../state/app';
import { filesBegun } from '../state/file-edits';
import { say } from '../state/said';
import { useStore } from '../state/store';
import type { HunkAt } from './current-hunk';
import { blocksIn } from './line-places';
import type { Patches } from './patches';

/** A file of a diff that is edited in its place: the line to begin on, and the lines the change has changed. */
export interface EditedPlace {
  readonly task: number;
  readonly path: string;
  readonly line: number;
  readonly changed: readonly ChangedLines[];
}

/** Where a file of a diff is edited: from the first line that was changed in the hunk at hand, else in its first one. */
export function editedPlace(
  { task, items, atHand }: { readonly task: number; readonly items: readonly Item[]; readonly atHand: HunkAt | null },
  path: string,
): EditedPlace {
  const hunks = items.find(({ id }) => id === path)?.fileDiff.hunks ?? [];
  const hunk = hunks[atHand?.path === path ? atHand.index : 0];
  const [first] = hunk === undefined ? [] : blocksIn(hunk);
  const changed = hunks.flatMap(blocksIn).map(({ additions }) => additions);
  return { task, path, line: first?.additions.first ?? 1, changed };
}

/** Whether all is here that will be of a file's diff unless it is asked for: what the change has changed in it is known then. */
export function isHere({ byPath, loading, outdated }: Fetched, path: string): boolean {
  return !outdated && (byPath.has(path) || !loading);
}

type Item = Pick<CodeViewDiffItem, 'id' | 'fileDiff'>;
type Fetched = Pick<Patches, 'byPath' | 'loading' | 'outdated'>;

/**
 * The file of a diff that is edited in place, if one is, and those that were begun and are not saved. The one somebody was
 * sent to is opened as soon as its diff is here.
 */
export function useEditing(given: {
  readonly task: number;
  readonly items: readonly Item[];
  readonly patches: Fetched;
  readonly atHand: HunkAt | null;
  readonly canEdit: boolean;
}): {
  readonly at: EditedPlace | null;
  readonly begun: readonly string[];
  readonly open: (path: string) => boolean;
  /** Its text is there to be typed into, or why it cannot be. */
  readonly settled: () => void;
  /** Keeps letters from being keys of the window while the text is on its way, and says so. */
  readonly refuses: Refusal;
  /** Ends it and gives the focus back. */
  readonly leave: () => void;
} {
  const { task, patches, canEdit } = given;
  const app = useApp();
  const [at, setAt] = useState<EditedPlace | null>(null);
  const back = useRef<Element | null>(null);
  const isOpen = useRef(false);
  const isSettled = useRef(true);
  const names = useStore(app.drafts, (drafts) => filesBegun(drafts, task).join('\0'));
  const begun = useMemo(() => (names === '' ? [] : names.split('\0')), [names]);
  const open = (path: string): boolean => {
    if (!canEdit) return false;
    back.current = deepFocus();
    isOpen.current = true;
    isSettled.current = false;
    setAt(editedPlace(given, path));
    return true;
  };
  const leave = useCallback(() => {
    if (!isOpen.current) return;
    isOpen.current = false;
    isSettled.current = true;
    setAt(null);
    const before = back.current;
    back.current = null;
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, []);
  const sentTo = useView((view) => (view.edit?.task === task ? view.edit.path : null));
  const newest = useRef(open);
  useEffect(() => {
    newest.current = open;
  });
  const isReady = sentTo !== null && isHere(patches, sentTo);
  useEffect(() => {
    if (sentTo === null || !isReady || !canEdit) return;
    app.view.update((view) => ({ ...view, edit: null }));
    newest.current(sentTo);
  }, [app, sentTo, isReady, canEdit]);
  const shown = canEdit && at?.task === task ? at : null;
  const settled = useCallback(() => {
    isSettled.current = true;
  }, []);
  const refuses: Refusal = ({ keys }) => {
    // Escape and chords have longer names, and still do what they do.
    if (shown === null || isSettled.current || !keys.split(' ').every((key) => key.length === 1)) return false;
    say(app.said, { kind: 'done', text: 'The file is still opened: what you typed was not written', undo: null });
    return true;
  };
  return { at: shown, begun, open, settled, refuses, leave };
}
