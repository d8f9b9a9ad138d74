import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkout, Place } from './checkout';
import { runGit } from './run';

/** The files by which git knows of a merge, cherry-pick or revert under way in one checkout. */
export const underWayFiles = ['MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'] as const;

/** What these files of a checkout say, by their names. */
export async function readUnderWay({ gitDir }: Checkout): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of underWayFiles) {
    const text = await readFile(join(gitDir, name), 'utf8').catch(() => null);
    if (text !== null) found[name] = text;
  }
  return found;
}

/** The commits that git's notes name and that are there: whoever writes to the worktree may have them name anything. */
export async function commitsIn(place: Place, underWay: Readonly<Record<string, string>>): Promise<string[]> {
  const heads = Object.entries(underWay).filter(([name]) => name.endsWith('_HEAD'));
  const named = heads.flatMap(([, text]) => text.split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line)));
  if (named.length === 0) return [];
  const args = ['cat-file', '--batch-check=%(objecttype) %(objectname)'];
  const { stdout } = await runGit(place, args, { input: named.map((oid) => `${oid}\n`).join('') });
  return [...stdout.toString('utf8').matchAll(/^commit ([0-9a-f]+)$/gm)].map(([, oid = '']) => oid);
}
