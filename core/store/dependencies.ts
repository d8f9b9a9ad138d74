import { CodedError } from '../contract/errors';
import { type Before, hasLanded, letsStart, type Start } from '../contract/stack';
import type { TaskOutcome, TaskState } from '../contract/task';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** One task that another is after. */
export interface Dependency extends Before {
  readonly title: string;
}

/**
 * Makes a task come after another one: it lands after that, and starts once that has landed, or with `review` as soon as it
 * is in review. Saying it again changes when it starts. Throws NOT_FOUND when the other does not exist, CYCLE when the other
 * comes after this one.
 */
export function addDependency(
  db: Database,
  { task, after, start }: { readonly task: number; readonly after: number; readonly start: Start },
): void {
  const other = getRow<{ state: TaskState; outcome: TaskOutcome | null }>(
    db,
    'SELECT state, outcome FROM task WHERE id = ?',
    after,
  );
  if (other === undefined) {
    throw new CodedError('NOT_FOUND', `There is no task ${after} to come after. Nothing was queued or changed.`, {
      // The task may be one that is being made, and is not there then.
      facts: { after },
    });
  }
  const way = wayFrom(db, after, task);
  if (way !== null) {
    const round = [task, ...way].map(String);
    throw new CodedError(
      'CYCLE',
      `Task ${task} cannot come after task ${after}: ${round.join(' after ')} goes round in a circle.`,
      { facts: { task, after, cycle: round } },
    );
  }
  const insert = `INSERT INTO task_dependency (task_id, after_id, start) VALUES (?, ?, ?)
    ON CONFLICT (task_id, after_id) DO UPDATE SET start = excluded.start`;
  run(db, insert, task, after, start);
  countBlocked(db, task);
}

/** Takes a task off another one. Throws NOT_FOUND when it is not after it. */
export function removeDependency(
  db: Database,
  { task, after }: { readonly task: number; readonly after: number },
): void {
  const { changes } = run(db, 'DELETE FROM task_dependency WHERE task_id = ? AND after_id = ?', task, after);
  if (changes === 0) {
    throw new CodedError('NOT_FOUND', `Task ${task} is not after task ${after}, so nothing was changed.`, {
      facts: { task, after },
    });
  }
  countBlocked(db, task);
}

/** Has a task start only once all that it is after have landed. */
export function waitForLandings(db: Database, task: number): void {
  run(db, "UPDATE task_dependency SET start = 'landed' WHERE task_id = ?", task);
  countBlocked(db, task);
}

/** The tasks this one is after, by id, whether they have landed or not. */
export function listDependencies(db: Database, task: number): Dependency[] {
  return allRows<Dependency>(
    db,
    `SELECT task.id, task.title, task.state, task.outcome, task.change_head AS head, task_dependency.start
     FROM task_dependency JOIN task ON task.id = task_dependency.after_id WHERE task_dependency.task_id = ? ORDER BY task.id`,
    task,
  );
}

/** The tasks that come after this one, by id: what is said of them changes when it moves. */
export function dependants(db: Database, task: number): number[] {
  // Sorted here: asked at every move of a task, and SQLite makes a table to sort even when there is nothing.
  return allRows<{ task_id: number }>(db, 'SELECT task_id FROM task_dependency WHERE after_id = ?', task)
    .map((row) => row.task_id)
    .sort((one, other) => one - other);
}

type Standing = Pick<Before, 'state' | 'outcome'>;

/** Frees, or blocks again, the tasks that come after this one. Called in the transaction in which it moves. */
export function settleDependants(db: Database, task: number, { from, to }: Record<'from' | 'to', Standing>): void {
  const lets = (standing: Standing, start: Start) => letsStart({ ...standing, start });
  const changed = lets(from, 'landed') !== lets(to, 'landed') || lets(from, 'review') !== lets(to, 'review');
  if (changed) for (const dependant of dependants(db, task)) countBlocked(db, dependant);
}

/** Whether everything a task is after has landed. */
export function allLanded(db: Database, task: number): boolean {
  return listDependencies(db, task).every(hasLanded);
}

/** Those of the tasks it is after that keep a task from starting: none once it has a branch, for then it has begun. */
export function startsAfter<One extends Before>(before: readonly One[], branch: string | null): One[] {
  return branch === null ? before.filter((one) => !letsStart(one)) : [];
}

function countBlocked(db: Database, task: number): void {
  const branch = getRow<{ branch: string | null }>(db, 'SELECT branch FROM task WHERE id = ?', task)?.branch ?? null;
  const blocked = startsAfter(listDependencies(db, task), branch).length;
  run(db, 'UPDATE task SET blocked_count = ? WHERE id = ?', blocked, task);
}

/** The tasks by which one comes after another, both among them; null when it does not. */
function wayFrom(db: Database, from: number, to: number): readonly number[] | null {
  const cameFrom = new Map<number, number | null>([[from, null]]);
  for (const at of cameFrom.keys()) {
    if (at === to) {
      const way: number[] = [];
      for (let step: number | null = at; step !== null; step = cameFrom.get(step) ?? null) way.unshift(step);
      return way;
    }
    for (const { id } of listDependencies(db, at)) if (!cameFrom.has(id)) cameFrom.set(id, at);
  }
  return null;
}
