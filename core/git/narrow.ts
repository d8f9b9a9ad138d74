import { posix } from 'node:path';
import type { Place } from './checkout';
import { runGit } from './run';
import { entryAt } from './tree-entry';

/**
 * Has a worktree that has no files yet get only those in some folders of a commit, and those above them: git's sparse checkout,
 * by folders. A path of a file stands for its folder, and one of nothing for a folder that may come to be.
 */
export async function narrowWorktree(
  place: Place,
  {
    commit,
    paths,
    signal,
  }: { readonly commit: string; readonly paths: readonly string[]; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const folders = new Set<string>();
  for (const path of paths) {
    const isFile = (await entryAt(place, { commit, path })) !== null;
    const folder = isFile ? posix.dirname(path) : path;
    if (folder !== '.') folders.add(folder);
  }
  const input = [...folders].map((folder) => `${folder}\n`).join('');
  // Nothing is checked out yet by which git could tell files from folders.
  const args = ['sparse-checkout', 'set', '--cone', '--skip-checks', '--stdin'];
  await runGit(place, args, { input, silent: true, signal });
}
