import type { Database } from './database';
import { allRows } from './statement';

/** The branch of a task in review, and the commit it was last known to be at. */
export interface ReviewTip {
  readonly task: number;
  readonly repository: number;
  readonly branch: string;
  readonly head: string | null;
}

/** The branches of all tasks in review whose repository is there, or of these alone. */
export function reviewTips(db: Database, only: readonly number[] | null): ReviewTip[] {
  return allRows<ReviewTip>(
    db,
    `SELECT task.id AS task, repository_id AS repository, branch, change_head AS head
     FROM task INDEXED BY task_review JOIN repository ON repository.id = task.repository_id AND repository.removed = 0
     WHERE state = 'review' AND branch IS NOT NULL AND (@only IS NULL OR task.id IN (SELECT value FROM json_each(@only)))`,
    { only: only === null ? null : JSON.stringify(only) },
  );
}
