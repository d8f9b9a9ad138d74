import { z } from 'zod';
import { severitySchema } from './agent-review';
import { oidSchema } from './oid';
import { taskIdSchema } from './task';

export const commentIdSchema = z.number().int().positive();

/** What a person writes about one place of a change, as long as it may be. */
export const commentTextSchema = z.string().trim().min(1).max(20_000);

/** As many characters may be said about the whole of a change when it is sent back. */
export const mostOnWhole = 100_000;

/** How many comments of one task may wait to be sent at once. */
export const draftsAtOnce = 200;

/** How many comments of one task an approval may name that stay behind. */
export const leftAtOnce = 5_000;

/** What whoever approves a change has to know of its drafts and of agents' comments nobody decided on, both doors alike. */
export function notSentWords(drafts: number, undecided = 0): string {
  const sent = `${drafts === 1 ? '1 comment was' : `${drafts} comments were`} not sent to the agent.`;
  const open = `${undecided === 1 ? "1 comment of an agent's review is" : `${undecided} comments of an agent's review are`} undecided.`;
  return [...(drafts > 0 || undecided === 0 ? [sent] : []), ...(undecided > 0 ? [open] : [])].join(' ');
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
const fates = ['proposed', 'draft', 'sent', 'addressed', 'moved', 'ignored'] as const;

/** What each of these means, as a sentence for people. */
export const fateWords: Readonly<Record<(typeof fates)[number], string>> = {
  proposed: 'A reviewing agent wrote it; it goes to nobody unless you accept it.',
  draft: 'The agent does not have it yet; you can change it or take it back.',
  sent: 'The agent has it and is not finished.',
  addressed: 'The agent changed these lines since.',
  moved: 'The lines are what they were, at another place.',
  ignored: 'The lines are what and where they were.',
};

/** What is said of a place of a task's change, kept where it was made and followed through what is changed afterwards. */
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
  /** The agent that left it and the task of its review; null for the person's own. */
  reviewer: z
    .object({
      task: taskIdSchema,
      agent: z.string(),
      severity: severitySchema.nullable(),
      /** When the person made it one of theirs; null while they have not decided. */
      acceptedAt: z.number().int().nullable(),
    })
    .nullable(),
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

/** Whether an agent left it and the person has not decided on it. */
export function isUndecided({ reviewer, sentAt }: Pick<Comment, 'reviewer' | 'sentAt'>): boolean {
  return reviewer !== null && reviewer.acceptedAt === null && sentAt === null;
}

/** Whether it is the person's to send, and was not sent. One they resolved unsent, as could be done once, waits for nobody. */
export function isDraft(comment: Pick<Comment, 'reviewer' | 'sentAt' | 'resolvedAt'>): boolean {
  return comment.sentAt === null && comment.resolvedAt === null && !isUndecided(comment);
}
