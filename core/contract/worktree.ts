import { z } from 'zod';
import { repositoryIdSchema } from './repository';
import { type Task, taskIdSchema, taskSchema } from './task';

/**
 * Why a worktree is there:
 * - `at work`: its task's agent, or the person, works in it.
 * - `waits`: its task goes on in it later.
 * - `review`: its task's change is in review.
 * - `stopped`: its task failed or was cancelled, and can be tried again in it.
 * - `kept`: its task is done, and it is kept for a while or could not be taken away.
 * - `restored`: it was put back out of the recycle bin, beside its task.
 * - `train`: changes that are to land together are checked in it.
 * - `ready`: it was made ahead of need, and the next task of its repository takes it.
 * - `nobody's`: it is a worktree of one of the repositories, and no task knows of it.
 * - `not a worktree`: a folder where worktrees are, which is none.
 */
export const worktreeReasons = [
  'at work',
  'waits',
  'review',
  'stopped',
  'kept',
  'restored',
  'train',
  'ready',
  "nobody's",
  'not a worktree',
] as const;
export type WorktreeReason = (typeof worktreeReasons)[number];

/** How large a worktree is on disk. */
const worktreeSizeSchema = z.object({
  /** On disk; a file that several names stand for counts once. */
  bytes: z.number().int().nonnegative(),
  files: z.number().int().nonnegative(),
  /** Whether all of it was counted: what is very large is not counted to its end. */
  whole: z.boolean(),
  /** Files that are in no commit; null when git could not say. */
  uncommitted: z.number().int().nonnegative().nullable(),
  measuredAt: z.number().int(),
});
export type WorktreeSize = z.infer<typeof worktreeSizeSchema>;

/** A worktree, or what is where worktrees are. */
const worktreeSchema = z.object({
  path: z.string(),
  /** Null when it is of none that is known here. */
  repositoryId: repositoryIdSchema.nullable(),
  repository: z.string().nullable(),
  /** The branch checked out; null when it is on none, or is no worktree. */
  branch: z.string().nullable(),
  task: taskSchema.pick({ id: true, title: true, state: true, outcome: true }).nullable(),
  reason: z.enum(worktreeReasons),
  /** When it goes by itself; null for never. */
  goesAt: z.number().int().nullable(),
  createdAt: z.number().int(),
  /** Null until it was measured. */
  size: worktreeSizeSchema.nullable(),
});
export type Worktree = z.infer<typeof worktreeSchema>;

/** Every worktree there is, and how many are still to be measured: a change is told of as they are. */
export const worktreesSchema = z.object({
  worktrees: z.array(worktreeSchema),
  measuring: z.number().int().nonnegative(),
});
export type Worktrees = z.infer<typeof worktreesSchema>;

/** A worktree, looked at closely. */
export const worktreeDetailSchema = worktreeSchema.extend({
  /** Some of the files that are in no commit, and how many there are. */
  uncommitted: z.object({ paths: z.array(z.string()), count: z.number().int() }).nullable(),
  /** What git has begun in it and not ended, `merge` for instance; null for nothing. */
  unfinished: z.string().nullable(),
});
export type WorktreeDetail = z.infer<typeof worktreeDetailSchema>;

/** Why something was taken away: what its task came to, or who asked. */
const backupCauses = [
  'discarded',
  'merged',
  'published',
  'answered',
  'removed',
  'retention',
  'went back',
  'between turns',
  'torn down',
] as const;
export type BackupCause = (typeof backupCauses)[number];

/** Something that was taken away and is kept. */
export const backupSchema = z.object({
  repositoryId: repositoryIdSchema,
  repository: z.string(),
  /** What keeps it, in its repository. */
  ref: z.string(),
  oid: z.string(),
  /** The task it was of; null for what was nobody's. */
  task: taskSchema.pick({ id: true, title: true, state: true, outcome: true }).nullable(),
  /** Null when that was not noted, as by earlier versions. */
  cause: z.enum(backupCauses).nullable(),
  by: z.string().nullable(),
  branch: z.string().nullable(),
  /** When it became a backup, from which its days count; what it keeps may be older. */
  createdAt: z.number().int(),
  /** How much of the disk only it needs, about; null until that was looked at. */
  bytes: z.number().int().nonnegative().nullable(),
  /** When it goes by itself, unless there is more than is to be kept; null for never. */
  keptUntil: z.number().int().nullable(),
  /** Whether restoring it brings its task back, or the worktree its task goes on in; else it comes back beside it. */
  bringsBack: z.enum(['task', 'worktree', 'checkpoint', 'branch']),
  /** Where it was put back to beside its task; null when it is not there. */
  restoredPath: z.string().nullable(),
});
export type Backup = z.infer<typeof backupSchema>;

