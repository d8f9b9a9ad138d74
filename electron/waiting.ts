import type { Change } from '../core/contract/change';
import type { Request } from '../core/contract/request';
import type { Task } from '../core/contract/task';

/** What waits for the person, by task. */
export type Waiting = Map<number, readonly Request[]>;

/** Takes a change in and gives back the requests that are new by it. */
export function note(waiting: Waiting, change: Change): readonly Request[] {
  if (change.type === 'snapshot') {
    waiting.clear();
    for (const task of change.tasks) take(waiting, task);
    return [];
  }
  return change.type === 'task.changed' ? take(waiting, change.task) : [];
}

function take(waiting: Waiting, task: Task): readonly Request[] {
  const before = new Set((waiting.get(task.id) ?? []).map((request) => request.id));
  if (task.requests.length === 0) waiting.delete(task.id);
  else waiting.set(task.id, task.requests);
  return task.requests.filter((request) => !before.has(request.id));
}
