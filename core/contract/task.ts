import { z } from 'zod';
import { aboardSchema } from './aboard';
import { budgetSchema, spendingSchema } from './budget';
import { checkDetailSchema, checkSchema } from './check';
import { overlapSchema } from './overlap';
import { parkedKinds } from './park';
import { prioritySchema } from './priority';
import { repositoryIdSchema } from './repository';
import { requestSchema } from './request';
import { starts } from './stack';
import { takeoverSchema } from './takeover';

export const taskIdSchema = z.number().int().positive();

/**
 * - `queued`: stored and not in anyone's hands. A worker's claim moves it to `running` once it is due, its
 *   dependencies are done and a slot is free; the person may cancel it. One that was queued to be taken over goes back
 *   to where it was when the person changes their mind.
 * - `running`: claimed, with a lease the runner renews; the person may drive its agent meanwhile (`takeover`). The runner
 *   moves it on.
 * - `waiting`: claimed, and the agent waits for a person's answer. The answer moves it back to `running`.
 * - `review`: the agent is finished and its change is committed. The person approves, asks for changes or discards.
 * - `done`: nothing more happens; `outcome` says how it ended. A discarded task can be restored to
 *   the state it was discarded in.
 * - `failed`: the work could not be done; `error` says why. The person may retry or discard it.
 * - `cancelled`: the person stopped it. The person may retry or discard it.
 */
export const taskStates = ['queued', 'running', 'waiting', 'review', 'done', 'failed', 'cancelled'] as const;
export const taskStateSchema = z.enum(taskStates);
export type TaskState = (typeof taskStates)[number];

/** The only moves a task may make; docs/states.md draws the same table. */
export const taskTransitions: Readonly<Record<TaskState, readonly TaskState[]>> = {
  queued: ['running', 'review', 'failed', 'cancelled'],
  running: ['waiting', 'queued', 'review', 'done', 'failed', 'cancelled'],
  waiting: ['running', 'queued', 'review', 'failed', 'cancelled'],
  review: ['done', 'queued'],
  done: ['review', 'failed', 'cancelled'],
  failed: ['queued', 'done'],
  cancelled: ['queued', 'done'],
};

/** Whether the table of transitions has this move. */
export function mayMove(from: TaskState, to: TaskState): boolean {
  return taskTransitions[from].includes(to);
}

/** Whether an agent still works on a task, or is about to. */
export function isInHand({ state }: { readonly state: TaskState }): boolean {
  return state === 'queued' || state === 'running' || state === 'waiting';
}

/** How a `done` task ended: its change is on the base, is a pull request, was thrown away, or there was none to make. */
const taskOutcomes = ['merged', 'published', 'discarded', 'answered'] as const;
export type TaskOutcome = (typeof taskOutcomes)[number];

/**
 * - `autonomous`: what the agent asks leave for is allowed without asking; its questions still reach the person. What it
 *   finished waits for them in review, unless its repository says that it lands when all checks passed.
 * - `supervised`: every permission the agent asks for is put to the person, and its change waits for them in review.
 * - `human-required`: as supervised, and the person is asked before the task starts. Nothing of it ever lands without them.
 */
export const permissionLevels = ['autonomous', 'supervised', 'human-required'] as const;
export const permissionLevelSchema = z.enum(permissionLevels);
export type PermissionLevel = (typeof permissionLevels)[number];

/** What the agent used, summed over the task; null is unknown, never zero. */
export const usageSchema = z.object({
  inputTokens: z.number().int().nullable(),
  outputTokens: z.number().int().nullable(),
  costUsd: z.number().nullable(),
});
export type Usage = z.infer<typeof usageSchema>;

/** How large a task's change is, counted against its merge base. */
const changeSizeSchema = z.object({
  files: z.number().int(),
  additions: z.number().int(),
  deletions: z.number().int(),
});
export type ChangeSize = z.infer<typeof changeSizeSchema>;

