import type { Conflict } from '../contract/review';
import { type Footing, hasLanded } from '../contract/stack';
import { isAncestor, mergeBase } from '../git/diff';
import { previewMerge } from '../git/merge';
import { refOid, treeOf } from '../git/resolve';
import { meet, type Way } from '../git/restack';
import { restackRef } from '../git/restack-ref';
import { identityFor } from '../runner/change';
import { footingNow, foundation } from '../runner/footing';
import type { RepositoryPlace } from '../runner/place';
import type { Database } from '../store/database';
import { listDependencies } from '../store/dependencies';
import { isStale, partsOf, stackOf } from '../store/stacks';
import { taskRow } from '../store/task-row';
import type { TaskWork } from '../store/task-work';
import type { Room } from './room';

/** A task's change, and the commit it is to be brought onto now. */
export interface StackWay extends Way {
  readonly footing: Footing;
  /** Where the task's base is. */
  readonly base: string;
}

/** The way of a change onto what it is to stand on now; else why there is none, a sentence. */
export type FoundWay =
  | { readonly kind: 'way'; readonly way: StackWay }
  /** Its own branch or its base is not there. */
  | { readonly kind: 'gone'; readonly problem: string }
  | { readonly kind: 'none'; readonly problem: string; readonly from: string; readonly base: string };

/** Finds where a task's own change begins and what it is to stand on now. Makes no commit but those that put several together. */
export async function wayOf(room: Pick<Room, 'db'>, place: RepositoryPlace, work: TaskWork): Promise<FoundWay> {
  const { id: task, branch } = work;
  const head = branch === null ? null : await refOid(place, `refs/heads/${branch}`);
  const base = await refOid(place, `refs/heads/${work.base}`);
  if (head === null || base === null) {
    const gone = head === null ? (branch ?? 'of its change') : work.base;
    const problem = `The branch ${gone} is not there. Bring it back, then restack (in the terminal: task restack ${task}).`;
    return { kind: 'gone', problem };
  }
  const footing = footingNow(room.db, task);
  const begun = (await mergeBase(place, work.stackOid ?? base, head)) ?? base;
  const merged = await refOid(place, restackRef(task, 'onto'));
  const isMerged =
    merged !== null && (await isAncestor(place, merged, head)) && (await isAncestor(place, begun, merged));
  const from = isMerged ? merged : begun;
  const missing = await missingFrom(room.db, place, { work, base, footing });
  if (missing !== null) return { kind: 'none', problem: missing, from, base };
  const onto = await foundation(place, work, { footing, base });
  if (onto.kind === 'conflict') return { kind: 'none', problem: onto.problem, from, base };
  const { identity } = await identityFor(place);
  // What it, or a change it stands on, was taken off is to go from it, and that its branch holds the new footing says nothing of that.
  const mayHold = partsOf(room.db, task).every(({ id }) => hasLanded(taskRow(room.db, id)));
  return { kind: 'way', way: { from, onto: onto.oid, head, mayHold, identity, footing, base } };
}

/** What a forge has merged that the base here has not got yet, as a sentence; null when nothing is missing. */
async function missingFrom(
  db: Database,
  place: RepositoryPlace,
  { work, base, footing }: { readonly work: TaskWork; readonly base: string; readonly footing: Footing },
): Promise<string | null> {
  const stays = new Set(footing.parts.map(({ id }) => id));
  const elsewhere = listDependencies(db, work.id).filter(({ outcome }) => outcome === 'published');
  for (const { id, head } of partsOf(db, work.id)) {
    if (stays.has(id) || !elsewhere.some((one) => one.id === id)) continue;
    const merged = await previewMerge(place, { baseOid: base, headOid: head });
    if (merged.kind === 'clean' && merged.tree === (await treeOf(place, base))) continue;
    return `Task ${id} was merged on its forge, and ${work.base} here does not have that yet. Bring ${work.base} up to date (git pull): within a minute it is restacked by itself, or at once when you say so (in the terminal: task restack ${work.id}).`;
  }
  return null;
}

/** What keeps a change that could not be brought onto what it is to stand on from that now, by file; nothing of any other. */
export async function stackConflicts(
  room: Pick<Room, 'db'>,
  place: RepositoryPlace,
  work: TaskWork,
): Promise<Conflict[]> {
  if (work.state !== 'review' || !isStale(room.db, work.id) || stackOf(room.db, work.id)?.problem == null) return [];
  const found = await wayOf(room, place, work);
  const met = found.kind === 'way' ? await meet(place, found.way) : null;
  return met?.kind === 'conflict' ? [...met.conflicts] : [];
}

/** The ways out of a conflict that its agent did not resolve: the end of what is said of it. */
export async function waysOut(place: RepositoryPlace, work: TaskWork, way: StackWay): Promise<string> {
  const { id, base, worktree } = work;
  const again = `Have it try again (in the terminal: task resolve ${id})`;
  if (worktree === null) return `${again}.`;
  const { footing, from, onto, mayHold } = way;
  // Where the branch may simply hold its base, the base itself is what anybody would merge.
  const isBase = footing.parts.length === 0 && mayHold && !(await isAncestor(place, onto, from));
  const what = isBase ? base : restackRef(id, 'onto');
  return `${again}, or resolve it yourself in ${worktree}: git merge ${what}, mend what conflicts, and commit. It is looked at again then.`;
}
