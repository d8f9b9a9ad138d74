import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { checkNameSchema, checkOutputSchema, repositoryCheckSchema } from '../check';
import { repositoryPathSchema } from '../review-edit';
import { taskSchema } from '../task';
import { repositoryRef, taskRef } from './refs';

/** Checks of a change. */
export const checks = {
  /**
   * Runs checks of the repository on a task in review, all of them or those named, one after the other. Answers once they
   * have begun. WRONG_STATE while some run; NOT_TRUSTED when the repository's programs may not run.
   */
  run: oc.input(taskRef.extend({ names: z.array(checkNameSchema).min(1).max(20).optional() })).output(taskSchema),
  /** Ends the check that runs for a task, and those that were to come after it. Answers when nothing of it is left. */
  stop: oc.input(taskRef).output(taskSchema),
  /** What the checks of a task print while they run: all that is kept of it each time. Ends when none runs any more. */
  follow: oc.input(taskRef).output(eventIterator(checkOutputSchema)),
  /** Checks that fit what the repository's default branch brings, none of which ever ran. None of an untrusted repository. */
  suggest: oc.input(repositoryRef).output(z.array(repositoryCheckSchema)),
  /** Which of these files the task's change has, as its branch stands. */
  files: oc.input(taskRef.extend({ paths: z.array(repositoryPathSchema).max(200) })).output(z.array(z.string())),
};