/** A task as lists show it: everything but what may be long, its prompt and what its checks printed. */
export const taskSchema = z.object({
  id: taskIdSchema,
  title: z.string(),
  state: taskStateSchema,
  outcome: z.enum(taskOutcomes).nullable(),
  repositoryId: repositoryIdSchema,
  /** The repository's path. */
  repository: z.string(),
  base: z.string(),
  /** The folders its worktree has, beside the files at the top of the repository; none for all. */
  paths: z.array(z.string()),
  /** The branch the agent works on; null until the worktree is made. */
  branch: z.string().nullable(),
  agent: z.string(),
  /** Which of its agent's models does it, in the agent's own words; null for the one the agent chooses. */
  model: z.string().nullable(),
  permissionLevel: permissionLevelSchema,
  priority: prioritySchema,
  attempt: z.number().int(),
  maxAttempts: z.number().int(),
  /** Not before this time; null for now. */
  runAfter: z.number().int().nullable(),
  /** Why it is queued though it ran before: a retry, a restart, a provider's limit. Bounded like `error`. */
  queuedReason: z.string().nullable(),
  /** Why it is parked until `runAfter`; null when it is not. */
  parked: z.enum(parkedKinds).nullable(),
  /** How often in a row its provider refused for now. */
  parks: z.number().int(),
  /** The tasks this one is after: it lands after them, and starts once they are merged, published or answered. */
  after: z.array(taskIdSchema),
  /** Those of `after` whose review is enough for this one to start: from their branches. */
  afterReview: z.array(taskIdSchema),
  /** Those of `after` that keep it from starting. */
  blockedBy: z.array(taskIdSchema),
  /** Those of `after` that have not landed, so that it cannot land either. */
  landsAfter: z.array(taskIdSchema),
  /** The tasks that are after this one. */
  before: z.array(taskIdSchema),
  /** The contest it is in, with all tasks of that by id, and the one that was picked; null for none. */
  contest: z.object({ id: z.number().int(), tasks: z.array(taskIdSchema), picked: taskIdSchema.nullable() }).nullable(),
  /** The tasks whose changes it stands on, and why not as they are now, a sentence; null when it stands on its base alone. */
  stack: z.object({ on: z.array(taskIdSchema), problem: z.string().nullable() }).nullable(),
  /** Where its change meets those of other unfinished tasks, and what came to its base since; worst first. */
  overlaps: z.array(overlapSchema),
  /** The train on which it is to land, or that left it in review as it is now; null without one. */
  train: aboardSchema.nullable(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
  /** When the present state began. */
  stateSince: z.number().int(),
  /** At most some 8,000 characters; a longer one is cut and says so. */
  error: z.string().nullable(),
  usage: usageSchema,
  /** The most it may spend, with what was allowed beyond its first budget. */
  budget: budgetSchema,
  /** What it spent so far, counted while its agent works. */
  spent: spendingSchema,
  change: changeSizeSchema.nullable(),
  worktree: z.string().nullable(),
  /** The newest session, whose transcript is the conversation to show. */
  session: z.number().int().nullable(),
  /** The commit that carries the change on the base branch once merged. */
  mergedOid: z.string().nullable(),
  /** Where a removed worktree's whole state is kept; null when nothing was removed. */
  backupRef: z.string().nullable(),
  /** The person drives its agent in a terminal, or wants to; null when they do not. */
  takeover: takeoverSchema.nullable(),
  /** The task whose change its agent reviews; null for a task that makes a change. */
  reviews: taskIdSchema.nullable(),
  /** Open requests, oldest first. */
  requests: z.array(requestSchema),
  /** The newest run of each of the last 20 checks, by name. */
  checks: z.array(checkSchema),
});
export type Task = z.infer<typeof taskSchema>;

/**
 * Since when a task is where it is, as the person sees it: a question that was asked again after a restart has waited for them
 * since it was first asked.
 */
export function waitsSince({ state, stateSince, requests }: Pick<Task, 'state' | 'stateSince' | 'requests'>): number {
  return state === 'waiting' ? Math.min(stateSince, ...requests.map(({ createdAt }) => createdAt)) : stateSince;
}

/** Whether a task waits for its own next attempt, because the one before failed, and for nothing outside of it. */
export function isRetried({
  state,
  parked,
  runAfter,
  error,
}: Pick<Task, 'state' | 'parked' | 'runAfter' | 'error'>): boolean {
  return state === 'queued' && parked === null && runAfter !== null && error !== null;
}

/** One move of a task, stamped. */
const transitionSchema = z.object({
  from: taskStateSchema.nullable(),
  to: taskStateSchema,
  at: z.number().int(),
  /** `person`, `runner`, `recovery`, or `repository` for what its landing says. */
  by: z.string(),
  reason: z.string(),
  /** Which attempt a claim began; null for every other move, and for what moved before that was kept. */
  attempt: z.number().int().nullable(),
});
export type Transition = z.infer<typeof transitionSchema>;

/** What a person did to a task's change with their own hands: wrote a file, took it or part of it back, undid either. */
const handEditSchema = z.object({
  at: z.number().int(),
  kind: z.enum(['edit', 'take-back', 'undo-edit']),
  path: z.string(),
  /** Part of the file, and not the whole of it, was taken back. */
  part: z.boolean(),
});
export type HandEdit = z.infer<typeof handEditSchema>;

/** Everything about one task. */
export const taskDetailSchema = taskSchema.extend({
  checks: z.array(checkDetailSchema),
  prompt: z.string(),
  transitions: z.array(transitionSchema),
  /** Oldest first. */
  edits: z.array(handEditSchema),
});
export type TaskDetail = z.infer<typeof taskDetailSchema>;

/** A folder by its path from the top of its repository, as a person types it: `packages/api/`. */
const folderSchema = z
  .string()
  .trim()
  .max(1000)
  .transform((path) => path.replace(/^(\.\/)+|\/+$/g, ''))
  .refine(
    (path) =>
      /^[^\p{C}"\\*?[\]!#]+$/u.test(path) &&
      path.split('/').every((part) => !['', '.', '..'].includes(part) && part.toLowerCase() !== '.git'),
    'Name a folder by its path from the top of the repository, without * or quotes.',
  );

/** The name of an agent. */
export const agentNameSchema = z.string().min(1).max(100);

/** A model, as the agent that is to use it calls it. It is handed to that agent's program as one argument. */
export const modelSchema = z
  .string()
  .max(200)
  .regex(/^[\p{L}\p{N}][^\s\p{C}]*$/u, 'A model is named in one word, as its agent calls it.');

export const newTaskSchema = z.strictObject({
  repositoryId: repositoryIdSchema,
  title: z.string().trim().min(1).max(200),
  prompt: z.string().trim().min(1).max(200_000),
  agent: agentNameSchema.optional(),
  model: modelSchema.optional(),
  base: z.string().min(1).max(1000).optional(),
  /** Its worktree has only these folders, and the files above them. All without any. */
  paths: z.array(folderSchema).max(50).optional(),
  permissionLevel: permissionLevelSchema.optional(),
  priority: prioritySchema.optional(),
  after: z.array(taskIdSchema).max(50).optional(),
  /** When it may start after those: `landed` unless said otherwise. */
  when: z.enum(starts).optional(),
  runAfter: z.number().int().optional(),
  /** What is left out is as the setting `taskBudget` has it; null is no cap. */
  budget: z
    .strictObject({
      usd: budgetSchema.shape.usd.unwrap().optional(),
      tokens: budgetSchema.shape.tokens.unwrap().optional(),
      minutes: budgetSchema.shape.minutes.unwrap().optional(),
    })
    .optional(),
});
export type NewTask = z.infer<typeof newTaskSchema>;

/** What of a task can be changed: what it is after until it is done, its priority while it is queued, the rest before it began; what is left out stays. */
export const taskEditSchema = z.strictObject({
  title: newTaskSchema.shape.title.optional(),
  prompt: newTaskSchema.shape.prompt.optional(),
  budget: newTaskSchema.shape.budget,
  /** Another agent chooses its model itself unless one is named with it. */
  agent: newTaskSchema.shape.agent,
  model: newTaskSchema.shape.model,
  priority: newTaskSchema.shape.priority,
  /** Tasks to come after beside those it is after already. */
  after: newTaskSchema.shape.after,
  when: newTaskSchema.shape.when,
  /** Tasks to be after no more. */
  detach: newTaskSchema.shape.after,
});
export type TaskEdit = z.infer<typeof taskEditSchema>;
