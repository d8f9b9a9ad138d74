import { z } from 'zod';

/** What is known of an agent program on this machine. */
export const agentStatusSchema = z.object({
  name: z.string(),
  label: z.string(),
  found: z.boolean(),
  /** The program's absolute path; null when missing or built in. */
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** Null when it cannot be known without running the agent. */
  loggedIn: z.boolean().nullable(),
  /** How to install it, one line, shown when it is missing. */
  install: z.string(),
  notes: z.array(z.string()),
  /** Whether it has a terminal program of its own, on which a person may go on with its conversations. */
  screen: z.boolean(),
  /** Whether a task may say which of its models does it. */
  models: z.boolean(),
});
export type AgentStatus = z.infer<typeof agentStatusSchema>;
