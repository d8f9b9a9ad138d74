import { type Overlap, worstFirst } from '../contract/overlap';
import type { Database } from './database';
import { allRows, run } from './statement';

/** Where a task's change was found to meet others, worst first. */
export function overlapsOf(db: Database, task: number): Overlap[] {
  const sql = 'SELECT nullif(other_id, 0) AS "with", conflicts, files FROM overlap WHERE task_id = ?';
  return worstFirst(allRows<Overlap>(db, sql, task));
}

/** The same of a task as it is shown: what is over, or was sent back, is met by nobody any more, before the next look finds so. */
export function shownOverlaps(db: Database, task: number): Overlap[] {
  const states = `('review', 'running', 'waiting')`;
  const sql = `SELECT nullif(other_id, 0) AS "with", conflicts, files FROM overlap JOIN task ON task.id = task_id
    WHERE task_id = ? AND task.state IN ${states}
      AND (other_id = 0 OR other_id IN (SELECT id FROM task WHERE state IN ${states}))`;
  return worstFirst(allRows<Overlap>(db, sql, task));
}

/** The tasks of a repository of which any overlap is kept. */
export function overlappingTasks(db: Database, repository: number): number[] {
  const sql = `SELECT DISTINCT task_id AS id FROM overlap JOIN task ON task.id = overlap.task_id WHERE repository_id = ?`;
  return allRows<{ id: number }>(db, sql, repository).map(({ id }) => id);
}

/** Keeps where a task's change meets others now. */
export function setOverlaps(db: Database, task: number, overlaps: readonly Overlap[]): void {
  run(db, 'DELETE FROM overlap WHERE task_id = ?', task);
  const insert = 'INSERT INTO overlap (task_id, other_id, conflicts, files) VALUES (?, ?, ?, ?)';
  for (const { with: other, conflicts, files } of overlaps) run(db, insert, task, other ?? 0, conflicts, files);
}

/** A task in review, or in hand, with a change that is known. */
export interface LiveChange {
  readonly id: number;
  readonly repository: number;
  readonly base: string;
  readonly head: string;
  readonly stackOid: string | null;
  readonly contest: number | null;
}

/** The tasks in review or in hand whose change is committed, but for those that only review another one's. */
export function liveChanges(db: Database): LiveChange[] {
  return allRows<LiveChange>(
    db,
    `SELECT task.id, repository_id AS repository, base, change_head AS head, stack.oid AS stackOid, contest_id AS contest
     FROM (SELECT * FROM task INDEXED BY task_review WHERE state = 'review'
       UNION ALL SELECT * FROM task INDEXED BY task_lease WHERE state IN ('running', 'waiting')) AS task
     JOIN repository ON repository.id = task.repository_id AND repository.removed = 0
     LEFT JOIN stack ON stack.task_id = task.id AND EXISTS (SELECT 1 FROM stack_part WHERE task_id = task.id)
     WHERE change_head IS NOT NULL AND branch IS NOT NULL AND task.id NOT IN (SELECT task_id FROM agent_review)
     ORDER BY task.id`,
  );
}
