import { z } from 'zod';
import { taskIdSchema, taskStateSchema } from './task';
import { bytesWords } from './worktree';

/** What a place is: the task itself, or what a line of a conversation holds. */
const foundKinds = [
  'task',
  'prompt',
  'text',
  'thought',
  'tool',
  'plan',
  'request',
  'answer',
  'notice',
  'commit',
  'check',
] as const;
export type FoundKind = (typeof foundKinds)[number];

/** How many characters of what one tool printed, from its beginning and from its end, are searched. */
export const searchedOutput = { beginning: 12_000, end: 4_000 } as const;

/** A piece of a snippet; `hit` when it is what was looked for. Text and nothing else. */
const snippetPieceSchema = z.object({ text: z.string(), hit: z.boolean() });
export type SnippetPiece = z.infer<typeof snippetPieceSchema>;

/** A place that has every word looked for. */
const foundSchema = z.object({
  task: taskIdSchema,
  title: z.string(),
  state: taskStateSchema,
  repository: z.string(),
  agent: z.string(),
  /** The conversation it is in and the number of the event; null for the task's own title and prompt. */
  session: z.number().int().positive().nullable(),
  seq: z.number().int().positive().nullable(),
  at: z.number().int(),
  kind: z.enum(foundKinds),
  snippet: z.array(snippetPieceSchema),
});
export type Found = z.infer<typeof foundSchema>;

/**
 * How far the index is. `building` while it catches up with what was written, as after its file was removed; `done` of
 * `of` bytes are in it then. `behind` when `of` bytes of what was written last are not in it yet; `reason` says why nobody reads
 * them, and is null when they are being read; `of` is 0 where nobody can say how many. `broken` when it cannot be written, and `missing` when there is none to read and no runtime that
 * would make it; `reason` says why.
 */
const searchIndexSchema = z.object({
  state: z.enum(['ready', 'building', 'behind', 'broken', 'missing']),
  done: z.number().int(),
  of: z.number().int(),
  reason: z.string().nullable(),
});
export type SearchIndexState = z.infer<typeof searchIndexSchema>;

/** That what was written last is not searched yet, and how much that is, as a sentence; null when all is. */
export function behindWords({ state, of, reason }: SearchIndexState): string | null {
  if (state !== 'behind') return null;
  if (of === 0) return `Not all of the conversations were searched: ${reason}`;
  if (reason !== null) return `The newest ${bytesWords(of)} of the conversations were not searched: ${reason}`;
  return `The newest ${bytesWords(of)} of the conversations are still being read; more may be found in a moment.`;
}

/** What to look for and where. Every word must be there; words in quotes stand next to each other. */
export const searchQuerySchema = z.strictObject({
  words: z.string().max(500),
  repository: z.number().int().positive().optional(),
  agent: z.string().max(100).optional(),
  states: z.array(taskStateSchema).optional(),
  limit: z.number().int().min(1).max(200).default(50),
  /** At most so many places of one task, so that a long conversation does not push out every other. */
  perTask: z.number().int().min(1).max(200).default(5),
});
export type SearchQuery = z.infer<typeof searchQuerySchema>;

export const searchAnswerSchema = z.object({
  /** The best first; of equally good ones the newest. */
  found: z.array(foundSchema),
  /** More places were found than are given. */
  more: z.boolean(),
  index: searchIndexSchema,
});
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;
