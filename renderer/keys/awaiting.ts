import { useLayoutEffect } from 'react';
import type { ActionId } from './actions';

const waiting = new Set<{ readonly awaits: ReadonlySet<ActionId> }>();

/** What is done with the hunk or file at hand, which takes until the diff is here. */
export const hunkKeys: ReadonlySet<ActionId> = new Set<ActionId>([
  ...(['next-hunk', 'previous-hunk', 'comment', 'comment-file', 'accept', 'take-back'] as const),
  ...(['expand', 'whole-file', 'edit-file'] as const),
]);

/** Has the keys of these actions held while what they act on is on its way to the calling component. */
export function useAwaiting(awaits: ReadonlySet<ActionId> | null): void {
  useLayoutEffect(() => {
    if (awaits === null) return;
    const mine = { awaits };
    waiting.add(mine);
    return () => {
      waiting.delete(mine);
    };
  }, [awaits]);
}

/** Whether something on screen still waits for what this action acts on. */
export function isAwaited(meaning: ActionId): boolean {
  return [...waiting].some(({ awaits }) => awaits.has(meaning));
}
