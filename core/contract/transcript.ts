import { z } from 'zod';
import { betweenTurns, conversationsAfter } from './checkpoint';

/** 1, 2, 3 … within the session, and when it was written. */
const stamp = { seq: z.number().int().positive(), at: z.number().int() };

/** Every event has its stamp; one flat object each, because ten thousand of them are checked when a conversation is opened. */
function event<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ ...stamp, ...shape });
}

/**
 * One line of a session's transcript. Text from an agent is untrusted: views show it as text and nothing else.
 * `message` groups the pieces of one streamed message; `tool` events with the same `call` describe one tool call,
 * later ones adding to earlier ones.
 */
export const transcriptEventSchema = z.discriminatedUnion('type', [
  event({ type: z.literal('prompt'), text: z.string(), by: z.enum(['person', 'switchyard']) }),
  event({ type: z.literal('text'), message: z.string(), text: z.string() }),
  event({ type: z.literal('thought'), message: z.string(), text: z.string() }),
  event({
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
  event({
    type: z.literal('plan'),
    entries: z.array(z.object({ text: z.string(), status: z.enum(['pending', 'in_progress', 'completed']) })),
  }),
  event({ type: z.literal('request'), request: z.number().int(), kind: z.string(), title: z.string() }),
  event({
    type: z.literal('answer'),
    request: z.number().int(),
    text: z.string(),
    by: z.string(),
    /** What was decided; left out where nothing was to be decided, and in transcripts written before it was kept. */
    decision: z.enum(['allow', 'deny']).optional(),
  }),
  event({
    type: z.literal('usage'),
    inputTokens: z.number().int().nullable(),
    outputTokens: z.number().int().nullable(),
    costUsd: z.number().nullable(),
  }),
  /** How much of what the model can hold the conversation fills now, in tokens; null where the agent does not say. */
  event({ type: z.literal('context'), used: z.number().int(), size: z.number().int().nullable() }),
  event({ type: z.literal('notice'), level: z.enum(['info', 'warning', 'error']), text: z.string() }),
  event({ type: z.literal('commit'), oid: z.string(), subject: z.string(), files: z.number().int() }),
  event({
    type: z.literal('check'),
    /** The run it tells of, and what its check is called; left out in transcripts written before it was kept. */
    run: z.number().int().optional(),
    name: z.string().optional(),
    command: z.string(),
    passed: z.boolean(),
  }),
  /** A turn is over, or the next one begins, and what was made of the files is kept as a checkpoint of the task. */
  event({
    type: z.literal('checkpoint'),
    checkpoint: z.number().int(),
    /** Left out where the turn itself made it. */
    between: z.enum(betweenTurns).optional(),
    turn: z.number().int(),
    files: z.number().int(),
    additions: z.number().int(),
    deletions: z.number().int(),
  }),
  /** The person went back to a checkpoint; `left` is the one that keeps what was left by that. */
  event({
    type: z.literal('back'),
    /** Tells this going back from others; told twice after a crash. */
    back: z.number().int(),
    checkpoint: z.number().int(),
    /** The checkpoint in a few words. */
    name: z.string(),
    left: z.number().int(),
    conversation: z.enum(conversationsAfter),
  }),
]);
export type TranscriptEvent = z.infer<typeof transcriptEventSchema>;

type WithoutStamp<Event> = Event extends unknown ? Omit<Event, keyof typeof stamp> : never;

/** An event before it has its number. */
export type TranscriptBody = WithoutStamp<TranscriptEvent>;
