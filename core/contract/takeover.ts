import { z } from 'zod';

/**
 * - `asked`: the person wants to drive. The runner moves it on when the agent's turn is over and its terminal is open.
 * - `driving`: the agent's own screen is in the person's hands. Its end, or handing back, moves it on.
 * - `ended`: whatever is left goes on as before; so does a task that was cancelled or failed meanwhile. Where nothing was said, a
 *   task that was not at work is where it was.
 */
const takeoverStates = ['asked', 'driving', 'ended'] as const;

/** What follows when the person hands back: the agent goes on by itself, or what there is goes into review. */
export const afterwardsSchema = z.enum(['go on', 'review']);
export type Afterwards = z.infer<typeof afterwardsSchema>;

/** The person drives a task's agent in its own terminal, on the same conversation. */
export const takeoverSchema = z.object({
  id: z.number().int().positive(),
  state: z.enum(takeoverStates),
  /** The terminal with the agent's screen; null until it is open. */
  terminal: z.number().int().positive().nullable(),
  askedAt: z.number().int(),
  /** Since when the person drives. */
  beganAt: z.number().int().nullable(),
});
export type Takeover = z.infer<typeof takeoverSchema>;

/** Whether the person drives a task: also one that is queued because Switchyard was closed meanwhile, and its screen kept. */
export function isDrivenNow({
  state,
  takeover,
}: {
  readonly state: string;
  readonly takeover: Takeover | null;
}): boolean {
  return (state === 'running' || state === 'queued') && takeover?.state === 'driving';
}
