import { z } from 'zod';

/** One run of the repository's own check command in a task's worktree. */
export const checkSchema = z.object({
  command: z.string(),
  state: z.enum(['running', 'passed', 'failed']),
  /** The exit status; null while it runs or when a signal ended it. */
  exitCode: z.number().int().nullable(),
  /** The end of what it printed, at most 64 KiB, control sequences removed. */
  output: z.string(),
  startedAt: z.number().int(),
  endedAt: z.number().int().nullable(),
});
export type Check = z.infer<typeof checkSchema>;
