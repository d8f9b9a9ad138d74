import type { Strategy } from '../contract/review';
import type { Place } from './checkout';
import { commitTree } from './commit-tree';
import { mergeBase } from './diff';
import type { Identity } from './identity';
import { treeOf } from './resolve';
import { runGit, splitNul } from './run';

/** What merging two commits would give. */
export type MergePreview =
  | {
      readonly kind: 'clean';
      readonly tree: string;
      /** The base only has to move: the head already holds everything of it. */
      readonly fastForward: boolean;
      /** The base already holds everything of the head: there is nothing to merge. */
      readonly upToDate: boolean;
    }
  | { readonly kind: 'conflict'; readonly files: readonly string[] };

/** Merges two commits in the object database, touching no file, ref or index. Unrelated histories throw GIT_FAILED. */
export async function previewMerge(
  place: Place,
  { baseOid, headOid }: { readonly baseOid: string; readonly headOid: string },
): Promise<MergePreview> {
  const common = await mergeBase(place, baseOid, headOid);
  const [fastForward, upToDate] = [common === baseOid, common === headOid];
  if (fastForward) return { kind: 'clean', tree: await treeOf(place, headOid), fastForward, upToDate };
  if (upToDate) return { kind: 'clean', tree: await treeOf(place, baseOid), fastForward, upToDate };
  const { stdout, exitCode } = await runGit(
    place,
    ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', baseOid, headOid],
    { successExitCodes: [1] },
  );
  const [tree = '', ...files] = splitNul(stdout);
  return exitCode === 0
    ? { kind: 'clean', tree, fastForward, upToDate }
    : { kind: 'conflict', files: files.filter((file) => file !== '') };
}

/** What came of asking for a merge. */
export type Made =
  | { readonly kind: 'made'; readonly oid: string; readonly tree: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] }
  | { readonly kind: 'not-fast-forward' };

/**
 * Makes the commit the base is to move to, in the object database: the head itself for `ff`, a commit with both as
 * parents for `merge`, one on top of the base for `squash`. Nothing points at it yet.
 */
export async function makeMerge(
  place: Place,
  wanted: {
    readonly strategy: Strategy;
    readonly baseOid: string;
    readonly headOid: string;
    readonly message: string;
    readonly identity: Identity;
  },
): Promise<Made> {
  const { strategy, baseOid, headOid } = wanted;
  const preview = await previewMerge(place, wanted);
  if (preview.kind === 'conflict') return preview;
  const { tree } = preview;
  if (preview.upToDate) return { kind: 'made', oid: baseOid, tree };
  if (strategy === 'ff')
    return preview.fastForward ? { kind: 'made', oid: headOid, tree } : { kind: 'not-fast-forward' };
  const parents = strategy === 'merge' ? [baseOid, headOid] : [baseOid];
  const { message, identity } = wanted;
  const oid = await commitTree(place, { tree, parents, message, identity });
  return { kind: 'made', oid, tree };
}
