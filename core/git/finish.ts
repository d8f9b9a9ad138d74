import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk } from './capture';
import type { Checkout, WorktreePlace } from './checkout';
import { noteFiltered, passingFilters, wasFiltered } from './filters';
import { runHook } from './hook';
import { splitNul } from './nul';
import { runGit } from './run';
import type { BytePath } from './trees';
import { readyMark } from './worktree';

/**
 * Runs in a worktree just made what git would have run while it made it: the filters its files pass, then the hook
 * post-checkout. To be called before anybody works there, as soon as it is known what may run; of a worktree that is not
 * trusted that is nothing. Does nothing the second time; after a crash or a failure it begins again. Gives notices.
 */
export async function finishWorktree(worktree: WorktreePlace, signal?: AbortSignal): Promise<string[]> {
  const startOid = (await readFile(join(worktree.checkout.gitDir, readyMark), 'utf8').catch(() => '')).trim();
  if (startOid === '') return [];
  await filterFiles(worktree, signal);
  const none = '0'.repeat(startOid.length);
  const notices = await runHook(worktree, 'post-checkout', [none, startOid, '1'], signal);
  await keepAsItIs(worktree.checkout);
  return notices;
}

/** Whether any file of a worktree passes a filter that its repository configures. */
export async function passesFilters(worktree: WorktreePlace): Promise<boolean> {
  return (await filteredFiles(worktree)).length > 0;
}

async function filteredFiles(worktree: WorktreePlace, signal?: AbortSignal): Promise<BytePath[]> {
  const args = ['ls-tree', '-r', '-z', '--name-only', '--full-tree', 'HEAD'];
  return passingFilters(
    worktree,
    async () => (await runGit(worktree, args, { silent: true, signal, maxBytes: 1 << 30 })).stdout,
  );
}

/** Has `finishWorktree` leave a worktree's files alone from now on, because they are more than what its commit holds. */
export async function keepAsItIs(checkout: Checkout): Promise<void> {
  await truncate(join(checkout.gitDir, readyMark)).catch((cause: NodeJS.ErrnoException) => {
    // Only a worktree that is ready has the mark.
    if (cause.code !== 'ENOENT') throw cause;
  });
}

/** Writes the files that pass a filter anew, and those an earlier try had taken away. */
async function filterFiles(worktree: WorktreePlace, signal: AbortSignal | undefined): Promise<void> {
  const quietly = { silent: true, signal, maxBytes: 1 << 30 };
  // Before an earlier try took a file away it noted that some pass filters.
  const begun = await wasFiltered(worktree.checkout);
  const filtered = worktree.trusted ? await filteredFiles(worktree, signal) : [];
  const cached = ['diff-index', '-z', '--cached', '--name-only', '--diff-filter=D', 'HEAD'];
  const missing = begun ? splitNul((await runGit(worktree, cached, quietly)).stdout.toString('latin1')) : [];
  const paths = new Set([...filtered, ...missing]);
  if (paths.size === 0) return;
  if (filtered.length > 0) await noteFiltered(worktree.checkout);
  // Git writes a file only when its index lacks it; files asked for together a filter may fetch together.
  const input = Buffer.from([...paths].map((path) => `${path}\0`).join(''), 'latin1');
  await runGit(worktree, ['update-index', '-z', '--force-remove', '--stdin'], { ...quietly, input });
  for (const path of paths) await rm(onDisk(worktree, path), { force: true });
  await runGit(worktree, ['read-tree', '-m', '-u', 'HEAD'], { signal });
}
