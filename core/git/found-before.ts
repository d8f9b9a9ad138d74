import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkout } from './checkout';
import { mostOfConfig } from './configured';
import type { Git } from './git';
import { createMemory } from './memory';
import { readPlainFile } from './plain-file';

interface Found {
  readonly checkout: Checkout;
  readonly mark: string;
}

const foundBy = createMemory<Found>(1_000);

/**
 * The repository git found from this folder before, if all that led it there is as it was: the folder and its `.git` are
 * the very same and belong to the same user, and the configuration, which could say where the files are, has the same
 * bytes. Null when git must look.
 */
export async function foundBefore(git: Git, directory: string): Promise<Checkout | null> {
  const found = foundBy.get(git, directory);
  return found !== undefined && (await markOf(directory, found.checkout)) === found.mark ? found.checkout : null;
}

/**
 * Remembers what git found from a folder. Only the main checkout of a repository is remembered, by its top: what leads to
 * another one is spread over more files.
 */
export async function rememberFound(git: Git, directory: string, checkout: Checkout): Promise<void> {
  if (checkout.workTree !== directory || checkout.gitDir !== checkout.commonDir) return;
  const mark = await markOf(directory, checkout);
  if (mark !== null) foundBy.set(git, directory, { checkout, mark });
}

/** Differs when what git would go by does; null when that cannot be told without it. */
async function markOf(directory: string, { gitDir }: Checkout): Promise<string | null> {
  const link = join(directory, '.git');
  if ((await realpath(link).catch(() => null)) !== gitDir) return null;
  const folders = await Promise.all([directory, gitDir].map((folder) => lstat(folder).catch(() => null)));
  const config = await readPlainFile(join(gitDir, 'config'), { mostBytes: mostOfConfig });
  const own = await readPlainFile(join(gitDir, 'config.worktree'), { mostBytes: mostOfConfig });
  if (folders.includes(null) || config === 'unknown' || own !== 'absent') return null;
  // What refers to more files is git's to follow.
  if (typeof config !== 'string' && /\[\s*include/i.test(config.toString('latin1'))) return null;
  if ((await lstat(join(gitDir, 'commondir')).catch(() => null)) !== null) return null;
  const bytes = createHash('sha256').update(config).digest('base64');
  return JSON.stringify([bytes, ...folders.map((stats) => [stats?.ino, stats?.dev, stats?.uid])]);
}
