import { oc } from '@orpc/contract';
import { z } from 'zod';
import { comparisonSchema, newContestSchema, pickedSchema } from '../contest';
import { taskSchema } from '../task';
import { taskRef } from './refs';

/** Contests: several tasks from one prompt, of which one is picked. Any task of one names it. */
export const contests = {
  /** Makes all of its tasks at once, or none. */
  create: oc.input(newContestSchema).output(z.array(taskSchema)),
  /** Its tasks beside each other. WRONG_STATE for a task that is in none. */
  compare: oc.input(taskRef).output(comparisonSchema),
  /**
   * Discards the other tasks of a contest, as `tasks.discard` does, those in an agent's hands cancelled first; the picked one
   * stays as it is. `tasks.approve` does the same when asked to, once its change has landed. WRONG_STATE when there are no others.
   */
  pick: oc.input(taskRef).output(pickedSchema),
};
