import { z } from 'zod';
import { upstreamSchema } from './base-state';
import { checkStandSchema, passedApartSchema } from './check';
import { commentIdSchema, leftAtOnce } from './comment';
import { oidSchema } from './oid';
import { reviewEditSchema } from './review-edit';
import { strategySchema } from './strategy';
import { taskIdSchema, taskStateSchema } from './task';

export const fileChangeSchema = z.object({
  path: z.string(),
  /** The former path of a renamed or copied file. */
  oldPath: z.string().nullable(),
  status: z.enum(['added', 'modified', 'deleted', 'renamed', 'copied', 'type-changed', 'unmerged']),
  /** Null for a binary file. */
  additions: z.number().int().nullable(),
  deletions: z.number().int().nullable(),
  binary: z.boolean(),
  oldMode: z.string(),
  newMode: z.string(),
  /** Stands for what the change leaves of it, its bytes and its mode: the same for the same. */
  content: z.string(),
  /** What a person should know before trusting the lines: a submodule, an LFS pointer, a symbolic link. */
  note: z.string().nullable(),
});
export type FileChange = z.infer<typeof fileChangeSchema>;

const commitSchema = z.object({
  oid: z.string(),
  subject: z.string(),
  author: z.string(),
  at: z.number().int(),
});
export type Commit = z.infer<typeof commitSchema>;

/** A file in which a change and its base cannot be brought together. */
export const conflictSchema = z.object({
  path: z.string(),
  /** Git's word for it: `content`, `add/add`, `modify/delete`, `rename/delete`, `binary` and others. */
  kind: z.string(),
  /** What happened to it on either side, in a sentence or two. */
  about: z.string(),
});
export type Conflict = z.infer<typeof conflictSchema>;

/** A line that begins or ends a conflict which nobody resolved, as git writes it into a file. */
const leftMarkerSchema = z.object({ path: z.string(), line: z.number().int().positive() });
export type LeftMarker = z.infer<typeof leftMarkerSchema>;

/** What whoever approves a change has to know of the marks of conflicts in it, both doors alike. */
export const leftMarkersWords = 'The change leaves marks of a conflict that was not resolved:';

/**
 * A finished change as shown to the person. `base`, `mergeBase`, `head` and `tree` are bound to the approval: what is merged is
 * what these ids name, or nothing.
 */
export const reviewSchema = z.object({
  task: taskIdSchema,
  /** The base branch's tip now; of a merged change, the tip it was merged into. */
  base: oidSchema,
  /** The commit both have in common, against which the files are compared. */
  mergeBase: oidSchema,
  head: oidSchema,
  tree: oidSchema,
  /** The head the person saw when they last asked for changes; null when they never did, or it is gone. */
  lastSeen: oidSchema.nullable(),
  commits: z.array(commitSchema),
  files: z.array(fileChangeSchema),
  /** The strategies that work now; a conflict leaves none, and a task that is done has none. */
  strategies: z.array(strategySchema),
  /** The one chosen unless the person says otherwise: fast-forward when possible, else a merge commit. */
  strategy: strategySchema.nullable(),
  /** The other strategies, each with the reason why it does not work now, a sentence. */
  notPossible: z.array(z.object({ strategy: strategySchema, reason: z.string() })),
  /** Why it cannot land before others, a sentence; null when it may. */
  held: z.string().nullable(),
  /** What conflicts with the base branch now, or keeps it from what it is to stand on beside that, by file. */
  conflicts: z.array(conflictSchema),
  /** Where the change leaves the marks of a conflict that was not resolved: the first of each file, of at most 20 files. */
  markers: z.array(leftMarkerSchema),
  /**
   * Where the base branch is checked out, the edited files there that stand in the way of moving it, and what goes on there
   * that must end first, a sentence.
   */
  checkout: z.object({ path: z.string(), inTheWay: z.array(z.string()), busy: z.string().nullable() }).nullable(),
  /** The pattern by which the base is protected: then nothing lands on it. */
  protectedBy: z.string().nullable(),
  /** The branch of a remote that the base follows, if it does. */
  upstream: upstreamSchema.nullable(),
  /** How the repository's checks stand for this very head; those required that did not pass keep it from being approved. */
  checks: z.array(checkStandSchema),
  /** Required ones that passed without what came to the base since; null when there are none, or a train checked what would land. */
  passedApart: passedApartSchema.nullable(),
  /** What a commit of the whole change says unless the person says otherwise; `proposedMessage` gives that of any way to land. */
  message: z.string(),
  /** The person's own edit that `reviews.undo` would undo now; null when there is none, or something came after it. */
  edit: reviewEditSchema
    .pick({ kind: true, path: true })
    .extend({
      /** Part of the file, and not the whole of it, was taken back. */
      part: z.boolean(),
    })
    .nullable(),
});
export type Review = z.infer<typeof reviewSchema>;

