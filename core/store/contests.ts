import type { Task } from '../contract/task';
import type { Database } from './database';
import { pickOf } from './picks';
import { allRows, getRow, run } from './statement';

/** Makes a contest, whose tasks are then inserted with its id. */
export function insertContest(db: Database, at: number): number {
  return run(db, 'INSERT INTO contest (created_at) VALUES (?)', at).id;
}

/** The tasks of a contest, by id. */
function tasksOfContest(db: Database, contest: number): number[] {
  const sql = 'SELECT id FROM task INDEXED BY task_contest WHERE contest_id = ? ORDER BY id';
  return allRows<{ id: number }>(db, sql, contest).map(({ id }) => id);
}

/** A contest as its tasks show it. One that is picked only once its change lands is not picked yet. */
export function contestView(db: Database, contest: number): NonNullable<Task['contest']> {
  const pick = pickOf(db, contest);
  const picked = pick === undefined || pick.state === 'landing' ? null : pick.task;
  return { id: contest, tasks: tasksOfContest(db, contest), picked };
}

/** The commit the tasks of a contest begin at; null until one of them does. */
export function startOfContest(db: Database, contest: number): string | null {
  return getRow<{ oid: string | null }>(db, 'SELECT oid FROM contest WHERE id = ?', contest)?.oid ?? null;
}

/** Has the tasks of a contest begin at a commit, unless one has begun at another already. Gives the one that holds. */
export function startContest(
  db: Database,
  { contest, oid }: { readonly contest: number; readonly oid: string },
): string {
  run(db, 'UPDATE contest SET oid = ? WHERE id = ? AND oid IS NULL', oid, contest);
  return startOfContest(db, contest) ?? oid;
}
