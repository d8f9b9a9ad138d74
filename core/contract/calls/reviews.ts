import { oc } from '@orpc/contract';
import { z } from 'zod';
import { agentReviewSchema, newAgentReviewSchema } from '../agent-review';
import { changePartSchema, reviewedChangeSchema, reviewSchema, shownFileSchema } from '../review';
import {
  fileTextSchema,
  hunkPlaceSchema,
  maxEditedBytes,
  repositoryPathSchema,
  reviewEditSchema,
} from '../review-edit';
import { taskDetailSchema } from '../task';
import { taskRef } from './refs';

/** The change of a task in review: looked at, edited, and reviewed by agents. */
export const reviews = {
  get: oc.input(taskRef).output(reviewSchema),
  /** What of the review is known without looking at its base's checkout or merging: the diff can be shown meanwhile. */
  change: oc.input(taskRef).output(reviewedChangeSchema),
  /** The unified patch of the reviewed change, all of it or of some files; `head` and `mergeBase` come from the review. */
  patch: oc
    .input(
      taskRef.extend({
        mergeBase: reviewSchema.shape.mergeBase,
        head: reviewSchema.shape.head,
        paths: z.array(z.string()).max(1000).optional(),
        /** Leaves out what differs only in white space. Such hunks cannot be taken back: they are others than the change's. */
        ignoreWhitespace: z.boolean().optional(),
      }),
    )
    .output(z.object({ patch: z.string(), truncated: z.boolean() })),
  /**
   * What differs between two commits of the change: from `from`, or the first parent of `to` when that is null. With
   * a commit of the review, what that commit did; from `lastSeen` to `head`, what is new to the person.
   */
  between: oc
    .input(taskRef.extend({ from: reviewSchema.shape.head.nullable(), to: reviewSchema.shape.head }))
    .output(changePartSchema),
  /** A file as a commit of the review has it, whole: an image, or the lines a patch leaves out. NOT_FOUND without it. */
  content: oc
    .input(
      taskRef.extend({
        commit: reviewSchema.shape.head,
        path: repositoryPathSchema,
        /** Gives no bytes. */
        sizeOnly: z.boolean().optional(),
      }),
    )
    .output(shownFileSchema),
  /**
   * Takes a file of the change back, or a hunk of it as it is shown, with a commit of the person's on the task's branch
   * and in its worktree. MOVED when the change is another now, or has no such hunk; CHECKOUT_IN_THE_WAY when somebody
   * edited that file in the worktree.
   */
  takeBack: oc
    .input(
      taskRef.extend({
        head: reviewSchema.shape.head,
        mergeBase: reviewSchema.shape.mergeBase,
        path: repositoryPathSchema,
        oldPath: repositoryPathSchema.nullable(),
        lines: hunkPlaceSchema.nullable(),
      }),
    )
    .output(reviewEditSchema),
  /** The text of a file as the change has it, to be edited in place. */
  file: oc.input(taskRef.extend({ head: reviewSchema.shape.head, path: repositoryPathSchema })).output(fileTextSchema),
  /** Gives a file another text, with a commit of the person's as `takeBack` makes one. */
  write: oc
    .input(
      taskRef.extend({
        head: reviewSchema.shape.head,
        path: repositoryPathSchema,
        text: z.string().max(maxEditedBytes),
      }),
    )
    .output(reviewEditSchema),
  /** Undoes the newest of these commits: the branch goes back. WRONG_STATE when something came after it. */
  undo: oc.input(taskRef).output(reviewEditSchema),
  /**
   * Has an agent review the change as it stands: makes a task of its own, which leaves comments on this one and changes
   * nothing of it. What the agent does to files goes nowhere. WRONG_STATE unless the task is in review.
   */
  ask: oc.input(newAgentReviewSchema).output(taskDetailSchema),
  /** The reviews of a task's change that agents were asked for, oldest first. */
  asked: oc.input(taskRef).output(z.array(agentReviewSchema)),
};
