import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { agentStatusSchema } from './agent';
import { agentReviewSchema, newAgentReviewSchema } from './agent-review';
import { budgetSchema } from './budget';
import { changeSchema } from './change';
import { checkNameSchema, checkOutputSchema, repositoryCheckSchema, repositoryChecksSchema } from './check';
import { checkpointDiffSchema, checkpointNumberSchema, checkpointSchema, goneBackSchema } from './checkpoint';
import { commentIdSchema, commentPlaceSchema, commentSchema, commentTextSchema, mostOnWhole } from './comment';
import { decisionRecordSchema, sealedDecisionSchema } from './decision';
import { doctorReportSchema } from './doctor';
import { messageIdSchema, messageSchema, messageTextSchema } from './message';
import { processListSchema } from './process';
import { forgeAccountSchema, mergeMethodSchema, newPullRequestSchema, pullRequestSchema } from './pull-request';
import { pushedSchema, pushSchema, remotesSchema } from './remote';
import { branchSchema, repositoryIdSchema, repositoryInspectionSchema, repositorySchema } from './repository';
import { newLandingSchema } from './repository-landing';
import { answerSchema, requestIdSchema, requestSchema } from './request';
import { approvalSchema, changePartSchema, reviewSchema, shownFileSchema } from './review';
import { fileTextSchema, hunkPlaceSchema, maxEditedBytes, repositoryPathSchema, reviewEditSchema } from './review-edit';
import { ruleIdSchema, ruleSchema } from './rule';
import { searchAnswerSchema, searchQuerySchema } from './search';
import { sessionSchema } from './session';
import { settingsSchema } from './settings';
import { statusSchema } from './status';
import { afterwardsSchema } from './takeover';
import { newTaskSchema, taskDetailSchema, taskEditSchema, taskIdSchema, taskSchema, taskStateSchema } from './task';
import { openedKinds, terminalBytesSchema, terminalIdSchema, terminalSchema, terminalSizeSchema } from './terminal';
import { transcriptEventSchema } from './transcript';
import { waitedSchema } from './waited';

const taskRef = z.strictObject({ task: taskIdSchema });
const repositoryRef = z.strictObject({ repository: repositoryIdSchema });
/**
 * Whether to trust what a repository would run, and the `trustHash` of the inspection the person was shown. When that
 * is not what it would run now, nothing is trusted and the answer is MOVED; without it nobody was shown anything.
 */
const trusting = { trust: z.boolean(), expected: z.string().max(200).optional() };

const commandLine = z.string().trim().min(1).max(4000).nullable();
const commentRef = z.strictObject({ comment: commentIdSchema });
/** Comments on one task. */
const commentRefs = z.strictObject({ comments: z.array(commentIdSchema).min(1).max(1000) });
const terminalRef = z.strictObject({ terminal: terminalIdSchema });