/** What names something in the recycle bin. */
export const backupRefSchema = z.strictObject({
  repository: repositoryIdSchema,
  ref: z.string().regex(/^refs\/switchyard\/(backup|checkpoint)\/\d{1,15}\/[a-z0-9-]{1,40}$/),
});
export type BackupRef = z.infer<typeof backupRefSchema>;

/** What restoring something came to. */
export const restoredSchema = z.object({
  task: taskIdSchema.nullable(),
  path: z.string(),
  branch: z.string().nullable(),
});
export type Restored = z.infer<typeof restoredSchema>;

/** What removing a worktree came to. */
export const removedWorktreeSchema = z.object({
  /** What keeps it now; null when there was nothing left of it to keep. */
  ref: z.string().nullable(),
  repository: repositoryIdSchema,
  /** Ignored files and folders that went without a backup, because they are large. */
  notKept: z.array(z.string()),
});

/** What goes by itself, as soon as that is looked at next. */
export const goingSchema = z.object({
  backups: z.array(backupSchema),
  worktrees: z.array(worktreeSchema),
});
export type Going = z.infer<typeof goingSchema>;

/** Why a worktree is there, a sentence for either door. */
export function worktreeReasonWords({ reason, task, goesAt }: Pick<Worktree, 'reason' | 'task' | 'goesAt'>): string {
  switch (reason) {
    case 'at work':
      return task?.state === 'waiting' ? 'at work, waits for your answer' : 'at work';
    case 'waits':
      return 'its task goes on in it';
    case 'review':
      return 'its change is in review';
    case 'stopped':
      return `its task ${task?.state === 'cancelled' ? 'was cancelled' : 'failed'} and can be tried again`;
    case 'kept':
      return goesAt === null
        ? `its task is ${endOf(task)}; it goes with the next start`
        : `its task is ${endOf(task)}; it is kept for a while`;
    case 'restored':
      return 'put back from the recycle bin';
    case 'train':
      return 'changes that land together are checked in it';
    case 'ready':
      return 'ready for the next task';
    case "nobody's":
      return 'nobody’s: no task knows of it';
    case 'not a worktree':
      return 'not a worktree of any repository here';
  }
}

function endOf(task: Worktree['task']): string {
  return task?.outcome ?? 'done';
}

/** Whether the worktree can be removed by hand, with a backup first: nobody works in it, and it can be kept. */
export function isRemovable({ reason }: Pick<Worktree, 'reason'>): boolean {
  return reason !== 'at work' && reason !== 'waits' && reason !== 'train' && reason !== 'not a worktree';
}

/** Why something was taken away, in words for either door. */
export function backupCauseWords(cause: Backup['cause']): string {
  return cause === null ? 'taken away' : causeWords[cause];
}

const causeWords: Readonly<Record<BackupCause, string>> = {
  discarded: 'discarded',
  merged: 'done: merged',
  published: 'done: published',
  answered: 'done: answered',
  removed: 'worktree removed',
  retention: 'kept long enough',
  'went back': 'left by going back',
  'between turns': 'as it was between two turns',
  'torn down': 'as its teardown left it',
};

/** Bytes as a person reads them: `0 B`, `12 kB`, `3.4 GB`. */
export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 || amount >= 99.5 ? Math.round(amount) : amount.toPrecision(2)} ${units[unit]}`;
}

/** What of a task a worktree or backup shows. */
export function shortTask({ id, title, state, outcome }: Task): NonNullable<Worktree['task']> {
  return { id, title, state, outcome };
}
