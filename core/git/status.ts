import type { Place } from './checkout';
import { splitNul } from './nul';
import { runGit } from './run';

/** A file of a checkout that differs from its commit. */
export interface DirtyFile {
  readonly path: string;
  readonly staged: boolean;
  readonly unstaged: boolean;
  readonly untracked: boolean;
}

/** What is changed in a checkout and not committed. Looks into no submodule, and leaves the index as it is. */
export async function worktreeStatus(place: Place): Promise<DirtyFile[]> {
  const { stdout } = await runGit(place, [
    ...['status', '--porcelain=v1', '-z', '--untracked-files=all', '--ignore-submodules=dirty', '--no-renames'],
  ]);
  return splitNul(stdout).map((line) => {
    const [index, files] = [line.charAt(0), line.charAt(1)];
    const untracked = index === '?';
    return {
      path: line.slice(3),
      staged: !untracked && index !== ' ',
      unstaged: !untracked && files !== ' ',
      untracked,
    };
  });
}
