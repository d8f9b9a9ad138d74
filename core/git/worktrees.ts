import type { Place } from './checkout';
import { splitNul } from './nul';
import { runGit } from './run';

/** One checkout of the repository, as git lists it. */
export interface Worktree {
  readonly path: string;
  /** The commit checked out; null when there is none yet. */
  readonly head: string | null;
  /** The branch checked out, without `refs/heads/`; null when HEAD is detached. */
  readonly branch: string | null;
  /** Why it is locked; null when it is not. */
  readonly locked: string | null;
  /** Its files are gone. */
  readonly prunable: boolean;
}

/** Every checkout of the repository, the main one first. */
export async function listWorktrees(place: Place): Promise<Worktree[]> {
  const { stdout } = await runGit(place, ['worktree', 'list', '--porcelain', '-z']);
  const worktrees: Worktree[] = [];
  for (const line of splitNul(stdout)) {
    const space = line.indexOf(' ');
    const [label, value] = space === -1 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
    if (label === 'worktree') {
      worktrees.push({ path: value, head: null, branch: null, locked: null, prunable: false });
      continue;
    }
    const last = worktrees.pop();
    if (!last) continue;
    worktrees.push(
      label === 'HEAD' && !/^0+$/.test(value)
        ? { ...last, head: value }
        : label === 'branch'
          ? { ...last, branch: value.replace(/^refs\/heads\//, '') }
          : label === 'locked'
            ? { ...last, locked: value }
            : label === 'prunable'
              ? { ...last, prunable: true }
              : last,
    );
  }
  // Git guesses the main checkout from its git folder, wrongly for a submodule; this one is known.
  const { gitDir, commonDir, workTree } = place.checkout;
  return worktrees.map((worktree, index) =>
    index === 0 && gitDir === commonDir ? { ...worktree, path: workTree } : worktree,
  );
}
