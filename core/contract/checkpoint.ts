import { z } from 'zod';
import { reviewSchema } from './review';
import { taskIdSchema, taskSchema } from './task';

/** A checkpoint's number within its task: 0 is the worktree before the first turn. */
export const checkpointNumberSchema = z.number().int().nonnegative();

/**
 * - `start`: before the agent's first turn.
 * - `turn`: after a turn that changed files.
 * - `left`: what the person left by going back.
 */
const checkpointKinds = ['start', 'turn', 'left'] as const;

/**
 * What becomes of the agent's conversation when the person goes back.
 *
 * - `back`: it goes on from where it was then; the agent does not know what came after.
 * - `anew`: it begins anew with the whole task.
 * - `kept`: it stays whole, because the agent cannot go back in it; its next message says that the files went back.
 */
export const conversationsAfter = ['back', 'anew', 'kept'] as const;
export type ConversationAfter = (typeof conversationsAfter)[number];

/** A state of a task's worktree that can be gone back to: its files, index, HEAD and branch, without ignored files. */
export const checkpointSchema = z.object({
  task: taskIdSchema,
  number: checkpointNumberSchema,
  kind: z.enum(checkpointKinds),
  /** How many turns of its session had begun. */
  turn: z.number().int().nonnegative(),
  session: z.number().int().positive(),
  /** The newest event of the session's transcript then; 0 when there was none. */
  seq: z.number().int().nonnegative(),
  /** The tree of the files. */
  tree: z.string(),
  /** The checkpoint the worktree was at before, against which `change` is counted; null for the first. */
  parent: checkpointNumberSchema.nullable(),
  change: taskSchema.shape.change.unwrap(),
  at: z.number().int(),
  /** False once it is gone with the worktree of a task that is done. */
  kept: z.boolean(),
  /** The worktree was put at it, or kept as it, last: what it holds now began as this. */
  current: z.boolean(),
  /** What going back to it would mean for the agent's conversation. */
  conversation: z.enum(conversationsAfter),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** What going back did. Going back to `left` undoes it. */
export const goneBackSchema = z.object({
  task: taskIdSchema,
  checkpoint: checkpointNumberSchema,
  left: checkpointNumberSchema,
  conversation: z.enum(conversationsAfter),
});
export type GoneBack = z.infer<typeof goneBackSchema>;

/** Two states compared, as a review has it: `mergeBase` and `head` are what `reviews.patch` takes. */
export const checkpointDiffSchema = z.object({
  task: taskIdSchema,
  /** Null is the task's base. */
  from: checkpointNumberSchema.nullable(),
  to: checkpointNumberSchema,
  mergeBase: reviewSchema.shape.mergeBase,
  head: reviewSchema.shape.head,
  files: reviewSchema.shape.files,
});
export type CheckpointDiff = z.infer<typeof checkpointDiffSchema>;

/** A checkpoint in a few words, with the time of day of what was left by going back. */
export function checkpointName({ kind, turn, at }: Pick<Checkpoint, 'kind' | 'turn' | 'at'>): string {
  if (kind === 'start') return 'Before the first turn';
  return kind === 'turn' ? `After turn ${turn}` : `What you left at ${clock(at)}`;
}

/**
 * What is said in place of its size of a checkpoint whose files are those of the one before it, as when what is left by going
 * back was committed since; null of any other, and of the first.
 */
export function sameFilesWords(
  { change, parent }: Pick<Checkpoint, 'change' | 'parent'>,
  all: readonly Pick<Checkpoint, 'number' | 'kind' | 'turn' | 'at'>[],
): string | null {
  if (change.files > 0 || parent === null) return null;
  const before = all.find(({ number }) => number === parent);
  return before === undefined ? null : `the files of “${checkpointName(before)}”`;
}

function clock(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes()].map((part) => `${part}`.padStart(2, '0')).join(':');
}

/** What going back means for the conversation, a sentence for either door. */
export function conversationWords(conversation: ConversationAfter): string {
  if (conversation === 'back') return 'The agent’s conversation goes on from there, too.';
  if (conversation === 'anew') return 'The agent begins anew with the whole task.';
  return 'This agent keeps its conversation; its next message tells it that the files went back.';
}
