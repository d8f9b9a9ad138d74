import { isDeepStrictEqual } from 'node:util';
import type { Place } from './checkout';
import { isAncestor } from './diff';
import { readTarget } from './put-back';
import { readGit } from './run';
import type { Snapshot } from './snapshot';

/** A state that a worktree is being put to or from, kept as a snapshot: its id, the tree of its files, HEAD and the tree of what was staged. */
export type End = Pick<Snapshot, 'oid' | 'tree' | 'head' | 'staged'>;

/**
 * Whether all that a worktree put back half holds beside its files is what one of the two ends has: what is staged, HEAD, where the
 * task's branch is, and repositories nested in it. A commit among those `made` by going back, of just the files of an end, right on
 * that end's HEAD, counts as theirs.
 */
export async function isOfEnds(
  place: Place,
  { snapshot, tip }: { readonly snapshot: Snapshot; readonly tip: string | null },
  { ends, made }: { readonly ends: readonly End[]; readonly made: readonly string[] },
): Promise<boolean> {
  const { head, staged, gitFolders } = snapshot;
  if (!ends.some((end) => staged === end.staged || staged === end.tree)) return false;
  if (!ends.some((end) => head === end.head) && !(await isCommitOf(place, head, { ends, made }))) return false;
  if (tip !== null && tip !== head && !(await isKeptByOne(place, tip, ends))) return false;
  if (gitFolders.length === 0) return true;
  const known = (await Promise.all(ends.map(({ oid }) => readTarget(place, oid)))).flatMap((end) => end.gitFolders);
  return gitFolders.every((folder) => known.some((one) => isDeepStrictEqual(one, folder)));
}

/** Whether a commit that was made holds the files of an end, on that end's HEAD: its branch may say of any commit that it was made. */
async function isCommitOf(
  place: Place,
  oid: string | null,
  { ends, made }: { readonly ends: readonly End[]; readonly made: readonly string[] },
): Promise<boolean> {
  if (oid === null || !made.includes(oid)) return false;
  const args = ['rev-list', '-n', '1', '--no-commit-header', '--format=%T %P', '--end-of-options', oid];
  const line = await readGit(place, args);
  return ends.some(({ tree, head }) => line === `${tree} ${head}`);
}

async function isKeptByOne(place: Place, tip: string, ends: readonly End[]): Promise<boolean> {
  for (const { oid } of ends) if (await isAncestor(place, tip, oid)) return true;
  return false;
}
