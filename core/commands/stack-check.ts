import { findingsOf, type StackCheck, type Stacked } from '../contract/stack-check';
import { isAncestor } from '../git/diff';
import { readHead } from '../git/open';
import { reclaimWorktree } from '../git/reclaim';
import { hasCommit, refOid } from '../git/resolve';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { listDependencies } from '../store/dependencies';
import { restackUnderWay } from '../store/restacks';
import { partsOf, stackedTasks, stackOf } from '../store/stacks';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { worktreeOf } from '../store/worktrees';
import type { Room } from './room';

/**
 * Looks at every unfinished task that is after another one, or that one is after: whether branches, worktrees and what is kept
 * of both agree. Changes nothing. A repository that is not there is a finding of each of its tasks.
 */
export async function verifyStacks(room: Room): Promise<StackCheck> {
  const tasks = stackedTasks(room.db);
  const findings: StackCheck['findings'] = [];
  for (const task of tasks) {
    const work = taskWork(room.db, task);
    try {
      findings.push(...findingsOf(await stackedOf(room, work, await repositoryPlace(room.git, work.repository))));
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      findings.push({ task, what, todo: 'Mend that, then look again.' });
    }
  }
  return { checked: tasks.length, findings };
}

async function stackedOf(room: Room, work: TaskWork, place: RepositoryPlace): Promise<Stacked> {
  const { id, state, base, branch } = work;
  const { db } = room;
  const tipOf = (name: string | null) => (name === null ? null : refOid(place, `refs/heads/${name}`));
  const tip = await tipOf(branch);
  const stack = stackOf(db, id);
  const holds = async (oid: string, by: string) =>
    (await hasCommit(place, oid)) && (await hasCommit(place, by)) && (await isAncestor(place, oid, by));
  const parts: Stacked['parts'][number][] = [];
  for (const part of partsOf(db, id)) {
    const held = stack !== undefined && (await holds(part.head, stack.oid));
    parts.push({ ...part, tip: await tipOf(taskRow(db, part.id).branch), held });
  }
  return {
    ...{ id, state, base, branch, tip, parts, head: taskRow(db, id).change_head },
    hasBase: (await tipOf(base)) !== null,
    worktree: await worktreeIn(room, place, work),
    stack:
      stack === undefined
        ? null
        : { oid: stack.oid, holds: tip !== null && (await holds(stack.oid, tip)), problem: stack.problem },
    before: listDependencies(db, id),
    restacking: restackUnderWay(db, id) !== undefined,
  };
}

async function worktreeIn(room: Room, place: RepositoryPlace, { id }: TaskWork): Promise<Stacked['worktree']> {
  const row = worktreeOf(room.db, id);
  if (row === undefined || row.state !== 'ready') return null;
  const { path, branch } = row;
  const found = await reclaimWorktree(place, path);
  if (found.kind === 'broken') return { path, problem: found.reason };
  if (found.kind === 'gone')
    return { path, problem: 'Its files are gone. Ask for changes or retry, which makes it anew.' };
  const head = await readHead({ ...place, checkout: found.checkout });
  const isOn = head.kind === 'branch' && head.branch === branch;
  return { path, problem: isOn ? null : `It is not on its branch. Check out ${branch} there.` };
}
