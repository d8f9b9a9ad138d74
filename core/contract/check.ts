import { z } from 'zod';

/** One run of the repository's own check command in a task's worktree, as lists show it: without what it printed. */
export const checkSchema = z.object({
  command: z.string(),
  state: z.enum(['running', 'passed', 'failed']),
  /** The exit status; null while it runs or when a signal ended it. */
  exitCode: z.number().int().nullable(),
  startedAt: z.number().int(),
  endedAt: z.number().int().nullable(),
});
export type Check = z.infer<typeof checkSchema>;

/** A check with the end of what it printed, at most 64 KiB, control sequences removed. */
export const checkDetailSchema = checkSchema.extend({ output: z.string() });
export type CheckDetail = z.infer<typeof checkDetailSchema>;
