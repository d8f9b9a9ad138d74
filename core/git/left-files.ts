import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { onDisk } from './capture';
import type { Place } from './checkout';
import { splitNul } from './nul';
import { runGit } from './run';

/** A worktree with more files than these beside those of its commit is not told from another one. */
const mostFiles = 200_000;

/** So many files are looked at at once. */
const atOnce = 64;

/**
 * A text by which the files of a worktree that are in no commit, ignored ones too, are told from any others: it is another one
 * when one of them is gone, new or was written to. Empty when there are none. Null when a file of its commit is not as that has
 * it, or when there are too many.
 */
export async function leftFiles(place: Place): Promise<string | null> {
  const args = ['status', '--porcelain', '-z', '--untracked-files=all', '--ignored', '--ignore-submodules=dirty'];
  const { stdout, truncated } = await runGit(place, args, { maxBytes: 1 << 28 });
  const lines = splitNul(stdout.toString('latin1'));
  if (truncated || lines.length > mostFiles) return null;
  if (!lines.every((line) => line.startsWith('?? ') || line.startsWith('!! '))) return null;
  if (lines.length === 0) return '';
  const hash = createHash('sha256');
  for (let from = 0; from < lines.length; from += atOnce) {
    const facts = await Promise.all(lines.slice(from, from + atOnce).map((line) => factsOf(place, line.slice(3))));
    for (const fact of facts) hash.update(fact);
  }
  return hash.digest('hex');
}

/** Not when it was changed in any way: that is another time for each name of a file that several worktrees share. */
async function factsOf(place: Place, path: string): Promise<string> {
  const stats = await lstat(onDisk(place, path), { bigint: true }).catch(() => null);
  if (stats === null) return `${path}\0gone\0`;
  const { ino, mode, size, mtimeNs } = stats;
  return `${[path, ino, mode, size, mtimeNs].join('\0')}\0`;
}