/** The only list of calls. Every door mounts the router that implements it; a new call never adds a channel. */
export const calls = {
  repositories: {
    list: oc.output(z.array(repositorySchema)),
    /** Looks at a path without adding it. Fails with the reason when it cannot be added. */
    inspect: oc.input(z.strictObject({ path: z.string().min(1).max(4096) })).output(repositoryInspectionSchema),
    /** Adds a repository, or gives back the one already there; `trust: true` also trusts what is there now. */
    add: oc.input(z.strictObject({ path: z.string().min(1).max(4096), ...trusting })).output(repositorySchema),
    trust: oc.input(repositoryRef.extend(trusting)).output(repositorySchema),
    configure: oc
      .input(
        repositoryRef.extend({
          /** All its checks, in their order. */
          checks: repositoryChecksSchema.optional(),
          runCommand: commandLine.optional(),
          landing: newLandingSchema.optional(),
          budget: budgetSchema.optional(),
        }),
      )
      .output(repositorySchema),
    /** Forgets a repository with no unfinished tasks; nothing in the repository itself is touched. */
    remove: oc.input(repositoryRef).output(z.void()),
    branches: oc.input(repositoryRef).output(z.array(branchSchema)),
    /** Where it can be pushed to, and where a branch based on `base` goes unless another remote is named. */
    remotes: oc.input(repositoryRef.extend({ base: z.string().max(1000).optional() })).output(remotesSchema),
  },
  tasks: {
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
    /**
     * Puts exactly what the ids name on a branch of a remote; the task stays in review. MOVED when the change or the remote is
     * another now, or somebody else moved the branch there; SIGN_IN_NEEDED, REMOTE_FAILED. Ends with its caller.
     */
    push: oc.input(pushSchema).output(pushedSchema),
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
    /** Bases a task on another branch, onto which its change is to land then; NO_SUCH_BRANCH when there is none. */
    changeBase: oc.input(taskRef.extend({ base: z.string().min(1).max(1000) })).output(taskSchema),
    /**
     * Opens the agent's own screen on a terminal of the task, on the same conversation, as soon as its turn is over;
     * `interrupt` ends the turn instead of waiting. A task that is over otherwise is queued again for it.
     */
    take: oc
      .input(taskRef.extend({ interrupt: z.boolean().default(false), size: terminalSizeSchema }))
      .output(taskSchema),
    /** Ends the person's drive: the agent goes on by itself, or what there is goes into review. */
    handBack: oc.input(taskRef.extend({ afterwards: afterwardsSchema.default('go on') })).output(taskSchema),
    /** Throws the change away, keeping everything under a backup ref. */
    discard: oc.input(taskRef).output(taskSchema),
    /**
     * Changes what a queued task was given: its priority, what it waits for beside what it waits for already, and, before it
     * ever began, its agent. WRONG_STATE for another one.
     */
    edit: oc.input(taskRef.extend(taskEditSchema.shape)).output(taskSchema),
    /** Brings a discarded task back to the state it was discarded in. */
    restore: oc.input(taskRef).output(taskSchema),
  },
  reviews: {
    get: oc.input(taskRef).output(reviewSchema),
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
    file: oc
      .input(taskRef.extend({ head: reviewSchema.shape.head, path: repositoryPathSchema }))
      .output(fileTextSchema),
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
  },
  pullRequests: {
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
  },
  forges: {
    /** The forges that can be signed in to, and whether they let us in. */
    list: oc.output(z.array(forgeAccountSchema)),
    /** Tries a token and keeps it, sealed by the system's keychain where there is one. */
    login: oc
      .input(z.strictObject({ host: z.string().min(1).max(300), token: z.string().regex(/^[\x21-\x7e]{10,1000}$/) }))
      .output(forgeAccountSchema),
    /** Forgets the token of a host. */
    logout: oc.input(z.strictObject({ host: z.string().min(1).max(300) })).output(forgeAccountSchema),
  },
  comments: {
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
  },
  checks: {
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
  },
  checkpoints: {
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
  },
  requests: {
    /** Open requests, the most urgent first (how long each blocks its agent, times priority): as many as fit into one message. */
    list: oc.output(z.array(requestSchema)),
    answer: oc.input(z.strictObject({ request: requestIdSchema, answer: answerSchema })).output(requestSchema),
    /** How long agents waited for the person since a time, which is the beginning of the day where the person is. */
    waited: oc.input(z.strictObject({ since: z.number().int().nonnegative() })).output(waitedSchema),
  },
  processes: {
    /** What runs for tasks now, of one task when it is given. Each call looks anew; processor use is since the call before. */
    list: oc.input(z.strictObject({ task: taskIdSchema.optional() })).output(processListSchema),
  },
  rules: {
    /** The standing rules, newest first; with `revoked` also those that were taken back. */
    list: oc.input(z.strictObject({ revoked: z.boolean().default(false) })).output(z.array(ruleSchema)),
    /** Takes a rule back: what it covers is asked again. */
    revoke: oc.input(z.strictObject({ rule: ruleIdSchema })).output(ruleSchema),
  },
  decisions: {
    /**
     * The record of decisions after number `after` (0 for all), oldest first; of one task when it is given. Some 4 MiB of
     * it at most, whatever the limit; ask on until nothing comes.
     */
    list: oc
      .input(
        z.strictObject({
          after: z.number().int().nonnegative().default(0),
          limit: z.number().int().min(1).max(500).default(100),
          task: taskIdSchema.optional(),
        }),
      )
      .output(z.array(sealedDecisionSchema)),
    /** Reads the whole record and says whether it holds together. */
    check: oc.output(decisionRecordSchema),
  },
  sessions: {
    list: oc.input(taskRef).output(z.array(sessionSchema)),
    /** What the transcript holds now after `after` (0 for all), some 4 MiB of it at most; ask on until nothing comes. */
    read: oc
      .input(z.strictObject({ session: z.number().int().positive(), after: z.number().int().nonnegative() }))
      .output(z.array(transcriptEventSchema)),
    /** The transcript after `after` (0 for all), in batches, and on as it grows; ends when the follower leaves. */
    follow: oc
      .input(z.strictObject({ session: z.number().int().positive(), after: z.number().int().nonnegative() }))
      .output(eventIterator(z.array(transcriptEventSchema))),
  },
  messages: {
    /** What was said to a task's agent and waits until the agent takes it, oldest first. */
    list: oc.input(taskRef).output(z.array(messageSchema)),
    /** Says something to the agent of a task that is queued, running or waiting, as its next message. */
    add: oc.input(taskRef.extend({ text: messageTextSchema })).output(messageSchema),
    /** Changes a message the agent has not been given; WRONG_STATE once it has. */
    edit: oc.input(z.strictObject({ message: messageIdSchema, text: messageTextSchema })).output(messageSchema),
    /** Takes back a message the agent has not been given; WRONG_STATE once it has. */
    remove: oc.input(z.strictObject({ message: messageIdSchema })).output(z.void()),
  },
  search: {
    /** Places in tasks and conversations that have every word. Whatever is typed is a question, never an error. */
    find: oc.input(searchQuerySchema).output(searchAnswerSchema),
  },
  terminals: {
    /** A task's terminals, oldest first. */
    list: oc.input(taskRef).output(z.array(terminalSchema)),
    /** Starts a shell in the task's worktree, or its repository's run command in place of the one that runs. */
    open: oc.input(taskRef.extend({ kind: z.enum(openedKinds), size: terminalSizeSchema })).output(terminalSchema),
    /**
     * At most 256 KiB of what was printed from byte `from` on. With `wait`, an answer without bytes comes only after half a
     * minute: whoever shows a terminal asks on and on, each time when it has shown what it got, and is never given more
     * than it can take.
     */
    read: oc
      .input(terminalRef.extend({ from: z.number().int().nonnegative(), wait: z.boolean().default(false) }))
      .output(terminalBytesSchema),
    write: oc.input(terminalRef.extend({ text: z.string().max(128 * 1024) })).output(z.void()),
    resize: oc.input(terminalRef.extend({ size: terminalSizeSchema })).output(z.void()),
    /** Ends its program and whatever that started, and answers when nothing of it is left. */
    close: oc.input(terminalRef).output(terminalSchema),
  },
  settings: {
    list: oc.output(settingsSchema),
    set: oc.input(z.strictObject({ name: z.string(), value: z.json() })).output(settingsSchema),
  },
  agents: {
    /** What is installed. `refresh` looks again instead of giving what was found last. */
    list: oc.input(z.strictObject({ refresh: z.boolean().default(false) })).output(z.array(agentStatusSchema)),
  },
  runtime: {
    status: oc.output(statusSchema),
    doctor: oc.output(doctorReportSchema),
    /** Makes a sample repository and queues an echo task in it: the main job without a key. */
    demo: oc.output(taskDetailSchema),
    /** Asks the owner to stop after what is in hand is parked. */
    stop: oc.output(z.void()),
  },
  changes: {
    /** One snapshot, then every change until the follower leaves. */
    follow: oc.output(eventIterator(changeSchema)),
  },
};

/** The contract as a type, from which clients and doors derive theirs. */
export type Calls = typeof calls;
