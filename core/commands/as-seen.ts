import type { Review } from '../contract/review';
import type { Place } from '../git/checkout';
import { hasCommit, hasTree, treeOf } from '../git/resolve';
import type { Database } from '../store/database';
import { restacksFrom } from '../store/restacks';

/** A change by where its branch is and the commit it is compared with: both say what is shown of it, and what lands. */
export type Compared = Pick<Review, 'head' | 'mergeBase'>;

/**
 * Whether a change is the one that was seen, also where restacks moved it meanwhile and somebody put it back, or what restacking that
 * made of it, each time as it was seen.
 */
export async function isAsSeen(
  db: Database,
  place: Place,
  { task, seen, now }: { readonly task: number; readonly seen: Compared; readonly now: Compared },
): Promise<boolean> {
  return isSame(now, seen) || isSame(now, await broughtOn(db, place, task, seen));
}

function isSame(one: Compared, other: Compared): boolean {
  return one.head === other.head && one.mergeBase === other.mergeBase;
}

/** Where restacks brought a change that was seen, before one of them took it for another one. */
export async function broughtOn(db: Database, place: Place, task: number, seen: Compared): Promise<Compared> {
  let at = seen;
  for (const { oldOid, newHead, newOid } of restacksFrom(db, { task, head: seen.head })) {
    if (!(await isSameFooting(place, oldOid, at.mergeBase))) return at;
    at = { head: newHead, mergeBase: newOid };
  }
  return at;
}

/** Whether a change compared with either commit is the same: what was merged into it in place of what it stood on has its files. */
async function isSameFooting(place: Place, one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  return (await hasCommit(place, one)) && hasTree(place, other, await treeOf(place, one));
}
