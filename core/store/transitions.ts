import type { Transition } from '../contract/task';
import { cutText } from './cut';
import type { Database } from './database';
import { allRows, run } from './statement';
import { longestReason } from './task-row';

/**
 * Stamps one move of a task, and with a move out of a worker's hands until when their lease held. Called in the
 * transaction that makes it. Moves are counted because they are never deleted,
 * and because SQLite would plan anew at every call to find the greatest number.
 */
export function addTransition(
  db: Database,
  task: number,
  move: Transition & { readonly leaseUntil: number | null },
): void {
  run(
    db,
    `INSERT INTO task_transition (task_id, number, from_state, to_state, at, by, reason, lease_until, attempt)
     VALUES (?, (SELECT count(*) + 1 FROM task_transition WHERE task_id = ?), ?, ?, ?, ?, ?, ?, ?)`,
    task,
    task,
    move.from,
    move.to,
    move.at,
    move.by,
    cutText(move.reason, longestReason),
    move.leaseUntil,
    move.attempt,
  );
}

/** Every move of a task after its creation, oldest first. */
export function listTransitions(db: Database, task: number): Transition[] {
  return allRows<Transition>(
    db,
    `SELECT from_state AS "from", to_state AS "to", at, by, reason, attempt FROM task_transition
     WHERE task_id = ? ORDER BY number`,
    task,
  );
}