/**
 * A change alone, without what landing it would meet: it is here sooner than the review. Nothing can be approved by it, because
 * nothing of it says what was merged.
 */
export const reviewedChangeSchema = reviewSchema.pick({
  task: true,
  mergeBase: true,
  head: true,
  lastSeen: true,
  commits: true,
  files: true,
  edit: true,
});
export type ReviewedChange = z.infer<typeof reviewedChangeSchema>;

/** Part of a change: two commits, and the files that differ. `mergeBase` and `head` are what `reviews.patch` takes. */
export const changePartSchema = reviewSchema.pick({ task: true, mergeBase: true, head: true, files: true });
export type ChangePart = z.infer<typeof changePartSchema>;

/** The largest file that is given whole, in bytes. */
export const maxShownBytes = 8 * 1024 * 1024;

/** A file as one of the commits of a review has it. */
export const shownFileSchema = z.object({
  /** In bytes. */
  size: z.number().int().nonnegative(),
  /** In base64: a door carries text. Null when it is larger than 8 MiB, no file, or only its size was asked for. */
  bytes: z.string().nullable(),
});
export type ShownFile = z.infer<typeof shownFileSchema>;

export const approvalSchema = z.strictObject({
  task: taskIdSchema,
  base: oidSchema,
  /** What the change was compared with when it was seen: with another commit the same branch is another change. */
  mergeBase: oidSchema,
  head: oidSchema,
  tree: oidSchema,
  strategy: strategySchema.optional(),
  message: z.string().max(20_000).optional(),
  /** The comments that may stay behind as they are, drafts and undecided ones; any other of them refuses the approval. */
  leaveComments: z.array(commentIdSchema).max(leftAtOnce).optional(),
  /** Approves though required checks did not pass: recorded with how they stood. */
  overrideChecks: z.boolean().optional(),
  /** Discards the other tasks of its contest once it landed, as `contests.pick` does. */
  discardOthers: z.boolean().optional(),
});
export type Approval = z.infer<typeof approvalSchema>;

/** A change that must land for another one to land; without ids while it is not in review. */
export const stackedReviewSchema = z.object({
  task: taskIdSchema,
  title: z.string(),
  state: taskStateSchema,
  base: oidSchema.nullable(),
  mergeBase: oidSchema.nullable(),
  head: oidSchema.nullable(),
  tree: oidSchema.nullable(),
  /** How many files it changes. */
  files: z.number().int(),
  /** Why it cannot land behind those before it, a sentence: then none of them lands at one word. Null while nothing is known of it. */
  problem: z.string().nullable(),
});
export type StackedReview = z.infer<typeof stackedReviewSchema>;

/**
 * Approves changes that stand on each other, in the order in which they land: each as it was seen, brought onto those before
 * it, and `base` as it was when the first of them lands.
 */
export const stackApprovalSchema = z.strictObject({
  base: oidSchema,
  approvals: z
    .array(approvalSchema.pick({ task: true, mergeBase: true, head: true, tree: true }))
    .min(1)
    .max(50),
  /** For each of them, where it works then; the proposed one otherwise. */
  strategy: strategySchema.optional(),
});
export type StackApproval = z.infer<typeof stackApprovalSchema>;

/** What an approval of changes that were shown in order names; of one that is not in review nothing. */
export function approvalsOf(stack: readonly StackedReview[]): StackApproval['approvals'] {
  return stack.flatMap(({ task, mergeBase, head, tree }) =>
    mergeBase === null || head === null || tree === null ? [] : [{ task, mergeBase, head, tree }],
  );
}
