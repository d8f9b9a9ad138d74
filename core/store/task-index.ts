import type { TaskState } from '../contract/task';

/**
 * Where the tasks of each sort are found, as the end of `SELECT … FROM`. Every sort that stays small has a partial index,
 * so that a million finished tasks cost nothing; INDEXED BY makes a change of the planner's mind an error and not a slow
 * query. States are written out, because a bound value would not prove that the index applies.
 */
export const readyTasks = "task INDEXED BY task_ready WHERE state = 'queued' AND blocked_count = 0";
const blockedTasks = "task INDEXED BY task_blocked WHERE state = 'queued' AND blocked_count > 0";
export const heldTasks = "task INDEXED BY task_lease WHERE state IN ('running', 'waiting')";
const reviewTasks = "task INDEXED BY task_review WHERE state = 'review'";
export const brokenTasks = "task INDEXED BY task_broken WHERE state IN ('failed', 'cancelled')";

/** The sorts of which all unfinished tasks are made. */
export const unfinishedTasks = [readyTasks, blockedTasks, heldTasks, reviewTasks] as const;

/** The sorts that make up one state. */
export const tasksIn: Readonly<Record<TaskState, readonly string[]>> = {
  queued: [readyTasks, blockedTasks],
  running: [`${heldTasks} AND state = 'running'`],
  waiting: [`${heldTasks} AND state = 'waiting'`],
  review: [reviewTasks],
  done: ["task WHERE state = 'done'"],
  failed: [`${brokenTasks} AND state = 'failed'`],
  cancelled: [`${brokenTasks} AND state = 'cancelled'`],
};
