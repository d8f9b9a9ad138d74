import { refused } from '../contract/refusal';
import { isInHand } from '../contract/task';
import type { Database } from '../store/database';
import { withdrawOpen } from '../store/requests';
import { taskRow } from '../store/task-row';
import { moveTask } from '../store/tasks';
import type { Deps } from './deps';

/**
 * Cancels the tasks that `which` finds, all in one transaction: their questions are withdrawn, and their agents and the agents'
 * screens are ended with everything they started. Throws WRONG_STATE when one of them is over.
 */
export async function cancelTasks(
  deps: Pick<Deps, 'writer' | 'announce' | 'announceRequest' | 'stopWork' | 'now'>,
  which: (db: Database) => readonly number[],
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<void> {
  const { tasks, withdrawn } = await deps.writer.write((db) => {
    const at = deps.now();
    const tasks = which(db);
    const withdrawn = tasks.flatMap((task) => {
      // One that is done may become cancelled, but only by being brought back to that.
      const row = taskRow(db, task);
      if (!isInHand(row)) throw refused(row, 'cancelled');
      moveTask(db, { task, to: 'cancelled', by, reason, at });
      return withdrawOpen(db, { task, at });
    });
    return { tasks, withdrawn };
  });
  tasks.forEach(deps.stopWork);
  withdrawn.forEach(deps.announceRequest);
  tasks.forEach(deps.announce);
}
