import { CodedError } from '../contract/errors';
import type { Strategy } from '../contract/review';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** A merge about to be published, written down first, so that recovery can finish it or find that nothing happened. */
export interface Landing {
  readonly id: number;
  readonly task: number;
  /** The full name of the branch that moves. */
  readonly baseRef: string;
  readonly oldOid: string;
  readonly newOid: string;
  /** The checkout that moves with it, or null when the branch is checked out nowhere. */
  readonly checkout: string | null;
  readonly strategy: Strategy;
  readonly message: string;
  readonly createdAt: number;
}

/** Writes the intent and gives its id. Throws CONFLICT when the task has one that is not finished. */
export function recordLanding(
  db: Database,
  { at, ...landing }: Omit<Landing, 'id' | 'createdAt'> & { readonly at: number },
): number {
  const { changes, id } = run(
    db,
    `INSERT INTO landing (task_id, base_ref, old_oid, new_oid, checkout, strategy, message, state, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?) ON CONFLICT DO NOTHING`,
    landing.task,
    landing.baseRef,
    landing.oldOid,
    landing.newOid,
    landing.checkout,
    landing.strategy,
    landing.message,
    at,
  );
  if (changes === 0) {
    throw new CodedError('CONFLICT', `Task ${landing.task} is being merged already. Wait for that to end.`, {
      facts: { task: landing.task },
    });
  }
  return id;
}

/** Closes an intent: `landed` when the branch carries the change, `abandoned` when nothing moved. Closing twice changes nothing. */
export function finishLanding(
  db: Database,
  end: { readonly landing: number; readonly state: 'landed' | 'abandoned'; readonly at: number },
): void {
  run(db, "UPDATE landing SET state = ?, ended_at = ? WHERE id = ? AND state = 'open'", end.state, end.at, end.landing);
}

const columns = `id, task_id AS task, base_ref AS baseRef, old_oid AS oldOid, new_oid AS newOid, checkout, strategy,
  message, created_at AS createdAt`;

/** The intents nobody closed, oldest first. */
export function openLandings(db: Database): Landing[] {
  return allRows<Landing>(db, `SELECT ${columns} FROM landing WHERE state = 'open' ORDER BY id`);
}

/** The merge by which a task's change came onto its base, or undefined when it did not. */
export function landedOf(db: Database, task: number): Landing | undefined {
  return getRow<Landing>(
    db,
    `SELECT ${columns} FROM landing WHERE task_id = ? AND state = 'landed' ORDER BY id DESC LIMIT 1`,
    task,
  );
}
