import type { Branch } from '../contract/repository';
import type { Place } from './checkout';
import { runGit } from './run';
import { listWorktrees } from './worktrees';

/** The local branches, by name, each with the checkout that has it checked out. */
export async function listBranches(place: Place): Promise<Branch[]> {
  const [{ stdout }, worktrees] = await Promise.all([
    runGit(place, ['for-each-ref', '--format=%(objectname)%00%(refname)', 'refs/heads/']),
    listWorktrees(place),
  ]);
  const checkedOutAt = new Map(worktrees.map((worktree) => [worktree.branch, worktree.path]));
  // A branch name holds neither NUL nor a line end, so lines are safe here.
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [oid = '', ref = ''] = line.split('\0');
      const name = ref.slice('refs/heads/'.length);
      return { name, oid, checkedOutAt: checkedOutAt.get(name) ?? null };
    });
}
