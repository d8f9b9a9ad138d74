import { oc } from '@orpc/contract';
import { z } from 'zod';
import { alongSchema } from '../base-state';
import { mostOnWhole } from '../comment';
import { overlapDetailSchema } from '../overlap';
import { keptPushSchema, pushedSchema, pushSchema, stoppedPushSchema } from '../remote';
import { repositoryIdSchema } from '../repository';
import { approvalSchema, reviewSchema, stackApprovalSchema, stackedReviewSchema } from '../review';
import { afterwardsSchema } from '../takeover';
import { newTaskSchema, taskDetailSchema, taskEditSchema, taskIdSchema, taskSchema, taskStateSchema } from '../task';
import { terminalSizeSchema } from '../terminal';
import { taskRef } from './refs';

/** Tasks, from being asked for to what becomes of their change. */
export const tasks = {
  list: oc
    .input(
      z.strictObject({
        states: z.array(taskStateSchema).optional(),
        repository: repositoryIdSchema.optional(),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(z.array(taskSchema)),
  get: oc.input(taskRef).output(taskDetailSchema),
  create: oc.input(newTaskSchema).output(taskDetailSchema),
  cancel: oc.input(taskRef).output(taskSchema),
  retry: oc.input(taskRef).output(taskSchema),
  /** Lets a queued task that waits for a time go on now, whatever its agent's provider said before. */
  resume: oc.input(taskRef).output(taskSchema),
  /**
   * Merges exactly what the ids name, or fails saying what moved. COMMENTS_NOT_SENT when the agent was not given all comments
   * and the approval does not say that they are left.
   */
  approve: oc.input(approvalSchema).output(taskSchema),
  /** What must land for a task to land, in order, the task itself last. */
  stack: oc.input(taskRef).output(z.array(stackedReviewSchema)),
  /**
   * Merges changes that are after each other, in order, each as it was seen and brought onto those before it. Stops at the
   * first that does not land; the message says which did.
   */
  approveStack: oc.input(stackApprovalSchema).output(z.array(taskSchema)),
  /** Where the change of a task meets that of another one, or with null what came to its base since, file by file. */
  overlap: oc.input(taskRef.extend({ with: taskIdSchema.nullable() })).output(overlapDetailSchema),
  /** Brings a change onto what it is after as that stands now, also when it could not be before. CONFLICT says why not. */
  restack: oc.input(taskRef).output(taskSchema),
  /**
   * Puts exactly what the ids name on a branch of a remote; the task stays in review. MOVED when the change or the remote is
   * another now, or somebody else moved the branch there; SIGN_IN_NEEDED, REMOTE_FAILED. Ends with its caller, or by
   * `stopPush`: CANCELLED then says what is on the remote.
   */
  push: oc.input(pushSchema).output(pushedSchema),
  /** Where its change is being pushed, and the last push to each branch of a remote, the newest first. */
  pushes: oc.input(taskRef).output(z.array(keptPushSchema)),
  /** Ends a push that goes on, also that of a pull request, which is not opened then. WRONG_STATE when none does. */
  stopPush: oc.input(taskRef).output(stoppedPushSchema),
  /**
   * Sends the change back to the same agent session: all comments that are drafts, with file and lines, and `comment` about
   * the whole, as its next message. BAD_INPUT when there is neither.
   */
  reject: oc
    .input(
      taskRef.extend({
        comment: z.string().trim().max(mostOnWhole).default(''),
        /** The head of the change that was shown; without it, the one it has. */
        head: reviewSchema.shape.head.optional(),
        /** Which words of its pull request, by their ids, are in the comment: they are not proposed again. */
        said: z.array(z.string().max(200)).max(2_000).optional(),
      }),
    )
    .output(taskSchema),
  /**
   * Sends a change that conflicts with its base back to its agent, to merge the base as it stands now into its branch.
   * WRONG_STATE when nothing conflicts.
   */
  resolve: oc.input(taskRef).output(taskSchema),
  /**
   * Bases a task on another branch, onto which its change is to land then; NO_SUCH_BRANCH when there is none. `along` says
   * which commits of the old base land with it; null for none.
   */
  changeBase: oc
    .input(taskRef.extend({ base: z.string().min(1).max(1000) }))
    .output(taskSchema.extend({ along: alongSchema.nullable() })),
  /**
   * Opens the agent's own screen on a terminal of the task, on the same conversation, as soon as its turn is over;
   * `interrupt` ends the turn instead of waiting. A task that is over otherwise is queued again for it.
   */
  take: oc
    .input(taskRef.extend({ interrupt: z.boolean().default(false), size: terminalSizeSchema }))
    .output(taskSchema),
  /**
   * Ends the person's drive: the agent goes on by itself, or what there is goes into review. A task that was not at work is where
   * it was when nothing was said to its agent; but what came to it meanwhile goes into review if it was in review, or that is asked for.
   */
  handBack: oc.input(taskRef.extend({ afterwards: afterwardsSchema.default('go on') })).output(taskSchema),
  /** Throws the change away, keeping everything under a backup ref. */
  discard: oc.input(taskRef).output(taskSchema),
  /**
   * Changes what a task was given: what it is after until it is done, its priority while it is queued, and, before it ever
   * began, its agent, its words and its budget. WRONG_STATE for another one; CYCLE, naming it.
   */
  edit: oc.input(taskRef.extend(taskEditSchema.shape)).output(taskSchema),
  /** Brings a discarded task back to the state it was discarded in. */
  restore: oc.input(taskRef).output(taskSchema),
};
