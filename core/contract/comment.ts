import { z } from 'zod';
import { oidSchema } from './oid';
import { taskIdSchema } from './task';

export const commentIdSchema = z.number().int().positive();

/** What a person writes about one place of a change, as long as it may be. */
export const commentTextSchema = z.string().trim().min(1).max(20_000);

/** How many comments of one task may wait to be sent at once. */
export const draftsAtOnce = 200;

/** What whoever approves a change has to know of its drafts, both doors alike. */
export function notSentWords(drafts: number): string {
  return `${drafts === 1 ? '1 comment was' : `${drafts} comments were`} not sent to the agent.`;
}

/** Lines of a file, counted from 1, both ends included. */
const lineRangeSchema = z
  .strictObject({ first: z.number().int().positive(), last: z.number().int().positive() })
  .refine(({ first, last }) => first <= last, 'The last line comes before the first.');
export type LineRange = z.infer<typeof lineRangeSchema>;

/**
 * A place of a change. `new` is the file as the change leaves it, `old` the file as it was in the commit the change began
 * from. Without lines it is the whole file.
 */
export const commentPlaceSchema = z.strictObject({
  path: z.string().min(1).max(4096),
  side: z.enum(['new', 'old']),
  lines: lineRangeSchema.nullable(),
});
export type CommentPlace = z.infer<typeof commentPlaceSchema>;

/** What became of a comment. */
const fates = ['draft', 'sent', 'addressed', 'moved', 'ignored'] as const;

/** What each of these means, as a sentence for people. */
export const fateWords: Readonly<Record<(typeof fates)[number], string>> = {
  draft: 'The agent does not have it yet; you can change it or take it back.',
  sent: 'The agent has it and is not finished.',
  addressed: 'The agent changed these lines since.',
  moved: 'The lines are what they were, at another place.',
  ignored: 'The lines are what and where they were.',
};

/** A remark on a place of a task's change, kept where it was made and followed through what is changed afterwards. */
export const commentSchema = z.object({
  id: commentIdSchema,
  task: taskIdSchema,
  /** Where it was made, or where its lines were when it was sent; the commit is `head`, or `mergeBase` for the old side. */
  place: commentPlaceSchema,
  head: oidSchema,
  mergeBase: oidSchema,
  /** The lines as they were there, the first of them when they are many; empty for a whole file. */
  quote: z.string(),
  text: z.string(),
  by: z.string(),
  createdAt: z.number().int(),
  sentAt: z.number().int().nullable(),
  /** When the person was done with it. */
  resolvedAt: z.number().int().nullable(),
  fate: z.enum(fates),
  /** Where its lines are in the change as it stands, or what took their place; null when the file is gone from it. */
  now: commentPlaceSchema.nullable(),
  /** What was changed in its lines since, as lines that begin with `-` or `+`; null when nothing was, or it cannot be told. */
  since: z.string().nullable(),
});
export type Comment = z.infer<typeof commentSchema>;
