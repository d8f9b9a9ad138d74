import type { ChangeSize } from '../contract/task';
import type { Place } from '../git/checkout';
import { changeSize, mergeBase } from '../git/diff';
import { refOid } from '../git/resolve';
import type { Database } from '../store/database';
import { openLandingOf } from '../store/landings';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { patchTask } from '../store/tasks';
import type { Deps } from './deps';

/** How large a task's change is with its branch at a commit; null when that cannot be told, because its base is gone or shares nothing with it. */
export async function sizeAt(
  place: Place,
  { stackOid, base }: Pick<TaskWork, 'stackOid' | 'base'>,
  head: string,
): Promise<ChangeSize | null> {
  const origin = stackOid ?? (await refOid(place, `refs/heads/${base}`));
  const common = origin === null ? null : await mergeBase(place, origin, head);
  return common === null ? null : changeSize(place, { base: common, head });
}

/** Keeps the commit a task's change was seen to stand at, and how large it is there; true when another one was known. */
export async function noteChange(
  deps: Pick<Deps, 'db' | 'writer' | 'now'>,
  place: Place,
  { task, head }: { readonly task: number; readonly head: string },
): Promise<boolean> {
  if (taskRow(deps.db, task).change_head === head) return false;
  const change = await sizeAt(place, taskWork(deps.db, task), head);
  return deps.writer.write((db) => {
    if (taskRow(db, task).change_head === head) return false;
    patchTask(db, { task, patch: { head, ...(change !== null && { change }) }, at: deps.now() });
    return true;
  });
}

/**
 * Keeps the same of a change in review as somebody has just seen it; true when something else was known. Nothing is kept
 * while it lands: against a base that has it already there is nothing of it left.
 */
export async function noteSeen(deps: Pick<Deps, 'db' | 'writer' | 'now'>, seen: Seen): Promise<boolean> {
  if (!deps.writer.writes || !isNews(deps.db, seen)) return false;
  return deps.writer.write((db) => {
    if (!isNews(db, seen)) return false;
    const { task, head, change } = seen;
    patchTask(db, { task, patch: { head, ...(change !== null && { change }) }, at: deps.now() });
    return true;
  });
}

/** Where a change was seen to stand, and how large it is there, if that can be told. */
interface Seen {
  readonly task: number;
  readonly head: string;
  readonly change: ChangeSize | null;
}

function isNews(db: Database, { task, head, change }: Seen): boolean {
  const row = taskRow(db, task);
  if (row.state !== 'review' || openLandingOf(db, task) !== undefined) return false;
  if (row.change_head !== head) return true;
  if (change === null) return false;
  const { change_files: files, change_additions: additions, change_deletions: deletions } = row;
  return files !== change.files || additions !== change.additions || deletions !== change.deletions;
}
