import { z } from 'zod';
import { budgetSchema, spendingSchema } from './budget';
import { memoryHoldSchema } from './process';
import { serviceStandSchema } from './service';
import { taskStates } from './task';

/** Whether the server on this machine, by which other programs and browsers ask, is open. */
const serverStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listening'), url: z.string() }),
  z.object({ kind: z.literal('starting') }),
  /** Nobody wants it: the setting `server` is false, or nobody opens one here. */
  z.object({ kind: z.literal('off') }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type ServerState = z.infer<typeof serverStateSchema>;

/** Who owns the data folder and what is in it. */
export const statusSchema = z.object({
  pid: z.number().int(),
  version: z.string(),
  /** `app` for the desktop app, `background` for the runtime without a window. */
  owner: z.enum(['app', 'background']),
  /** It runs in somebody's terminal, or for a service manager, by `run` or `up`. */
  foreground: z.boolean(),
  dataFolder: z.string(),
  startedAt: z.number().int(),
  tasks: z.object(
    Object.fromEntries(taskStates.map((state) => [state, z.number().int()])) as Record<
      (typeof taskStates)[number],
      z.ZodNumber
    >,
  ),
  /** What all tasks spent since midnight, and the budget of a day, with what was allowed beyond it. */
  today: z.object({ spent: spendingSchema, budget: budgetSchema }),
  workers: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['idle', 'busy', 'stopping']),
      running: z.number().int(),
      waiting: z.number().int(),
      limit: z.number().int(),
    }),
  ),
  /** Why tasks that are due do not start; null while they may. */
  held: memoryHoldSchema.nullable(),
  server: serverStateSchema,
  /** What `up` started beside it, in the order of their manifest. */
  services: z.array(serviceStandSchema),
  /** What has failed for good, or is away, and makes `/health` answer 503, a sentence for each. */
  problems: z.array(z.string()),
});
export type Status = z.infer<typeof statusSchema>;

/** Where a runtime runs, as both doors say it. */
export function whereItRuns({
  owner,
  foreground,
}: {
  readonly owner: Status['owner'];
  readonly foreground?: boolean | undefined;
}): string {
  if (owner === 'app') return 'in the app';
  return foreground === true ? 'in a terminal' : 'in the background';
}
