import type { Conflict } from '../contract/review';
import type { Strategy } from '../contract/strategy';
import type { Place } from './checkout';
import { commitTree } from './commit-tree';
import { readConflicts } from './conflicts';
import { mergeBase } from './diff';
import type { Identity } from './identity';
import { splitNul } from './nul';
import { makeReplay, replay } from './replay';
import { treeOf } from './resolve';
import { runGit } from './run';

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
  | { readonly kind: 'conflict'; readonly conflicts: readonly Conflict[] };

/**
 * Merges two commits in the object database, touching no file, ref or index. Where one holds the other, the tree is that
 * one's own. Unrelated histories throw GIT_FAILED.
 */
export async function previewMerge(
  place: Place,
  { baseOid, headOid }: { readonly baseOid: string; readonly headOid: string },
): Promise<MergePreview> {
  const common = await mergeBase(place, baseOid, headOid);
  const [fastForward, upToDate] = [common === baseOid, common === headOid];
  // A merge would write modes anew that older programs wrote, as 100664; what lands by moving a branch has them as they are.
  if (fastForward || upToDate) {
    return { kind: 'clean', tree: await treeOf(place, fastForward ? headOid : baseOid), fastForward, upToDate };
  }
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', baseOid, headOid];
  const { stdout, exitCode } = await runGit(place, args, { successExitCodes: [1] });
  const [tree = '', ...rest] = splitNul(stdout);
  if (exitCode !== 0) return { kind: 'conflict', conflicts: readConflicts(rest, { baseOid, headOid }) };
  return { kind: 'clean', tree, fastForward, upToDate };
}

/** What came of asking for a merge. */
export type Made =
  | { readonly kind: 'made'; readonly oid: string; readonly tree: string }
  | Extract<MergePreview, { kind: 'conflict' }>
  | { readonly kind: 'not-fast-forward' }
  /** Its commits cannot be done again on the base one by one; `reason` is a sentence. */
  | { readonly kind: 'not-rebasable'; readonly reason: string };

/**
 * Makes the commit the base is to move to, in the object database: the head itself for `ff`, a commit with both as
 * parents for `merge`, one on top of the base for `squash`, for `rebase` the last of the head's own commits done again on top
 * of the base, which is the head itself where the base only has to move. Nothing points at it yet.
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
  if (strategy === 'rebase') {
    if (preview.fastForward) return { kind: 'made', oid: headOid, tree };
    const replayed = await replay(place, { baseOid, headOid, tree });
    if (replayed.kind === 'refused') return { kind: 'not-rebasable', reason: replayed.reason };
    const oid = await makeReplay(place, { baseOid, steps: replayed.steps, identity: wanted.identity });
    return { kind: 'made', oid, tree };
  }
  const parents = strategy === 'merge' ? [baseOid, headOid] : [baseOid];
  const { message, identity } = wanted;
  const oid = await commitTree(place, { tree, parents, message, identity });
  return { kind: 'made', oid, tree };
}
