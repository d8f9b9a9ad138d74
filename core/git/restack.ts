import type { Conflict } from '../contract/review';
import type { Place } from './checkout';
import { commitTree } from './commit-tree';
import { isAncestor } from './diff';
import type { Identity } from './identity';
import { previewMerge } from './merge';
import { makeReplay, replay } from './replay';
import { treeOf } from './resolve';
import { runGit } from './run';

/** What came of bringing a branch's own commits onto another commit. */
export type Restacked =
  | { readonly kind: 'made'; readonly oid: string }
  /** The branch holds that commit already, and nothing that it replaced. */
  | { readonly kind: 'there' }
  /** Nothing was made but a commit that merging into the branch brings it there, once the conflicts are resolved. */
  | { readonly kind: 'conflict'; readonly conflicts: readonly Conflict[]; readonly toMerge: string };

/** What a branch's own commits are to be brought onto. */
export interface Way {
  /** Where the head's own commits begin. */
  readonly from: string;
  readonly onto: string;
  readonly head: string;
  /**
   * Whether a head that holds `onto` is there though it holds what that took the place of, too, where both cannot be brought together
   * otherwise: whoever merged it has said what is to become of both.
   */
  readonly mayHold: boolean;
  readonly identity: Identity;
}

/** What bringing a branch's own commits onto another commit meets. */
export type Met =
  | { readonly kind: 'clean'; readonly toMerge: string; readonly tree: string }
  | Exclude<Restacked, { readonly kind: 'made' }>;

/** Looks at what bringing a head onto another commit would meet. Makes at most one commit, in the object database. */
export async function meet(place: Place, { from, onto, head, mayHold, identity }: Way): Promise<Met> {
  if (from === onto) return { kind: 'there' };
  const wentBack = await isAncestor(place, onto, from);
  // What was merged in its place before, for the very same.
  if (wentBack && (await treeOf(place, from)) === (await treeOf(place, onto))) return { kind: 'there' };
  const replaced = !(await isAncestor(place, from, onto));
  const holds = !wentBack && (await isAncestor(place, onto, head));
  if (!replaced && holds) return { kind: 'there' };
  const toMerge = await instead(place, { from, onto, identity });
  const preview = await previewMerge(place, { baseOid: toMerge, headOid: head });
  if (preview.kind === 'conflict')
    return holds && mayHold ? { kind: 'there' } : { kind: 'conflict', conflicts: preview.conflicts, toMerge };
  return preview.fastForward ? { kind: 'there' } : { kind: 'clean', toMerge, tree: preview.tree };
}

/**
 * Does the commits of a head again, one by one, on top of another commit than the one they began at, in the object database,
 * touching no file, ref or index. What was on the way from the one to the other is all that is merged, however often it was
 * rewritten or squashed. Where that cannot be done one by one, a merge of both is made, which says `message`.
 */
export async function restackOnto(
  place: Place,
  { message, ...way }: Way & { readonly message: string },
): Promise<Restacked> {
  const { onto, head, identity } = way;
  const met = await meet(place, way);
  if (met.kind !== 'clean') return met;
  const { toMerge, tree } = met;
  const replayed = await replay(place, { baseOid: toMerge, headOid: head, tree });
  if (replayed.kind === 'clean') {
    return { kind: 'made', oid: await makeReplay(place, { baseOid: onto, steps: replayed.steps, identity }) };
  }
  const parents = [head, toMerge];
  return { kind: 'made', oid: await commitTree(place, { tree, parents, message, identity }) };
}

/**
 * A commit that has what `onto` has and says that it takes the place of `from`, so that a merge of it compares a branch that
 * began at `from` with that, and not with where both came from once.
 */
async function instead(
  place: Place,
  { from, onto, identity }: { readonly from: string; readonly onto: string; readonly identity: Identity },
): Promise<string> {
  if (await isAncestor(place, from, onto)) return onto;
  const message = `Take ${onto.slice(0, 10)} in place of ${from.slice(0, 10)}\n`;
  return commitTree(place, { tree: await treeOf(place, onto), parents: [onto, from], message, identity });
}

/** What came of putting several commits together. */
export type Joined =
  | { readonly kind: 'joined'; readonly oid: string }
  /** These two cannot be merged. */
  | { readonly kind: 'conflict'; readonly pair: readonly [string, string]; readonly conflicts: readonly Conflict[] };

/** One commit that holds all of these, in their order: one of them when it does, else a merge made in the object database. */
export async function joinCommits(
  place: Place,
  {
    oids,
    message,
    identity,
  }: { readonly oids: readonly string[]; readonly message: string; readonly identity: Identity },
): Promise<Joined> {
  const [first, ...rest] = await independent(place, oids);
  if (first === undefined) throw new Error('There is nothing to join.');
  let oid = first;
  let last = first;
  for (const next of rest) {
    const preview = await previewMerge(place, { baseOid: oid, headOid: next });
    if (preview.kind === 'conflict') return { kind: 'conflict', pair: [last, next], conflicts: preview.conflicts };
    oid = await commitTree(place, { tree: preview.tree, parents: [oid, next], message, identity });
    last = next;
  }
  return { kind: 'joined', oid };
}

/** Those that no other one of them holds. */
async function independent(place: Place, oids: readonly string[]): Promise<string[]> {
  const all = [...new Set(oids)];
  if (all.length < 2) return all;
  const { stdout } = await runGit(place, ['merge-base', '--independent', '--end-of-options', ...all]);
  const kept = new Set(stdout.toString('utf8').split('\n'));
  return all.filter((oid) => kept.has(oid));
}
