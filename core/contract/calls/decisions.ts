import { oc } from '@orpc/contract';
import { z } from 'zod';
import { decisionRecordSchema, sealedDecisionSchema } from '../decision';
import { taskIdSchema } from '../task';

/** The record of decisions. */
export const decisions = {
  /**
   * The record of decisions after number `after` (0 for all), oldest first; of one task when it is given. Some 4 MiB of
   * it at most, whatever the limit; ask on until nothing comes.
   */
  list: oc
    .input(
      z.strictObject({
        after: z.number().int().nonnegative().default(0),
        limit: z.number().int().min(1).max(500).default(100),
        task: taskIdSchema.optional(),
      }),
    )
    .output(z.array(sealedDecisionSchema)),
  /** Reads the whole record and says whether it holds together. */
  check: oc.output(decisionRecordSchema),
};
