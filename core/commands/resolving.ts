import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { Task } from '../contract/task';
import { settleEdit } from '../runner/edits';
import { settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { conflictMessage } from '../runner/messages';
import { repositoryPlace } from '../runner/place';
import { endRestack } from '../runner/restacks';
import { addMessage } from '../store/messages';
import { taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { moveTask } from '../store/tasks';
import { alone, mustBe, told } from './acting';
import * as decisions from './decisions';
import { reviewOf } from './reviews';
import type { Room } from './room';

/**
 * Sends a change that conflicts with its base back to its agent, which is told to merge the base as it stands now into its
 * branch and which files conflict. Drafts of comments stay drafts. Throws WRONG_STATE when nothing conflicts.
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
    const { base, conflicts } = review;
    if (conflicts.length === 0) {
      throw new CodedError(
        'WRONG_STATE',
        `The change of task ${task} does not conflict with ${work.base}, so there is nothing to resolve.`,
        { facts: { task, base } },
      );
    }
    const text = conflictMessage({ base: work.base, oid: base, conflicts });
    await room.writer.write((db) => {
      mustBe(taskRow(db, task), ['review'], 'sent back');
      const at = room.now();
      decisions.record(room, db, {
        by,
        kind: 'request-changes',
        task,
        repository: work.repository.path,
        shown: decisions.shownOf(review),
        answered: { resolve: conflicts.map(({ path, kind }) => ({ path, kind })) },
      });
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
