import { z } from 'zod';

/** A day, in milliseconds. */
export const dayMs = 86_400_000;

const days = z.number().int().min(0).max(3650);
const megabytes = z.number().int().min(0).max(100_000_000);

/**
 * How long what was taken away is kept, and how much of it; 0 keeps it however old, or however much it is. `worktreeDays`
 * is how long the worktree of a task that is done stays; 0 takes it away at once.
 */
export const retentionSchema = z.strictObject({
  backupDays: days,
  backupMegabytes: megabytes,
  worktreeDays: days,
  worktreeMegabytes: megabytes,
});
export type Retention = z.infer<typeof retentionSchema>;

/** What a repository says of it; null is as the settings have it. */
export const repositoryRetentionSchema = z.strictObject({
  backupDays: days.nullable().default(null),
  backupMegabytes: megabytes.nullable().default(null),
  worktreeDays: days.nullable().default(null),
  worktreeMegabytes: megabytes.nullable().default(null),
});
export type RepositoryRetention = z.infer<typeof repositoryRetentionSchema>;

/** What a repository says as long as nobody said otherwise. */
export const usualRetention: RepositoryRetention = repositoryRetentionSchema.parse({});

/** What holds in a repository. */
export function retentionOf(settings: Retention, repository: RepositoryRetention): Retention {
  return {
    backupDays: repository.backupDays ?? settings.backupDays,
    backupMegabytes: repository.backupMegabytes ?? settings.backupMegabytes,
    worktreeDays: repository.worktreeDays ?? settings.worktreeDays,
    worktreeMegabytes: repository.worktreeMegabytes ?? settings.worktreeMegabytes,
  };
}
