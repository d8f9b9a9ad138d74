import type { AgentReview } from '../contract/agent-review';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** What a task that reviews another one's change is about. */
export interface ReviewRow {
  /** The task whose change it is. */
  readonly reviewed: number;
  readonly head: string;
  readonly mergeBase: string;
}

/** Notes that a task reviews another one's change. */
export function insertAgentReview(
  db: Database,
  { task, reviewed, head, mergeBase }: ReviewRow & { task: number },
): void {
  run(
    db,
    'INSERT INTO agent_review (task_id, reviewed_id, head, merge_base) VALUES (?, ?, ?, ?)',
    ...[task, reviewed, head, mergeBase],
  );
}

/** What a task reviews; undefined for a task that makes a change. */
export function reviewedBy(db: Database, task: number): ReviewRow | undefined {
  return getRow<ReviewRow>(
    db,
    'SELECT reviewed_id AS reviewed, head, merge_base AS mergeBase FROM agent_review WHERE task_id = ?',
    task,
  );
}

/** The reviews of a task's change by agents, oldest first. */
export function listAgentReviews(db: Database, reviewed: number): AgentReview[] {
  return allRows<AgentReview>(
    db,
    `SELECT agent_review.task_id AS task, reviewed_id AS reviewed, task.agent, task.state, head, merge_base AS mergeBase,
       verdict, summary, task.created_at AS createdAt,
       (SELECT count(*) FROM comment WHERE review_id = agent_review.task_id) AS comments,
       (SELECT count(*) FROM comment WHERE review_id = agent_review.task_id
          AND removed_at IS NULL AND accepted_at IS NULL AND sent_at IS NULL) AS undecided
     FROM agent_review JOIN task ON task.id = agent_review.task_id WHERE reviewed_id = ? ORDER BY agent_review.task_id`,
    reviewed,
  );
}

/** The tasks that review a task's change and are not over, oldest first. */
export function unfinishedReviews(db: Database, reviewed: number): readonly number[] {
  return allRows<{ id: number }>(
    db,
    `SELECT task.id FROM agent_review JOIN task ON task.id = agent_review.task_id
     WHERE reviewed_id = ? AND state IN ('queued', 'running', 'waiting') ORDER BY task.id`,
    reviewed,
  ).map(({ id }) => id);
}

/** The reviews that were cancelled and still have a worktree, oldest first. */
export function cancelledReviews(db: Database): readonly number[] {
  return allRows<{ id: number }>(
    db,
    `SELECT task.id FROM agent_review JOIN task ON task.id = agent_review.task_id
     WHERE state = 'cancelled' AND EXISTS (SELECT 1 FROM worktree WHERE worktree.task_id = task.id
       AND worktree.state <> 'removed') ORDER BY task.id`,
  ).map(({ id }) => id);
}

/** The task in which an agent reviews a task's change as it stands at `head` and is not over; null when there is none. */
export function unfinishedReviewBy(
  db: Database,
  { reviewed, agent, head }: { readonly reviewed: number; readonly agent: string; readonly head: string },
): number | null {
  const found = getRow<{ id: number }>(
    db,
    `SELECT task.id FROM agent_review JOIN task ON task.id = agent_review.task_id
     WHERE reviewed_id = ? AND task.agent = ? AND head = ? AND state IN ('queued', 'running', 'waiting')`,
    ...[reviewed, agent, head],
  );
  return found?.id ?? null;
}

/** Keeps what a review says of the change as a whole; the newest counts. */
export function keepVerdict(
  db: Database,
  { task, verdict, summary }: { readonly task: number } & Pick<AgentReview, 'verdict' | 'summary'>,
): void {
  run(db, 'UPDATE agent_review SET verdict = ?, summary = ? WHERE task_id = ?', verdict, summary, task);
}
