import type { KeptPush } from '../contract/remote';
import { isAncestor } from '../git/diff';
import { hasCommit } from '../git/resolve';
import { repositoryPlace } from '../runner/place';
import { pushesOf } from '../store/pushes';
import { taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { tipsOf } from './reviews';
import type { Room } from './room';

/** Where a task's change is being pushed and was pushed, by what is kept here: no remote is asked. Throws NOT_FOUND. */
export async function pushes(room: Room, task: number): Promise<KeptPush[]> {
  taskRow(room.db, task);
  const kept = pushesOf(room.db, task);
  if (kept.length === 0) return [];
  // Of a repository that is not there, or a branch that is gone, nothing can be told.
  const has = await containing(room, task).catch(() => null);
  return Promise.all(kept.map(async (push) => ({ ...push, hasAll: has === null ? null : await has(push.oid) })));
}

/** Tells whether a commit has all of a task's change as it stands; null when there is none to ask about. */
async function containing(room: Room, task: number): Promise<((oid: string) => Promise<boolean | null>) | null> {
  const work = taskWork(room.db, task);
  // As one that is not trusted: nothing of it is to be run, and what it would run need not be looked at.
  const place = await repositoryPlace(room.git, { ...work.repository, trusted: false });
  const head = (await tipsOf(room, work, place))?.head;
  if (head === undefined) return null;
  return async (oid) => {
    if (oid === head) return true;
    return (await hasCommit(place, oid)) ? isAncestor(place, head, oid) : null;
  };
}
