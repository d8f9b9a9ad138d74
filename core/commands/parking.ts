import { CodedError } from '../contract/errors';
import type { Task } from '../contract/task';
import { taskRow } from '../store/task-row';
import { goOnNow } from '../store/tasks';
import { mustBe, told } from './acting';
import type { Room } from './room';

/** Lets a parked task, or one that waits for its next attempt, come up now. Throws WRONG_STATE when it is not queued. */
export async function resume(room: Room, task: number): Promise<Task> {
  await room.writer.write((db) => {
    const row = taskRow(db, task);
    mustBe(row, ['queued'], 'resumed');
    if (row.parked === 'budget') {
      throw new CodedError(
        'WRONG_STATE',
        `Task ${task} waits for a budget that is spent: ${row.queued_reason ?? ''} Raise the setting dayBudget or the budget of its repository.`,
        { facts: { task } },
      );
    }
    goOnNow(db, { task, at: room.now() });
  });
  room.runner.wake();
  return told(room, task);
}
