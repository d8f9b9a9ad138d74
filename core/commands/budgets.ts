import type { Caller } from '../contract/caller';
import type { Request } from '../contract/request';
import { budgetOptions } from '../runner/budget';
import type { Database } from '../store/database';
import { finishNow, grantMore } from '../store/grants';
import { releaseBudgets } from '../store/limits';
import { markDelivered, withdrawOpen } from '../store/requests';
import { moveTask } from '../store/tasks';
import type { Room } from './room';

/**
 * Does what a person answered when a budget was reached, in the transaction of the answer: a crash after it repeats nothing
 * and forgets nothing. Gives the tasks that need not wait for a budget any more.
 */
export function carryOutBudget(room: Room, db: Database, { by }: Caller, request: Request): readonly number[] {
  if (request.kind !== 'budget') return [];
  const { id, task } = request;
  const at = room.now();
  markDelivered(db, { request: id, at });
  switch (chosen(request)) {
    case 'more':
      grantMore(db, { request: id, at });
      return releaseBudgets(db);
    case 'finish':
      finishNow(db, task);
      return releaseBudgets(db);
    default:
      withdrawOpen(db, { task, at });
      moveTask(db, { task, to: 'cancelled', by, reason: 'Stopped at its budget.', at });
      return [];
  }
}

/** Whether an answered request ends the work on its task. */
export function stopsTask(request: Request): boolean {
  return request.kind === 'budget' && chosen(request) === 'stop';
}

function chosen({ answer }: Request): (typeof budgetOptions)[number] | undefined {
  return budgetOptions[answer?.options[0] ?? -1];
}
