import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** A worktree made ahead of need. */
export interface ReadyWorktree {
  readonly id: number;
  readonly repository: number;
  readonly path: string;
  /** The commit it is at. */
  readonly oid: string;
  /** Its own git folder; null until all of it is there. */
  readonly gitDir: string | null;
}

const columns = 'id, repository_id AS repository, path, oid, git_dir AS gitDir';

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

/** Notes that all of it is there. */
export function finishReady(db: Database, { id, gitDir }: { readonly id: number; readonly gitDir: string }): void {
  run(db, 'UPDATE ready_worktree SET git_dir = ? WHERE id = ?', gitDir, id);
}

/** The oldest of a repository that is all there; undefined when there is none. */
export function oldestReady(db: Database, repository: number): ReadyWorktree | undefined {
  return getRow<ReadyWorktree>(
    db,
    `SELECT ${columns} FROM ready_worktree WHERE repository_id = ? AND git_dir IS NOT NULL ORDER BY id LIMIT 1`,
    repository,
  );
}

/** Takes one out of the pool, so that nobody else gets it; false when somebody has. */
export function takeReady(db: Database, id: number): boolean {
  return run(db, 'DELETE FROM ready_worktree WHERE id = ?', id).changes === 1;
}

/** Forgets one. */
export function forgetReady(db: Database, path: string): void {
  run(db, 'DELETE FROM ready_worktree WHERE path = ?', path);
}

/** All of them, the oldest first. */
export function listReady(db: Database): ReadyWorktree[] {
  return allRows<ReadyWorktree>(db, `SELECT ${columns} FROM ready_worktree ORDER BY id`);
}
