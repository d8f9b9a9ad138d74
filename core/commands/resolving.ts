import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { Review } from '../contract/review';
import type { Task } from '../contract/task';
import { settleEdit } from '../runner/edits';
import { settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { conflictMessage } from '../runner/messages';
import { repositoryPlace } from '../runner/place';
import { endRestack } from '../runner/restacks';
import { addMessage } from '../store/messages';
import { isStale } from '../store/stacks';
import { taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { moveTask } from '../store/tasks';
import { alone, mustBe, told } from './acting';
import { recordResolve } from './decisions';
import { reviewOf } from './reviews';
import type { Room } from './room';
import { restackHeld } from './stacking';

/**
 * Sends a change that conflicts with its base back to its agent, which is told to merge the base as it stands now into its
 * branch and which files conflict; one of a stack with what it is to stand on, whether its agent was told before or not. What
 * conflicts with that no more is brought there instead. Drafts of comments stay drafts. Throws WRONG_STATE when nothing conflicts.
 */
export function resolve(room: Room, { by }: Caller, task: number): Promise<Task> {
  return alone(task, async () => {
    await settleEarlier(room, task);
    await settleEdit(room, task);
    await settleReturn(room, task);
    await endRestack(room, task);
    const work = taskWork(room.db, task);
    mustBe(work, ['review'], 'sent back');
    const review = await reviewOf(room, work, await repositoryPlace(room.git, work.repository));
    if (isStale(room.db, task)) return resolveStacked(room, task, { by, review });
    const { base, conflicts } = review;
    if (conflicts.length === 0) {
      const on = (work.stack?.on ?? []).map((id) => `task ${id}`);
      const other = work.stackOid === null ? work.base : `what it stands on, the change of ${on.join(' and ')}`;
      throw new CodedError(
        'WRONG_STATE',
        `The change of task ${task} does not conflict with ${other}, so there is nothing to resolve.`,
        { facts: { task, base } },
      );
    }
    const text = conflictMessage({ base: work.base, oid: base, conflicts });
    await room.writer.write((db) => {
      mustBe(taskRow(db, task), ['review'], 'sent back');
      const at = room.now();
      recordResolve(room, db, { by, work, review, conflicts });
      const queuedReason = `Its agent brings it up to date with ${work.base}.`;
      const patch = { runAfter: null, queuedReason };
      moveTask(db, { task, to: 'queued', by, reason: 'Resolve conflicts.', at, patch });
      // The person asked for it; the words are not theirs.
      addMessage(db, { task, text, by: 'runner', at });
    });
    room.runner.wake();
    return told(room, task);
  });
}

/** The same of a change that does not stand on what it is to stand on. Throws CONFLICT, saying why, when its agent cannot be told. */
async function resolveStacked(room: Room, task: number, asked: { readonly by: string; readonly review: Review }) {
  const end = await restackHeld(room, task, { again: true, asked });
  if (end.kind !== 'stuck' || end.told) return told(room, task);
  throw new CodedError('CONFLICT', `Task ${task} did not go back to its agent. ${end.problem}`, { facts: { task } });
}
