import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Captured, IndexEntry } from './capture';
import type { Checkout, Place } from './checkout';
import { runGit } from './run';
import type { BytePath } from './trees';

/**
 * The entries of a captured index whose bytes are not in the repository: whoever writes to a worktree may have its index name
 * anything. A tree that named them would break every later `git gc` for as long as it is kept. What is added with intent only has
 * no bytes, and is none of them; nor is anything in a repository that leaves objects where it was cloned from.
 */
export async function unstoredIn(
  place: Place,
  { index, files }: Captured,
  intended: readonly BytePath[],
): Promise<ReadonlySet<IndexEntry>> {
  const stored = new Set(files.map(({ oid }) => oid));
  // A submodule's commit is where the submodule is.
  const named = index.entries.filter(
    ({ mode, oid, path }) => mode !== '160000' && !stored.has(oid) && !intended.includes(path),
  );
  if (named.length === 0 || (await isPartial(place.checkout))) return new Set();
  const { stdout } = await runGit(place, ['cat-file', '--batch-check=%(objecttype) %(objectname)'], {
    input: [...new Set(named.map(({ oid }) => `${oid}\n`))].join(''),
    maxBytes: 1 << 30,
  });
  for (const [, oid = ''] of stdout.toString('latin1').matchAll(/^blob ([0-9a-f]+)$/gm)) stored.add(oid);
  return new Set(named.filter(({ oid }) => !stored.has(oid)));
}

/** Whether the repository leaves objects where it was cloned from: git would fetch those that are asked for. */
async function isPartial({ commonDir }: Checkout): Promise<boolean> {
  const packs = await readdir(join(commonDir, 'objects', 'pack')).catch(() => []);
  return packs.some((name) => name.endsWith('.promisor'));
}
