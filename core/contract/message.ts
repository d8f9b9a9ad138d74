import { z } from 'zod';
import { taskIdSchema } from './task';

export const messageIdSchema = z.number().int().positive();

/** What a person writes to an agent, as long as it may be. */
export const messageTextSchema = z.string().trim().min(1).max(50_000);

/** How many messages of one task may wait for its agent at once. */
export const messagesAtOnce = 50;

/**
 * Something said to a task's agent that the agent does not have yet: a follow-up, or a reviewer's comment.
 *
 * - `queued`: the person may change it or take it back. The runner hands it over when the agent's turn ends, or with
 *   the task's first turn.
 * - `handed`: it is being said to the agent and stays as it is. Once the agent was heard it is in the transcript and no
 *   longer a message; when the agent ends before that it is `queued` again.
 */
export const messageSchema = z.object({
  id: messageIdSchema,
  task: taskIdSchema,
  text: z.string(),
  by: z.string(),
  state: z.enum(['queued', 'handed']),
  createdAt: z.number().int(),
});
export type Message = z.infer<typeof messageSchema>;
