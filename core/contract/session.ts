import { z } from 'zod';
import { usageSchema } from './task';

/**
 * - `starting`: the row exists, the agent's process is not answering yet.
 * - `active`: the agent works, or waits for an answer.
 * - `ended`: no process; `endReason` says why. A later turn of the same conversation makes it active again.
 */
const sessionStates = ['starting', 'active', 'ended'] as const;

export const sessionSchema = z.object({
  id: z.number().int().positive(),
  task: z.number().int().positive(),
  agent: z.string(),
  /** The id the agent itself gave the conversation, by which it can be resumed. */
  agentSession: z.string().nullable(),
  state: z.enum(sessionStates),
  endReason: z.string().nullable(),
  startedAt: z.number().int(),
  endedAt: z.number().int().nullable(),
  usage: usageSchema,
});
export type Session = z.infer<typeof sessionSchema>;
