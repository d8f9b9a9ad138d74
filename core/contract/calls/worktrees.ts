import { oc } from '@orpc/contract';
import { z } from 'zod';
import { repositoryIdSchema } from '../repository';
import { retentionSchema } from '../retention';
import {
  backupRefSchema,
  backupSchema,
  goingSchema,
  removedWorktreeSchema,
  restoredSchema,
  worktreeDetailSchema,
  worktreesSchema,
} from '../worktree';

/** Worktrees, and what was taken away of them. */
export const worktrees = {
  /**
   * Every worktree of the repositories, and whatever else is where worktrees are. Has those measured that were not lately, or not
   * `since` a time.
   */
  list: oc
    .input(z.strictObject({ since: z.number().int().nonnegative().optional() }).optional())
    .output(worktreesSchema),
  /** One of them, looked at now. NOT_FOUND when nothing is there. */
  get: oc.input(z.strictObject({ path: z.string().min(1).max(4096) })).output(worktreeDetailSchema),
  /**
   * Takes a worktree away once its whole state is kept under a backup ref. That of a task that can go on comes back when it
   * does. WRONG_STATE while somebody works in it, and for what cannot be kept whole.
   */
  remove: oc.input(z.strictObject({ path: z.string().min(1).max(4096) })).output(removedWorktreeSchema),
  /** The recycle bin: what was taken away and is kept, newest first. */
  backups: oc.output(z.array(backupSchema)),
  /** Puts back what a backup keeps, its files byte for byte, but no empty folders: as its task's worktree, or beside it on a branch of its own. */
  restore: oc.input(backupRefSchema).output(restoredSchema),
  /** Removes a backup for good. Git gives the room back when it next cleans up. */
  removeBackup: oc.input(backupRefSchema).output(z.void()),
  /** What would go by itself, now, if that were how long things are kept: of one repository or of all. */
  going: oc
    .input(
      z.strictObject({
        repository: repositoryIdSchema.optional(),
        /** In place of what holds there now. */
        retention: retentionSchema.partial().optional(),
      }),
    )
    .output(goingSchema),
};
