import { oc } from '@orpc/contract';
import { z } from 'zod';
import { checkpointDiffSchema, checkpointNumberSchema, checkpointSchema, goneBackSchema } from '../checkpoint';
import { taskRef } from './refs';

/** States of a worktree that can be gone back to. */
export const checkpoints = {
  /** The states of a task's worktree that can be gone back to, oldest first. */
  list: oc.input(taskRef).output(z.array(checkpointSchema)),
  /** What changed from one to another; from the one before it when `from` is left out, from the task's base when it is null. */
  diff: oc
    .input(taskRef.extend({ from: checkpointNumberSchema.nullable().optional(), to: checkpointNumberSchema }))
    .output(checkpointDiffSchema),
  /**
   * Makes the worktree what it was then, and the agent's conversation too where the agent can. What is left by that is
   * kept as a checkpoint first. WRONG_STATE while an agent is at work, or when the task is done.
   */
  back: oc.input(taskRef.extend({ checkpoint: checkpointNumberSchema })).output(goneBackSchema),
};
