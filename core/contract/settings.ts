import { z } from 'zod';
import { permissionLevelSchema } from './task';

/** Every setting with its check and its default. Names are what `settings get NAME` takes. */
export const settingsSchema = z.object({
  /** How many tasks may run at once; tasks that wait for a person do not count. */
  concurrency: z.number().int().min(1).max(32).default(4),
  /** The agent a new task gets unless one is named. */
  defaultAgent: z.string().min(1).default('claude'),
  defaultPermissionLevel: permissionLevelSchema.default('supervised'),
  /** Environment variables agents may see beyond the allow-list, by name. */
  passEnvironment: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/))
    .max(100)
    .default([]),
  /** How often a task is tried before it fails for good. */
  maxAttempts: z.number().int().min(1).max(20).default(3),
  /** An agent that says nothing for this many minutes, without a question open, counts as hung. */
  silenceMinutes: z.number().int().min(1).max(1440).default(30),
  /** More agents that speak the Agent Client Protocol over stdio. */
  acpAgents: z
    .array(
      z.object({
        name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
        command: z.string().min(1),
        args: z.array(z.string()).default([]),
      }),
    )
    .max(50)
    .default([]),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
});
export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;
