import { CodedError } from '../contract/errors';
import { repositoryPlace } from '../runner/place';
import { tell } from '../runner/putting-away';
import { dueLandings, forgetDueLanding, isLandingDue } from '../store/due-landings';
import { taskWork } from '../store/task-work';
import { alone, told } from './acting';
import { land } from './landing';
import { reviewOf } from './reviews';
import type { Room } from './room';

/**
 * Lands the finished change of an autonomous task when its repository says so and every check passed on this very change;
 * else it stays in review, with the reason at the end of its conversation. Once it was tried it is the person's. Never throws.
 */
export function landFinished(room: Room, task: number): Promise<void> {
  return alone(task, async () => {
    if (!isLandingDue(room.db, task)) return;
    try {
      await landNow(room, task);
    } catch (cause) {
      if (!(cause instanceof CodedError))
        room.log('error', 'A finished change could not be landed.', { task, cause: String(cause) });
      const why = cause instanceof Error ? cause.message : String(cause);
      tell(room, taskWork(room.db, task), [`It is finished, and was not merged without you. ${why}`]);
    }
    await room.writer.write((db) => forgetDueLanding(db, task));
    told(room, task);
  }).catch((cause) => room.log('error', 'A finished change could not be looked at.', { task, cause: String(cause) }));
}

/** Lands what an earlier runtime did not come to. */
export async function landAllFinished(room: Room): Promise<void> {
  for (const task of dueLandings(room.db)) await landFinished(room, task);
}

async function landNow(room: Room, task: number): Promise<void> {
  const work = taskWork(room.db, task);
  const { landing } = work.repository;
  // The person may have thought better of either meanwhile.
  if (work.state !== 'review' || work.permissionLevel !== 'autonomous' || landing.finished !== 'merge') return;
  const { base, head, tree } = await reviewOf(room, work, await repositoryPlace(room.git, work.repository));
  const approval = { task, base, head, tree, ...(landing.strategy !== null && { strategy: landing.strategy }) };
  await land(room, { by: 'repository', rule: 'merge when all checks passed' }, approval);
}
