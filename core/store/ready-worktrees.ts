import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** How setting a worktree up ahead of need ended. */
export interface AheadSetup {
  readonly command: string;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** What tells the files it left from any others. */
  readonly leftFiles: string;
}

/** A worktree made ahead of need. */
export interface ReadyWorktree {
  readonly id: number;
  readonly repository: number;
  readonly path: string;
  /** The commit it is at. */
  readonly oid: string;
  /** Its own git folder; null until all of it is there. */
  readonly gitDir: string | null;
  /** What was run in it; null for nothing. */
  readonly setup: AheadSetup | null;
}

interface Row extends Omit<ReadyWorktree, 'setup'> {
  readonly command: string | null;
  readonly exitCode: number | null;
  readonly output: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly leftFiles: string | null;
}

const columns = `id, repository_id AS repository, path, oid, git_dir AS gitDir, setup AS command, setup_exit AS exitCode,
  setup_output AS output, setup_started AS startedAt, setup_ended AS endedAt, left_files AS leftFiles`;

function toReady({ command, exitCode, output, startedAt, endedAt, leftFiles, ...ready }: Row): ReadyWorktree {
  if (command === null || startedAt === null || endedAt === null || leftFiles === null)
    return { ...ready, setup: null };
  return { ...ready, setup: { command, exitCode, output, startedAt, endedAt, leftFiles } };
}

/** Notes a worktree before it is made, and gives its id. */
export function addReady(
  db: Database,
  ready: Pick<ReadyWorktree, 'repository' | 'path' | 'oid'> & { readonly at: number },
): number {
  return run(
    db,
    'INSERT INTO ready_worktree (repository_id, path, oid, created_at) VALUES (?, ?, ?, ?)',
    ...[ready.repository, ready.path, ready.oid, ready.at],
  ).id;
}

/** Notes that all of it is there, and what was run in it. */
export function finishReady(
  db: Database,
  { id, gitDir, setup }: { readonly id: number; readonly gitDir: string; readonly setup: AheadSetup | null },
): void {
  run(
    db,
    `UPDATE ready_worktree SET git_dir = ?, setup = ?, setup_exit = ?, setup_output = ?, setup_started = ?, setup_ended = ?,
       left_files = ? WHERE id = ?`,
    ...[gitDir, setup?.command ?? null, setup?.exitCode ?? null, setup?.output ?? ''],
    ...[setup?.startedAt ?? null, setup?.endedAt ?? null, setup?.leftFiles ?? null, id],
  );
}

/** The oldest of a repository that is all there; undefined when there is none. */
export function oldestReady(db: Database, repository: number): ReadyWorktree | undefined {
  const sql = `SELECT ${columns} FROM ready_worktree WHERE repository_id = ? AND git_dir IS NOT NULL ORDER BY id LIMIT 1`;
  const row = getRow<Row>(db, sql, repository);
  return row && toReady(row);
}

/** Takes one out of the pool, so that nobody else gets it; false when somebody has. */
export function takeReady(db: Database, id: number): boolean {
  return run(db, 'DELETE FROM ready_worktree WHERE id = ?', id).changes === 1;
}

/**
 * Takes one out of the pool to take it away: nobody gets it any more, and what a crash leaves of it counts as half made until it is
 * forgotten. False when somebody has taken it.
 */
export function dropReady(db: Database, { id, gitDir }: Pick<ReadyWorktree, 'id' | 'gitDir'>): boolean {
  return run(db, 'UPDATE ready_worktree SET git_dir = NULL WHERE id = ? AND git_dir IS ?', id, gitDir).changes === 1;
}

/** Forgets one. */
export function forgetReady(db: Database, path: string): void {
  run(db, 'DELETE FROM ready_worktree WHERE path = ?', path);
}

/** All of them, the oldest first. */
export function listReady(db: Database): ReadyWorktree[] {
  return allRows<Row>(db, `SELECT ${columns} FROM ready_worktree ORDER BY id`).map(toReady);
}
