import type { Along } from '../contract/base-state';
import { CodedError } from '../contract/errors';
import { shellWord } from '../contract/shell-word';
import type { Task } from '../contract/task';
import { mergeBase } from '../git/diff';
import { countCommits } from '../git/log';
import { renamedTo } from '../git/renamed';
import { refOid, resolveBranch } from '../git/resolve';
import { settleEarlier } from '../runner/landed';
import { sizeAt } from '../runner/measure';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { patchTask } from '../store/tasks';
import { alone, mustBe, told } from './acting';
import type { Room } from './room';
import { some } from './some';

/** Where the base of a task stands. Throws NO_SUCH_BRANCH with what became of it and the way on when it is gone. */
export async function baseTip(place: RepositoryPlace, { id, base }: Pick<TaskWork, 'id' | 'base'>): Promise<string> {
  const oid = await refOid(place, `refs/heads/${base}`);
  if (oid !== null) return oid;
  const renamed = await renamedTo(place, base);
  const what = renamed === null ? 'was deleted or renamed' : `is called ${renamed} now`;
  throw new CodedError(
    'NO_SUCH_BRANCH',
    `The branch ${base}, on which task ${id} is based, ${what}. Nothing of the change is lost: base it on a branch there is (in the terminal: task base ${id} ${renamed === null ? 'BRANCH' : shellWord(renamed)}), or bring ${base} back.`,
    { facts: { branch: base, renamedTo: renamed } },
  );
}

/**
 * Bases a task on another branch, onto which its change is to land: as large as it is against that one, and with the commits
 * of the old one that come along. Throws NO_SUCH_BRANCH, CONFLICT when the change shares no history with it, and WRONG_STATE
 * while an agent is at work or when the task is done.
 */
export function changeBase(
  room: Room,
  { task, base }: { task: number; base: string },
): Promise<Task & { readonly along: Along | null }> {
  return alone(task, async () => {
    await settleEarlier(room, task);
    const states = ['queued', 'review', 'failed', 'cancelled'] as const;
    const work = taskWork(room.db, task);
    mustBe(work, states, 'based on another branch');
    if (work.stackOid !== null) {
      throw new CodedError(
        'WRONG_STATE',
        `Task ${task} stands on the change of ${some((work.stack?.on ?? []).map((id) => `task ${id}`))} and lands where that does. Take it off first (in the terminal: task edit ${task} --detach TASK).`,
        { facts: { task } },
      );
    }
    const place = await repositoryPlace(room.git, work.repository);
    const tip = await resolveBranch(place, base);
    const own = work.branch === null ? null : await refOid(place, `refs/heads/${work.branch}`);
    if (own !== null && (work.branch === base || (await mergeBase(place, tip, own)) === null)) {
      const why = work.branch === base ? 'is its own branch' : 'shares no history with its change';
      throw new CodedError('CONFLICT', `Task ${task} cannot be based on ${base}, which ${why}. Choose another branch.`);
    }
    const along = own === null ? null : await alongOf(place, { was: work.base, tip, own });
    const change = own === null || work.change === null ? null : await sizeAt(place, { base, stackOid: null }, own);
    await room.writer.write((db) => {
      mustBe(taskRow(db, task), states, 'based on another branch');
      const measured = own !== null && change !== null && { head: own, change };
      patchTask(db, { task, patch: { base, ...measured }, at: room.now() });
    });
    return { ...told(room, task), along };
  });
}

/** The commits of the base a task had that its branch has and the tip of its new base has not; null for none, or when the old one is gone. */
async function alongOf(
  place: RepositoryPlace,
  { was, tip, own }: { readonly was: string; readonly tip: string; readonly own: string },
): Promise<Along | null> {
  const old = await refOid(place, `refs/heads/${was}`);
  const common = old === null ? null : await mergeBase(place, old, own);
  const commits = common === null ? 0 : await countCommits(place, { base: tip, head: common });
  return commits === 0 ? null : { branch: was, commits };
}
