import type { NewPullRequest, SeenPullRequest } from '../contract/pull-request';
import type { Database } from './database';
import type { Taken } from './decisions';
import { recordIntent } from './intent';
import { allRows, getRow, run } from './statement';

/** What a pull request is opened with. */
export type Wanted = Pick<NewPullRequest, 'title' | 'body' | 'draft' | 'reviewers' | 'labels'>;

/** A pull request of a task's change. */
export interface PullRequestRow {
  readonly id: number;
  readonly task: number;
  readonly host: string;
  /** The repository that is asked to take it, and its address as it may be shown. */
  readonly repository: string;
  readonly intoUrl: string;
  /** Where its branch is, and the owner of that. */
  readonly url: string;
  readonly owner: string;
  readonly branch: string;
  readonly base: string;
  /** What was last pushed for it. */
  readonly oid: string;
  readonly wanted: Wanted;
  /**
   * - `opening`: about to be opened; the forge's word makes it `open`, and that its branch was not pushed `abandoned`.
   * - `open`: until the forge says that it is `merged` or `closed`.
   */
  readonly state: 'opening' | 'open' | 'merged' | 'closed' | 'abandoned';
  readonly number: number | null;
  readonly seen: SeenPullRequest | null;
  readonly seenAt: number | null;
  readonly notices: readonly string[];
  /** What is recorded once it is there. */
  readonly decision: Taken;
  /** What is recorded once the forge says that it is merged; null when nobody here asked for that. */
  readonly merging: Taken | null;
  readonly createdAt: number;
}

interface Row extends Omit<PullRequestRow, 'wanted' | 'seen' | 'notices' | 'decision' | 'merging'> {
  readonly merging: string | null;
  readonly wanted: string;
  readonly seen: string | null;
  readonly notices: string;
  readonly decision: string;
}

const columns = `id, task_id AS task, host, repository, into_url AS intoUrl, url, owner, branch, base, oid, wanted, state,
  number, seen, seen_at AS seenAt, notices, decision, merging, created_at AS createdAt`;

/** Writes the intent and gives its id. Throws CONFLICT when the task has one that is open or about to be. */
export function recordPullRequest(
  db: Database,
  row: Omit<PullRequestRow, 'id' | 'state' | 'number' | 'seen' | 'seenAt' | 'notices' | 'merging'>,
): number {
  const insert = `INSERT INTO pull_request (task_id, host, repository, into_url, url, owner, branch, base, oid, wanted, state,
      notices, decision, created_at)
    VALUES (@task, @host, @repository, @intoUrl, @url, @owner, @branch, @base, @oid, @wanted, 'opening', '[]', @decision,
      @createdAt)
    ON CONFLICT DO NOTHING`;
  const intent = { ...row, wanted: JSON.stringify(row.wanted) };
  return recordIntent(db, insert, intent, `Task ${row.task} has a pull request already.`);
}

/** Keeps that one is there, under which number, and what could not be done beside. False when that was kept before. */
export function openedPullRequest(
  db: Database,
  opened: { readonly id: number; readonly number: number; readonly notices: readonly string[] },
): boolean {
  const sql = "UPDATE pull_request SET state = 'open', number = ?, notices = ? WHERE id = ? AND state = 'opening'";
  return run(db, sql, opened.number, JSON.stringify(opened.notices), opened.id).changes === 1;
}

/** Forgets an intent of which nothing came. */
export function abandonPullRequest(db: Database, { id, at }: { readonly id: number; readonly at: number }): void {
  run(db, "UPDATE pull_request SET state = 'abandoned', ended_at = ? WHERE id = ? AND state = 'opening'", at, id);
}

/** Keeps what was pushed for it. */
export function pushedForPullRequest(db: Database, { id, oid }: { readonly id: number; readonly oid: string }): void {
  run(db, 'UPDATE pull_request SET oid = ? WHERE id = ?', oid, id);
}

/** Keeps that another branch is asked to take it. */
export function retargetedPullRequest(
  db: Database,
  { id, base }: { readonly id: number; readonly base: string },
): void {
  run(db, 'UPDATE pull_request SET base = ? WHERE id = ?', base, id);
}

/** Keeps that a person asked the forge to merge it; null takes that back. */
export function keepMerging(
  db: Database,
  { id, merging }: { readonly id: number; readonly merging: Taken | null },
): void {
  run(db, 'UPDATE pull_request SET merging = ? WHERE id = ?', merging === null ? null : JSON.stringify(merging), id);
}

/** Keeps what the forge told. A closed one that is opened again there is open here, unless the task has another by then. */
export function keepSeen(
  db: Database,
  { id, seen, at }: { readonly id: number; readonly seen: SeenPullRequest; readonly at: number },
): void {
  run(
    db,
    `UPDATE OR IGNORE pull_request SET state = ?, seen = ?, seen_at = ?, ended_at = iif(? = 'open', NULL, coalesce(ended_at, ?))
     WHERE id = ?`,
    seen.state,
    JSON.stringify(seen),
    at,
    seen.state,
    at,
    id,
  );
}

/** The newest pull request of a task that is or may be there, or undefined. */
export function pullRequestOf(db: Database, task: number): PullRequestRow | undefined {
  const sql = `SELECT ${columns} FROM pull_request WHERE task_id = ? AND state <> 'abandoned' ORDER BY id DESC LIMIT 1`;
  const row = getRow<Row>(db, sql, task);
  return row === undefined ? undefined : toPullRequest(row);
}

/** Those about to be opened, oldest first. */
export function openingPullRequests(db: Database): PullRequestRow[] {
  return allRows<Row>(db, `SELECT ${columns} FROM pull_request WHERE state = 'opening' ORDER BY id`).map(toPullRequest);
}

/** What was kept before there were comments, sides of threads and ids of words has none of them. */
function seenOf(seen: SeenPullRequest): SeenPullRequest {
  const threads = seen.threads.map((thread) => ({ ...{ side: 'new' as const, now: null }, ...thread }));
  const comments = (seen.comments ?? []).map(named);
  return { ...{ older: false }, ...seen, reviews: seen.reviews.map(named), comments, threads };
}

function named<Words extends { readonly author: string; readonly at: number }>(words: Words): Words & { id: string } {
  return { id: `${words.author} ${words.at}`, ...words };
}

function toPullRequest(row: Row): PullRequestRow {
  return {
    ...row,
    wanted: JSON.parse(row.wanted) as Wanted,
    seen: row.seen === null ? null : seenOf(JSON.parse(row.seen) as SeenPullRequest),
    notices: JSON.parse(row.notices) as string[],
    decision: JSON.parse(row.decision) as Taken,
    merging: row.merging === null ? null : (JSON.parse(row.merging) as Taken),
  };
}
