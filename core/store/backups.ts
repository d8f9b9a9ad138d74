import type { BackupCause } from '../contract/worktree';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** What is noted of something that was taken away. */
export interface BackupRow {
  readonly id: number;
  readonly repository: number;
  /** Null for what was nobody's. */
  readonly task: number | null;
  readonly ref: string;
  readonly cause: BackupCause;
  readonly by: string;
  readonly branch: string | null;
  /** Where the worktree was; empty when that was not noted. */
  readonly path: string;
  readonly createdAt: number;
  /** How many bytes of the object database only it needs; null until that was looked at. */
  readonly bytes: number | null;
  readonly restoredPath: string | null;
  readonly removedAt: number | null;
}

const columns = `id, repository_id AS repository, task_id AS task, ref, cause, by, branch, path, created_at AS createdAt, bytes,
  restored_path AS restoredPath, removed_at AS removedAt`;

/** Notes what a backup is of. Does nothing when that is noted already. */
export function addBackup(
  db: Database,
  backup: Pick<BackupRow, 'repository' | 'task' | 'ref' | 'cause' | 'by' | 'branch' | 'path'> & { readonly at: number },
): void {
  run(
    db,
    `INSERT INTO backup (repository_id, task_id, ref, cause, by, branch, path, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    ...[backup.repository, backup.task, backup.ref, backup.cause, backup.by, backup.branch, backup.path, backup.at],
  );
}

/** What is noted of the backups of a repository that were not removed for good, newest first. */
export function listBackups(db: Database, repository: number): BackupRow[] {
  return allRows<BackupRow>(
    db,
    `SELECT ${columns} FROM backup WHERE repository_id = ? AND removed_at IS NULL ORDER BY created_at DESC, id DESC`,
    repository,
  );
}

/** The worktree of a task that was taken away by hand and has not come back; undefined when there is none. */
export function putAside(db: Database, task: number): BackupRow | undefined {
  const newest = getRow<BackupRow>(
    db,
    `SELECT ${columns} FROM backup WHERE task_id = ? AND cause <> 'torn down' ORDER BY id DESC LIMIT 1`,
    task,
  );
  const byHand = newest?.cause === 'removed' && newest.by !== 'repository';
  const waits = byHand && newest.restoredPath === null && newest.removedAt === null;
  return waits ? newest : undefined;
}

/** Notes what is new of a backup: its size, where it was put back, when it was removed for good. */
export function updateBackup(
  db: Database,
  which: Pick<BackupRow, 'repository' | 'ref'>,
  change: Partial<Pick<BackupRow, 'bytes' | 'restoredPath' | 'removedAt'>>,
): void {
  run(
    db,
    `UPDATE backup SET bytes = coalesce(?, bytes), restored_path = coalesce(?, restored_path),
       removed_at = coalesce(?, removed_at) WHERE repository_id = ? AND ref = ?`,
    ...[change.bytes ?? null, change.restoredPath ?? null, change.removedAt ?? null, which.repository, which.ref],
  );
}
