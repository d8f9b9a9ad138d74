import { oc } from '@orpc/contract';
import { z } from 'zod';
import { commentTextSchema } from '../comment';
import { mergeMethodSchema, newPullRequestSchema, pullRequestSchema } from '../pull-request';
import { approvalSchema, reviewSchema } from '../review';
import { taskRef } from './refs';

/** Pull requests of tasks. */
export const pullRequests = {
  /**
   * Pushes exactly what the ids name and opens a pull request of it, or takes up the one its branch has; with one open, only
   * pushes. The task stays in review until it is merged. SIGN_IN_NEEDED without a token, before anything is sent;
   * CHECKS_NOT_PASSED when required checks did not pass on it, unless it is a draft or that is overridden.
   */
  open: oc.input(newPullRequestSchema).output(pullRequestSchema),
  /** A task's newest pull request; with `refresh` as its forge has it now. */
  get: oc.input(taskRef.extend({ refresh: z.boolean().default(false) })).output(pullRequestSchema.nullable()),
  /**
   * Has the forge merge it if its head is still the one that was shown; then the task is done. MOVED when it is not;
   * CHECKS_NOT_PASSED as when a change is approved.
   */
  merge: oc
    .input(
      taskRef.extend({
        head: reviewSchema.shape.head,
        method: mergeMethodSchema,
        overrideChecks: approvalSchema.shape.overrideChecks,
      }),
    )
    .output(pullRequestSchema),
  reply: oc
    .input(taskRef.extend({ thread: z.string().min(1).max(500), text: commentTextSchema }))
    .output(pullRequestSchema),
  /** Writes a comment on all of it. */
  comment: oc.input(taskRef.extend({ text: commentTextSchema })).output(pullRequestSchema),
  resolve: oc
    .input(taskRef.extend({ thread: z.string().min(1).max(500), resolved: z.boolean() }))
    .output(pullRequestSchema),
};
