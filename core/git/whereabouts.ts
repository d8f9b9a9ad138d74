import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Checkout, Place } from './checkout';
import { checkoutAt } from './links';
import { gitFolders } from './lock';
import { listWorktrees } from './worktrees';

/** Where a branch is checked out. `busy` says why it cannot be moved there; `reason` is a sentence. */
type Whereabouts =
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'checkout'; readonly checkout: Checkout }
  | { readonly kind: 'busy'; readonly checkout: string; readonly reason: string };

/** The one checkout a branch is checked out in, if it can be moved there. */
export async function whereIs(place: Place, branch: string): Promise<Whereabouts> {
  const { commonDir } = place.checkout;
  for (const gitDir of await gitFolders(commonDir)) {
    for (const name of ['rebase-merge/head-name', 'rebase-apply/head-name']) {
      const rebased = (await readFile(join(gitDir, name), 'utf8').catch(() => '')).trim();
      if (rebased === `refs/heads/${branch}`) {
        const path = (await checkoutOf(place, gitDir))?.workTree ?? gitDir;
        const reason = `The branch ${branch} is being rebased there. Finish it or run git rebase --abort.`;
        return { kind: 'busy', checkout: path, reason };
      }
    }
  }
  const paths = (await listWorktrees(place))
    .filter((worktree) => worktree.branch === branch && !worktree.prunable)
    .map((worktree) => worktree.path);
  const [path, second] = paths;
  if (path === undefined) return { kind: 'nowhere' };
  if (second !== undefined) {
    const reason = `The branch ${branch} is checked out in ${second} as well. Switch one of the two to another branch.`;
    return { kind: 'busy', checkout: path, reason };
  }
  const checkout = path === place.checkout.workTree ? place.checkout : await checkoutAt(commonDir, path);
  if (checkout !== null) return { kind: 'checkout', checkout };
  const reason = 'The links between this checkout and its repository are broken. Run git worktree repair there.';
  return { kind: 'busy', checkout: path, reason };
}

/** The checkout a git folder belongs to. */
export async function checkoutOf(place: Place, gitDir: string): Promise<Checkout | null> {
  const { commonDir } = place.checkout;
  if (gitDir === place.checkout.gitDir) return place.checkout;
  if (gitDir === commonDir) {
    const [main] = await listWorktrees(place);
    return main === undefined ? null : checkoutAt(commonDir, main.path);
  }
  const back = (await readFile(join(gitDir, 'gitdir'), 'utf8').catch(() => '')).replace(/\r?\n$/, '');
  return basename(back) === '.git' ? checkoutAt(commonDir, back.slice(0, -'/.git'.length)) : null;
}
