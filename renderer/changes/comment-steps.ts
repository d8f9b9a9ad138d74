import type { CodeViewHandle } from '@pierre/diffs/react';
import { type RefObject, useEffect, useRef } from 'react';
import { focusSoon } from '../parts/deep-focus';
import { useApp, useView } from '../state/app';
import { say } from '../state/said';
import { type Annotation, type Arranged, keyOf } from './annotations';
import { goalOf } from './comment-goal';
import { bringNear } from './near';

/**
 * Goes from comment to comment, or thread, over all files of a diff, and gives each the focus; and to the one somebody was
 * sent to, as soon as it is there. False when there is none.
 */
export function useCommentSteps(given: {
  readonly task: number;
  readonly arranged: Arranged;
  /** Whether all comments of the change are arranged, so that none comes any more; null where none are shown at all. */
  readonly whole: boolean | null;
  readonly view: RefObject<CodeViewHandle<Annotation, undefined> | null>;
  /** Called for the file a comment is in before it is gone to. */
  readonly enter: (path: string) => void;
}): (by: 1 | -1) => boolean {
  const { arranged, view, enter } = given;
  const last = useRef<string | null>(null);
  /** Ends the way to the comment that is gone to; null when the person is there. */
  const stopGoing = useRef<(() => void) | null>(null);

  const scrollTo = (key: string, path: string): void => {
    const found = arranged.inFiles.get(path)?.find(({ metadata: { about } }) => keyOf(about) === key);
    // A file that was folded has lines only once it was drawn.
    requestAnimationFrame(() => {
      if (bringNear(nearName(key))) return;
      if (found === undefined || found.lineNumber === 0)
        view.current?.scrollTo({ type: 'item', id: path, align: 'start' });
      else
        view.current?.scrollTo({
          ...{ type: 'line', id: path, lineNumber: found.lineNumber, side: found.side, align: 'center' },
        });
    });
  };
  const focusOn = (key: string): void => {
    let isThere = false;
    const stop = focusSoon(
      () => {
        const card = document.querySelector<HTMLElement>(`[data-comment="${CSS.escape(key)}"]`);
        if (card === null) bringNear(nearName(key));
        return card;
      },
      () => {
        isThere = true;
        stopGoing.current = null;
      },
    );
    // One that took the focus at once leaves nothing to be stopped.
    stopGoing.current = isThere ? null : stop;
  };
  const goTo = ({ key, path }: { readonly key: string; readonly path: string | null }): void => {
    last.current = key;
    if (path !== null) {
      enter(path);
      scrollTo(key, path);
    }
    focusOn(key);
  };
  const app = useApp();
  const wanted = useView(({ comment }) => (comment?.task === given.task ? comment : null));
  const { task, whole } = given;
  useEffect(() => {
    if (wanted === null || whole === null) return;
    const goal = goalOf(String(wanted.id), { inOrder: arranged.inOrder, whole });
    if (goal.kind === 'awaited') return;
    app.view.update((view) => (view.comment === wanted ? { ...view, comment: null } : view));
    if (goal.kind === 'gone')
      return say(app.said, { kind: 'done', text: 'That comment is not on this change any more', undo: null });
    stopGoing.current?.();
    goTo(goal.comment);
  });
  const shows = whole !== null;
  // Whoever leaves before it was there is not brought to it when they come back for something else.
  useEffect(() => {
    if (!shows) return;
    return () => app.view.update((view) => (view.comment?.task === task ? { ...view, comment: null } : view));
  }, [app, task, shows]);
  return (by) => {
    const all = arranged.inOrder;
    const isGoing = stopGoing.current !== null;
    stopGoing.current?.();
    const focused = isGoing ? undefined : document.activeElement?.closest<HTMLElement>('[data-comment]');
    const from = focused?.dataset.comment ?? last.current;
    const at = all.findIndex(({ key }) => key === from);
    const next = all[at === -1 ? (by === 1 ? 0 : all.length - 1) : (at + by + all.length) % all.length];
    if (next === undefined) return false;
    goTo(next);
    return true;
  };
}

/** The name by which a comment or a thread is brought to the screen. */
export function nearName(comment: string): string {
  return `comment-${comment}`;
}
