import { CodedError } from '../contract/errors';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/**
 * - `making`: about to be created, or half created by an owner that died.
 * - `ready`: the task's session may work in it.
 * - `removing`: its snapshot is taken or being taken, then it goes.
 * - `removed`: nothing of it is left on disk.
 */
export type WorktreeState = 'making' | 'ready' | 'removing' | 'removed';

/** A worktree of ours. What is not in this ledger is never touched. */
export interface WorktreeRow {
  readonly id: number;
  readonly task: number;
  readonly repository: number;
  readonly path: string;
  readonly branch: string;
  readonly state: WorktreeState;
  /** The process that is making or removing it; with its start time, so that a reused pid is not taken for it. */
  readonly ownerPid: number;
  readonly ownerStart: string;
  /** The command by which it was set up; null until one went through. */
  readonly setUp: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const columns = `id, task_id AS task, repository_id AS repository, path, branch, state, owner_pid AS ownerPid,
  owner_start AS ownerStart, set_up AS setUp, created_at AS createdAt, updated_at AS updatedAt`;

/** Puts a worktree into the ledger before it exists and gives its id. Throws CONFLICT when another one has the path. */
export function recordWorktree(
  db: Database,
  { at, ...worktree }: Omit<WorktreeRow, 'id' | 'setUp' | 'createdAt' | 'updatedAt'> & { readonly at: number },
): number {
  const { changes, id } = run(
    db,
    `INSERT INTO worktree (task_id, repository_id, path, branch, state, owner_pid, owner_start, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    worktree.task,
    worktree.repository,
    worktree.path,
    worktree.branch,
    worktree.state,
    worktree.ownerPid,
    worktree.ownerStart,
    at,
    at,
  );
  if (changes === 0) {
    throw new CodedError('CONFLICT', `${worktree.path} is another worktree of Switchyard already.`, {
      facts: { path: worktree.path, task: worktree.task },
    });
  }
  return id;
}

/** Moves a worktree on in the ledger, and to another owner when one is given. Throws NOT_FOUND. */
export function updateWorktree(
  db: Database,
  change: {
    readonly worktree: number;
    readonly state: WorktreeState;
    readonly owner?: { readonly pid: number; readonly start: string };
    readonly at: number;
  },
): void {
  const { changes } = run(
    db,
    `UPDATE worktree SET state = ?, owner_pid = coalesce(?, owner_pid), owner_start = coalesce(?, owner_start),
       -- One that is made anew is as bare as any.
       set_up = CASE WHEN ? = 'making' THEN NULL ELSE set_up END, updated_at = ? WHERE id = ?`,
    change.state,
    change.owner?.pid ?? null,
    change.owner?.start ?? null,
    change.state,
    change.at,
    change.worktree,
  );
  if (changes > 0) return;
  throw new CodedError('NOT_FOUND', `There is no worktree ${change.worktree} in the ledger.`, {
    facts: { worktree: change.worktree },
  });
}

/**
 * The worktrees a crash may have left otherwise than the ledger says, oldest first: those being made or removed, those of
 * tasks that are over, and those of the tasks named, which were being worked in. All others are as they were left, and
 * nothing is done in a repository that was removed.
 */
export function unsettledWorktrees(db: Database, inHand: readonly number[]): WorktreeRow[] {
  const inHandJson = JSON.stringify(inHand);
  return allRows<WorktreeRow>(
    db,
    `SELECT ${columns} FROM worktree WHERE (state IN ('making', 'removing') OR state = 'ready' AND task_id IN (
       SELECT value FROM json_each(?) UNION ALL
       SELECT id FROM task WHERE id = worktree.task_id AND state = 'done'))
       AND repository_id IN (SELECT id FROM repository WHERE removed = 0) ORDER BY id`,
    inHandJson,
  );
}

/** The worktree of a task that is, or may be, on disk. */
export function worktreeOf(db: Database, task: number): WorktreeRow | undefined {
  return getRow<WorktreeRow>(
    db,
    `SELECT ${columns} FROM worktree WHERE task_id = ? AND state <> 'removed' ORDER BY id DESC LIMIT 1`,
    task,
  );
}

/** Every worktree that is, or may be, on disk. */
export function listWorktreeRows(db: Database): WorktreeRow[] {
  return allRows<WorktreeRow>(db, `SELECT ${columns} FROM worktree WHERE state <> 'removed' ORDER BY id`);
}

/** Notes the command by which a task's worktree was set up; null when that holds no more. */
export function noteSetUp(
  db: Database,
  { worktree, command }: { readonly worktree: number; readonly command: string | null },
): void {
  run(db, 'UPDATE worktree SET set_up = ? WHERE id = ?', command, worktree);
}
