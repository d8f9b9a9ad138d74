import type { Checkout, Place } from '../git/checkout';
import { removeWorktree } from '../git/remove';
import { backupRef, snapshotWorktree } from '../git/snapshot';
import { addBackup } from '../store/backups';
import type { Deps } from './deps';
import type { Why } from './retire';

/** What became of a worktree no task knows of. */
export type RetiredNobodys =
  /** `head` is the commit it was at when it was kept; null when it was at none. */
  | {
      readonly kind: 'removed';
      readonly ref: string;
      readonly head: string | null;
      readonly notKept: readonly string[];
    }
  | { readonly kind: 'kept'; readonly reason: string };

/** How often a worktree may change between its snapshot and its removal before it is left alone. */
const tries = 3;

/** Takes a worktree away that no task knows of, once its state is kept like any other's. Its branch stays. */
export function retireNobodys(
  deps: Pick<Deps, 'writer' | 'now' | 'git' | 'retirements'>,
  place: Place,
  worktree: { readonly checkout: Checkout; readonly branch: string | null; readonly repository: number },
  why: Why,
): Promise<RetiredNobodys> {
  return deps.retirements.during(() => takeAway(deps, place, worktree, why));
}

async function takeAway(...[deps, place, worktree, why]: Parameters<typeof retireNobodys>): Promise<RetiredNobodys> {
  const { checkout, branch, repository } = worktree;
  const inIt: Place = { git: deps.git, checkout, trusted: false };
  for (let attempt = 1; ; attempt += 1) {
    const ref = backupRef(0, deps.now() + attempt);
    const snapshot = await snapshotWorktree(inIt, { ref, at: deps.now() });
    await deps.writer.write((db) => {
      addBackup(db, { ...why, repository, task: null, ref, branch, path: checkout.workTree, at: deps.now() });
    });
    const removed = await removeWorktree(place, { checkout, snapshot });
    if (removed.kind === 'removed') {
      const { head, notKept } = snapshot;
      return { kind: 'removed', ref, head, notKept };
    }
    if (removed.kind === 'kept') return { kind: 'kept', reason: removed.leftOut.join(' ') };
    if (attempt === tries) return { kind: 'kept', reason: 'Something keeps writing in it.' };
  }
}
