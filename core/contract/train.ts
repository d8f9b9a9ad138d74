import { z } from 'zod';
import { type CarState, carStates } from './aboard';
import { commentIdSchema, leftAtOnce } from './comment';
import { oidSchema } from './oid';
import { repositoryIdSchema } from './repository';
import { strategySchema } from './strategy';
import { taskIdSchema } from './task';

/** A change on a train. */
const carSchema = z.object({
  task: taskIdSchema,
  title: z.string(),
  state: z.enum(carStates),
  /** The commit that was approved. */
  head: oidSchema,
  /** What is to be known of its state, a sentence; null for nothing. */
  reason: z.string().nullable(),
  /** The commit on the base once it has landed. */
  mergedOid: oidSchema.nullable(),
});
export type Car = z.infer<typeof carSchema>;

/** Changes that were approved together, to land one after the other, each checked on top of those before it. */
export const trainSchema = z.object({
  id: z.number().int().positive(),
  repositoryId: repositoryIdSchema,
  /** The repository's path. */
  repository: z.string(),
  base: z.string(),
  /** How each lands; null for what is proposed for each. */
  strategy: strategySchema.nullable(),
  by: z.string(),
  state: z.enum(['open', 'ended']),
  /** Why it ended before all had their turn, a sentence; null when it did not. */
  reason: z.string().nullable(),
  /** In the order in which they land. */
  cars: z.array(carSchema),
  createdAt: z.number().int(),
  endedAt: z.number().int().nullable(),
});
export type Train = z.infer<typeof trainSchema>;

/** Approves several changes of one base at once: each as it was seen, on the base as it was seen. */
export const trainApprovalSchema = z.strictObject({
  base: oidSchema,
  changes: z
    .array(
      z.strictObject({
        task: taskIdSchema,
        /** What the change was compared with when it was seen. */
        mergeBase: oidSchema,
        head: oidSchema,
        tree: oidSchema,
        /** The comments that may stay behind as they are; any other of them refuses the approval. */
        leaveComments: z.array(commentIdSchema).max(leftAtOnce).optional(),
      }),
    )
    .min(1)
    .max(50)
    .refine((changes) => new Set(changes.map(({ task }) => task)).size === changes.length, 'Name each task once.'),
  /** For each of them; the proposed one otherwise. */
  strategy: strategySchema.optional(),
});
export type TrainApproval = z.infer<typeof trainApprovalSchema>;

/** How a train stands, in words for either door: `2 of 4 landed, 1 went back`. */
export function trainWords({ cars }: Pick<Train, 'cars'>): string {
  const count = (state: CarState) => cars.filter((car) => car.state === state).length;
  const [returned, left] = [count('returned'), count('left')];
  return [
    `${count('landed')} of ${cars.length} landed`,
    ...(returned === 0 ? [] : [`${returned} went back`]),
    ...(left === 0 ? [] : [`${left} left in review`]),
  ].join(', ');
}
