import { oc } from '@orpc/contract';
import { z } from 'zod';
import { processListSchema } from '../process';
import { taskIdSchema } from '../task';

/** What runs for tasks. */
export const processes = {
  /** What runs for tasks now, of one task when it is given. Each call looks anew; processor use is since the call before. */
  list: oc.input(z.strictObject({ task: taskIdSchema.optional() })).output(processListSchema),
};
