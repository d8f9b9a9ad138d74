import type { CodeViewHandle } from '@pierre/diffs/react';
import { type RefObject, useEffect, useRef } from 'react';
import { focusSoon } from '../parts/deep-focus';
import { useApp, useView } from '../state/app';
import { type Annotation, type Arranged, keyOf } from './annotations';
import { bringNear } from './near';

/**
 * Goes from comment to comment, or thread, over all files of a diff, and gives each the focus; and to the one somebody was
 * sent to, as soon as it is there. False when there is none.
 */
export function useCommentSteps(given: {
  readonly task: number;
  readonly arranged: Arranged;
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
  const goal = wanted === null ? undefined : arranged.inOrder.find(({ key }) => key === String(wanted.id));
  useEffect(() => {
    if (wanted === null || goal === undefined) return;
    app.view.update((view) => (view.comment === wanted ? { ...view, comment: null } : view));
    stopGoing.current?.();
    goTo(goal);
  });
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
