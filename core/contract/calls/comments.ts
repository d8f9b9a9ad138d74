import { oc } from '@orpc/contract';
import { z } from 'zod';
import { commentIdSchema, commentPlaceSchema, commentSchema, commentTextSchema } from '../comment';
import { reviewSchema } from '../review';
import { taskRef } from './refs';

const commentRef = z.strictObject({ comment: commentIdSchema });
/** Comments on one task. */
const commentRefs = z.strictObject({ comments: z.array(commentIdSchema).min(1).max(1000) });

/** Comments on the change of a task. */
export const comments = {
  /** The comments on a task's change, in the order they were made, and what became of each in the change as it stands. */
  list: oc.input(taskRef).output(z.array(commentSchema)),
  /** Keeps a comment as a draft. `head` and `mergeBase` are the review's; BAD_INPUT when the place is not in it. */
  add: oc
    .input(
      taskRef.extend({
        head: reviewSchema.shape.head,
        mergeBase: reviewSchema.shape.mergeBase,
        place: commentPlaceSchema,
        text: commentTextSchema,
      }),
    )
    .output(commentSchema),
  /** Changes a draft. */
  edit: oc.input(commentRef.extend({ text: commentTextSchema })).output(commentSchema),
  /** Takes a draft back. */
  remove: oc.input(commentRef).output(z.void()),
  /** Makes an agent's comments the person's own drafts, all of them or none. Safe to repeat. */
  accept: oc.input(commentRefs).output(z.void()),
  /** Takes agents' comments that were not sent away, all of them or none; with `dismissed: false` has them back. */
  dismiss: oc.input(commentRefs.extend({ dismissed: z.boolean().default(true) })).output(z.void()),
  /** Says that the person is done with a comment, or not after all. */
  resolve: oc.input(commentRef.extend({ resolved: z.boolean() })).output(commentSchema),
};
