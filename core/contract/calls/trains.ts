import { oc } from '@orpc/contract';
import { z } from 'zod';
import { trainApprovalSchema, trainSchema } from '../train';

const trainRef = z.strictObject({ train: trainSchema.shape.id });

/** Changes that land one after the other, each checked on top of those before it. */
export const trains = {
  /**
   * Approves several changes of one base: each is brought onto the result of those before it and checked there, and lands when
   * that passed. One that fails goes back to its agent with what it failed with, and the others go on without it. MOVED, and
   * nothing has begun, when one of them or the base is not what was seen; WRONG_STATE when one cannot be on this train.
   */
  start: oc.input(trainApprovalSchema).output(trainSchema),
  /** Those that have not ended, and the newest of those that have, newest first. */
  list: oc.output(z.array(trainSchema)),
  get: oc.input(trainRef).output(trainSchema),
  /** Ends a train: what has not landed stays in review. What is landing this moment does. WRONG_STATE when it has ended. */
  stop: oc.input(trainRef).output(trainSchema),
};
