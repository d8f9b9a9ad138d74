import { z } from 'zod';
import { assertNever } from './errors';
import { reviewSchema } from './review';
import { taskIdSchema, taskSchema } from './task';

/** A checkpoint's number within its task: 0 is the worktree before the first turn. */
export const checkpointNumberSchema = z.number().int().nonnegative();

/**
 * - `start`: before the agent's first turn.
 * - `turn`: after a turn that changed files.
 * - `edited`: what came to the files after that turn and before the next one. Whose it is nothing tells: the person's edits, what
 *   checks, setup or a run command left there, or a turn that could not be kept.
 * - `restacked`: the same, where Switchyard had brought the branch onto its base or its stack in between.
 * - `left`: what the person left by going back.
 */
const checkpointKinds = ['start', 'turn', 'edited', 'restacked', 'left'] as const;

/** What a checkpoint keeps that came between two turns. */
export const betweenTurns = ['edited', 'restacked'] as const satisfies readonly (typeof checkpointKinds)[number][];

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
  switch (kind) {
    case 'start':
      return 'Before the first turn';
    case 'turn':
      return `After turn ${turn}`;
    case 'edited':
      return `What changed before turn ${turn + 1}`;
    case 'restacked':
      return `Brought up to date before turn ${turn + 1}`;
    case 'left':
      return `What you left at ${clock(at)}`;
    default:
      return assertNever(kind);
  }
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

/** The checkpoints that led to where the worktree is. What is none of them was left behind by going back. */
export function standing(all: readonly Pick<Checkpoint, 'number' | 'parent' | 'current'>[]): ReadonlySet<number> {
  const numbers = new Set<number>();
  let at = all.find(({ current }) => current);
  while (at !== undefined && !numbers.has(at.number)) {
    numbers.add(at.number);
    const { parent } = at;
    at = all.find(({ number }) => number === parent);
  }
  return numbers;
}

/**
 * Which checkpoint somebody most likely means who goes back: the newest that led to where the worktree is and differs from it;
 * of one that has gone back already, the newest of all that differs.
 */
export function likelyTarget(
  all: readonly Pick<Checkpoint, 'number' | 'parent' | 'tree' | 'current' | 'kept'>[],
  { atWork }: { readonly atWork: boolean },
): number | undefined {
  const kept = all.filter((one) => one.kept);
  const now = kept.find(({ current }) => current);
  // A turn that has begun may have changed anything since.
  if (atWork && now !== undefined) return now.number;
  const newestFirst = [...kept].reverse();
  const others = newestFirst.filter(({ tree, current }) => !current && tree !== now?.tree);
  const led = now === newestFirst[0] ? standing(all) : null;
  return (others.find(({ number }) => led === null || led.has(number)) ?? others[0] ?? kept[0])?.number;
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
