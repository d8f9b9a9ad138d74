import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Checkout } from './checkout';
import { checkoutAt, gitDirOf, readShort } from './links';
import { aside, removeAside } from './remove';

/** What is where worktrees are. */
export interface FoundWorktree {
  readonly path: string;
  /** Null when it is no worktree, or its links do not point both ways. */
  readonly checkout: Checkout | null;
  /** The branch checked out; null for none. */
  readonly branch: string | null;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/**
 * The folders in the folders of repositories beneath `worktrees`, which is an absolute path without links. Starts no program
 * and reads a few small files of each.
 */
export async function findWorktrees(worktrees: string): Promise<FoundWorktree[]> {
  const found: FoundWorktree[] = [];
  for (const repository of await foldersIn(worktrees)) {
    for (const path of await foldersIn(repository)) {
      const each = await worktreeIn(path);
      if (each !== null) found.push(each);
    }
  }
  return found;
}

/** The same of one folder; null when there is none. */
export async function worktreeIn(path: string): Promise<FoundWorktree | null> {
  const stats = await lstat(path).catch(() => null);
  if (!stats?.isDirectory()) return null;
  const gitDir = await gitDirOf(path).catch(() => null);
  const linked = gitDir !== null && basename(dirname(gitDir)) === 'worktrees';
  const checkout = linked ? await checkoutAt(dirname(dirname(gitDir)), path) : null;
  const head = checkout === null ? '' : await readShort(join(checkout.gitDir, 'HEAD'));
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1] ?? null;
  // Some file systems do not know when a folder was made.
  const createdAt = Math.round(stats.birthtimeMs > 0 ? stats.birthtimeMs : stats.ctimeMs);
  return { path, checkout, branch, createdAt };
}

/**
 * Takes away what removals that were killed had moved aside there: all of it was to go, and what had to be kept of it was kept before.
 * Nothing else remembers some of it. Stops between two of them when the signal is aborted.
 */
export async function clearAside(worktrees: string, signal: AbortSignal): Promise<void> {
  for (const repository of await foldersIn(worktrees)) {
    for (const name of await readdir(repository).catch(() => [])) {
      if (!name.endsWith(aside)) continue;
      await removeAside(join(repository, name.slice(0, -aside.length)));
      if (signal.aborted) return;
    }
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return (
    entries
      // What is being removed is about to be gone.
      .filter((entry) => entry.isDirectory() && !entry.name.endsWith(aside))
      .map(({ name }) => join(folder, name))
  );
}
