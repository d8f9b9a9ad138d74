import { z } from 'zod';
import { setupName } from './check';

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

type Checks = readonly { readonly name: string; readonly state: string; readonly train: number | null }[];

/** Whether a task's worktree is being set up, which a person who takes over waits for, however they take over. */
export function isBeingSetUp({ checks }: { readonly checks: Checks }): boolean {
  return runningCheck(checks) === setupName;
}

/** What comes before a takeover that was asked for, as the end of `You take over when …`: what goes on now, which may be no turn. */
export function takenWhen({
  state,
  requests,
  checks,
}: {
  readonly state: string;
  readonly requests: readonly unknown[];
  readonly checks: Checks;
}): string {
  if (state === 'queued') return 'a slot is free';
  if (requests.length > 0) return 'its question is answered and the turn is over';
  if (isBeingSetUp({ checks })) return 'its worktree is set up, which is not interrupted';
  return runningCheck(checks) === undefined ? 'the turn is over' : 'its checks are over';
}

function runningCheck(checks: Checks): string | undefined {
  return checks.find((check) => check.state === 'running' && check.train === null)?.name;
}
