import { z } from 'zod';
import { agentStatusSchema } from './agent';
import { memoryHoldSchema } from './process';
import { pushProgressSchema } from './remote';
import { repositoryIdSchema, repositorySchema } from './repository';
import { requestSchema } from './request';
import { ruleSchema } from './rule';
import { settingsSchema } from './settings';
import { taskIdSchema, taskSchema } from './task';
import { terminalSchema } from './terminal';
import { trainSchema } from './train';

/**
 * What happened, told after it is committed. A follower first gets one `snapshot`, then every change since, so
 * nothing falls between a list and a subscription. Events announce; they never steer.
 */
export const changeSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    /**
     * All unfinished tasks and the newest 500 finished ones. Those that do not fit into one message follow at once, a
     * `task.changed` each.
     */
    tasks: z.array(taskSchema),
    repositories: z.array(repositorySchema),
    agents: z.array(agentStatusSchema),
    settings: settingsSchema,
    /** Why no task starts; null while they may. */
    held: memoryHoldSchema.nullable(),
    /** The pushes that go on now. */
    pushes: z.array(z.object({ task: taskIdSchema, progress: pushProgressSchema })),
    /** The trains that have not ended. */
    trains: z.array(trainSchema),
  }),
  /** Tasks that are due begin to be held for want of memory, or may start again. */
  z.object({ type: z.literal('held.changed'), held: memoryHoldSchema.nullable() }),
  z.object({ type: z.literal('task.changed'), task: taskSchema }),
  z.object({ type: z.literal('request.changed'), request: requestSchema }),
  /** What waits for a task's agent changed; `messages.list` says what it is now. */
  z.object({ type: z.literal('messages.changed'), task: taskIdSchema }),
  /** The comments on a task's change are not what they were; `comments.list` says what they are now. */
  z.object({ type: z.literal('comments.changed'), task: taskIdSchema }),
  /** A task's pull request, or what is known of it, was changed; `pullRequests.get` says what it is now. */
  z.object({ type: z.literal('pull-request.changed'), task: taskIdSchema }),
  /** A task's change is being pushed, and how far that has come; null when it has ended. */
  z.object({ type: z.literal('push.changed'), task: taskIdSchema, progress: pushProgressSchema.nullable() }),
  /** A train was approved, came further, or ended. */
  z.object({ type: z.literal('train.changed'), train: trainSchema }),
  /** A rule was made or taken back. */
  z.object({ type: z.literal('rule.changed'), rule: ruleSchema }),
  z.object({ type: z.literal('repository.changed'), repository: repositorySchema }),
  z.object({ type: z.literal('repository.removed'), id: repositoryIdSchema }),
  z.object({ type: z.literal('agents.changed'), agents: z.array(agentStatusSchema) }),
  z.object({ type: z.literal('terminal.changed'), terminal: terminalSchema }),
  /** Worktrees or backups were measured, made or taken away; `worktrees.list` and `worktrees.backups` say what there is now. */
  z.object({ type: z.literal('worktrees.changed') }),
  z.object({ type: z.literal('settings.changed'), settings: settingsSchema }),
]);
export type Change = z.infer<typeof changeSchema>;
