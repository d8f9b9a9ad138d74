import { CodedError } from '../contract/errors';
import type { Parked } from '../contract/park';
import type { Priority } from '../contract/priority';
import type { ChangeSize, PermissionLevel, TaskOutcome, TaskState } from '../contract/task';
import { cutText } from './cut';
import type { Database } from './database';
import { getRow } from './statement';

/** A row of the table `task`, column for column. */
export interface TaskRow {
  readonly id: number;
  readonly repository_id: number;
  readonly title: string;
  readonly agent: string;
  readonly model: string | null;
  readonly base: string;
  readonly permission_level: PermissionLevel;
  readonly priority: Priority;
  readonly state: TaskState;
  readonly outcome: TaskOutcome | null;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly crashes: number;
  readonly generation: number;
  readonly worker: string | null;
  readonly lease_until: number | null;
  readonly run_after: number | null;
  readonly queued_reason: string | null;
  readonly parked: Parked | null;
  readonly parks: number;
  readonly go_on: number;
  readonly finishing: number;
  readonly blocked_count: number;
  readonly error: string | null;
  /** A JSON list. */
  readonly paths: string;
  readonly branch: string | null;
  readonly worktree: string | null;
  readonly merged_oid: string | null;
  readonly backup_ref: string | null;
  readonly contest_id: number | null;
  readonly change_files: number | null;
  readonly change_additions: number | null;
  readonly change_deletions: number | null;
  readonly change_head: string | null;
  readonly landing_due: 0 | 1;
  readonly created_at: number;
  readonly created_by: string;
  readonly updated_at: number;
  readonly state_since: number;
}

/** The facts of a task that may change beside its state; what is left out stays. */
export interface TaskPatch {
  readonly outcome?: TaskOutcome | null;
  readonly error?: string | null;
  readonly queuedReason?: string | null;
  readonly runAfter?: number | null;
  readonly base?: string;
  readonly branch?: string | null;
  readonly worktree?: string | null;
  readonly mergedOid?: string | null;
  readonly backupRef?: string | null;
  readonly change?: ChangeSize | null;
  readonly head?: string | null;
  readonly attempt?: number;
  readonly crashes?: number;
  readonly parked?: Parked | null;
  readonly parks?: number;
  /** Whether a finished change is to land by what its repository says; false with every other move. */
  readonly landingDue?: boolean;
}

/** A reason that is longer would make lists of tasks too large to send; the transcript has all of it. */
export const longestReason = 8000;

/** What a column of `task` is set to. */
export type Columns = Readonly<Record<string, string | number | null>>;

/** The columns a patch sets. */
export function patchColumns(patch: TaskPatch): Columns {
  const columns: Readonly<Record<string, string | number | null | undefined>> = {
    outcome: patch.outcome,
    error: bounded(patch.error),
    queued_reason: bounded(patch.queuedReason),
    run_after: patch.runAfter,
    base: patch.base,
    branch: patch.branch,
    worktree: patch.worktree,
    merged_oid: patch.mergedOid,
    backup_ref: patch.backupRef,
    attempt: patch.attempt,
    crashes: patch.crashes,
    parked: patch.parked,
    parks: patch.parks,
    landing_due: patch.landingDue === undefined ? undefined : Number(patch.landingDue),
    change_head: patch.head,
    ...(patch.change !== undefined && {
      change_files: patch.change?.files ?? null,
      change_additions: patch.change?.additions ?? null,
      change_deletions: patch.change?.deletions ?? null,
    }),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined)) as Columns;
}

function bounded(reason: string | null | undefined): string | null | undefined {
  return typeof reason === 'string' ? cutText(reason, longestReason) : reason;
}

/** The row of a task, and whether a person drives it. Throws NOT_FOUND. */
export function taskRow(db: Database, id: number): TaskRow & { readonly driven: 0 | 1 } {
  const row = getRow<ReturnType<typeof taskRow>>(
    db,
    // The index of takeovers is of those that have not ended, and found by nothing but these very words.
    `SELECT task.*, EXISTS (SELECT 1 FROM takeover WHERE task_id = task.id AND state <> 'ended' AND state = 'driving') AS driven
     FROM task WHERE id = ?`,
    id,
  );
  if (row === undefined) throw new CodedError('NOT_FOUND', `There is no task ${id}.`, { facts: { task: id } });
  return row;
}

/** Whether a branch of a repository is that of one of its tasks. */
export function isBranchOfTask(
  db: Database,
  { repository, branch }: { readonly repository: number; readonly branch: string },
): boolean {
  return (
    getRow(db, 'SELECT 1 FROM task WHERE repository_id = ? AND branch = ? LIMIT 1', repository, branch) !== undefined
  );
}
