import { z } from 'zod';

/**
 * One line of a session's transcript. Text from an agent is untrusted: views show it as text and nothing else.
 * `message` groups the pieces of one streamed message; `tool` events with the same `call` describe one tool call,
 * later ones adding to earlier ones.
 */
const transcriptBodySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('prompt'), text: z.string(), by: z.enum(['person', 'switchyard']) }),
  z.object({ type: z.literal('text'), message: z.string(), text: z.string() }),
  z.object({ type: z.literal('thought'), message: z.string(), text: z.string() }),
  z.object({
    type: z.literal('tool'),
    call: z.string(),
    title: z.string(),
    /** What sort of tool: read, edit, delete, search, execute, fetch, think, other. */
    kind: z.string(),
    status: z.enum(['pending', 'running', 'completed', 'failed']),
    input: z.string().optional(),
    output: z.string().optional(),
    diff: z.string().optional(),
    paths: z.array(z.string()).optional(),
  }),
  z.object({
    type: z.literal('plan'),
    entries: z.array(z.object({ text: z.string(), status: z.enum(['pending', 'in_progress', 'completed']) })),
  }),
  z.object({ type: z.literal('request'), request: z.number().int(), kind: z.string(), title: z.string() }),
  z.object({
    type: z.literal('answer'),
    request: z.number().int(),
    text: z.string(),
    by: z.string(),
    /** What was decided; left out where nothing was to be decided, and in transcripts written before it was kept. */
    decision: z.enum(['allow', 'deny']).optional(),
  }),
  z.object({
    type: z.literal('usage'),
    inputTokens: z.number().int().nullable(),
    outputTokens: z.number().int().nullable(),
    costUsd: z.number().nullable(),
  }),
  z.object({ type: z.literal('notice'), level: z.enum(['info', 'warning', 'error']), text: z.string() }),
  z.object({ type: z.literal('commit'), oid: z.string(), subject: z.string(), files: z.number().int() }),
  z.object({ type: z.literal('check'), command: z.string(), passed: z.boolean() }),
]);
export type TranscriptBody = z.infer<typeof transcriptBodySchema>;

export const transcriptEventSchema = z.intersection(
  z.object({
    /** 1, 2, 3 … within the session. */
    seq: z.number().int().positive(),
    at: z.number().int(),
  }),
  transcriptBodySchema,
);
export type TranscriptEvent = z.infer<typeof transcriptEventSchema>;
