import { lstat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkout, Place } from './checkout';
import { splitNul } from './nul';
import { runGit } from './run';
import { listSettings } from './settings';
import type { BytePath } from './trees';

/**
 * Of the files named (each ending with NUL), those whose attributes name a filter that is configured. Runs none. The names
 * are asked for only where a filter is configured.
 */
export async function passingFilters(place: Place, names: Buffer | (() => Promise<Buffer>)): Promise<BytePath[]> {
  const filters = new Set(
    (await listSettings(place)).flatMap(([key]) => /^filter\.(.+)\.(?:clean|smudge|process)$/s.exec(key)?.[1] ?? []),
  );
  if (filters.size === 0) return [];
  const input = typeof names === 'function' ? await names() : names;
  if (input.length === 0) return [];
  const options = { silent: true, systemConfiguration: true, maxBytes: 1 << 30, input };
  const { stdout } = await runGit(place, ['check-attr', '-z', '--stdin', 'filter'], options);
  const parts = splitNul(stdout.toString('latin1'));
  const paths: BytePath[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const filter = Buffer.from(parts[at + 2] ?? '', 'latin1').toString('utf8');
    if (filters.has(filter)) paths.push(parts[at] ?? '');
  }
  return paths;
}

/** Keeps that files of a worktree have passed filters, so that what is on disk is not what belongs into a commit. */
export async function noteFiltered(checkout: Checkout): Promise<void> {
  await writeFile(filteredMark(checkout), '');
}

/** Whether that was ever kept of a worktree. */
export async function wasFiltered(checkout: Checkout): Promise<boolean> {
  return (await lstat(filteredMark(checkout)).catch(() => null)) !== null;
}

function filteredMark(checkout: Checkout): string {
  return join(checkout.gitDir, 'switchyard-filtered');
}
