import type { ProcessList } from '../contract/process';
import { taskRow } from '../store/task-row';
import type { Room } from './room';

/** What runs for a task, or for all. Throws NOT_FOUND for a task that is not there. */
export function list(room: Room, task: number | undefined): Promise<ProcessList> {
  if (task !== undefined) taskRow(room.db, task);
  return room.ledger.look(task);
}
