import { z } from 'zod';

/**
 * The version of what is said on the host's socket. A host of another one is ended with what it holds (decision 0015), so
 * raise this only when nothing else will do; `hello` stays as it is in every version.
 */
export const protocol = 1;

const childId = z.string().regex(/^[a-z]+(-[0-9]{1,15}){1,2}$/);
const size = z.object({ columns: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(1000) });
const environment = z.record(z.string().max(1000), z.string().max(256 * 1024));

/**
 * How a child is connected: to a terminal of the given size, or by pipes. Of those, stdout goes into the numbered output,
 * stderr into another beside it, and what is written to stdin is kept too, each text with where the output was then.
 */
const wiring = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('terminal'), size }),
  z.object({ kind: z.literal('pipes') }),
]);

/** A program to be held by the host, and where what it prints goes. */
const newChildSchema = z.object({
  /** The caller's own name for it, never used again. */
  id: childId,
  /** The program's absolute path and its arguments; never given to a shell. */
  command: z.string().min(1),
  args: z.array(z.string()).max(1000),
  directory: z.string().min(1),
  /** The whole environment. */
  environment,
  wiring,
  /** How many bytes of its output are kept at least; older ones go. */
  keepBytes: z.number().int().positive(),
});
export type NewChild = z.infer<typeof newChildSchema>;
export type Size = z.infer<typeof size>;

/** How a child ended; written beside its output, so that it outlives the host. */
export const endingSchema = z.object({
  exitCode: z.number().int().nullable(),
  signal: z.number().int().nullable(),
  /** How many bytes it printed in all, to stdout if it was on pipes. */
  end: z.number().int().nonnegative(),
  at: z.number().int(),
});
export type Ending = z.infer<typeof endingSchema>;

/** A child as the host knows it. */
const heldSchema = z.object({
  id: childId,
  pid: z.number().int(),
  /** How many bytes it has printed. */
  end: z.number().int().nonnegative(),
  /** Why it is held up, a sentence; null when it runs freely. */
  heldUp: z.string().nullable(),
});
export type Held = z.infer<typeof heldSchema>;

/** What the runtime says to the host. `number` comes back in the reply. */
export const askedSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocol: z.number().int(), version: z.string() }),
  z.object({ type: z.literal('drain') }),
  z.object({ type: z.literal('ping'), number: z.number().int() }),
  z.object({ type: z.literal('list'), number: z.number().int() }),
  z.object({ type: z.literal('start'), number: z.number().int(), child: newChildSchema }),
  z.object({
    type: z.literal('write'),
    number: z.number().int(),
    id: childId,
    text: z.string(),
    /** How many texts a child on pipes was given before; when it was given another number this one is refused. */
    after: z.number().int().min(0).optional(),
  }),
  z.object({ type: z.literal('close'), number: z.number().int(), id: childId }),
  z.object({ type: z.literal('resize'), number: z.number().int(), id: childId, size }),
  z.object({ type: z.literal('end'), number: z.number().int(), id: childId, graceMs: z.number().int().min(0) }),
]);
export type Asked = z.infer<typeof askedSchema>;
/** What is asked for and answered. */
export type Question = Exclude<Asked, { type: 'hello' | 'drain' }>;

/** What the host says. */
export const saidSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocol: z.number().int(), version: z.string(), pid: z.number().int() }),
  z.object({
    type: z.literal('reply'),
    number: z.number().int(),
    /** Why it could not be done; null when it was. */
    failure: z.string().nullable(),
    /** That it may be done later; not said by every host. */
    later: z.boolean().optional(),
    children: z.array(heldSchema).optional(),
  }),
  z.object({ type: z.literal('grew'), child: heldSchema }),
  z.object({ type: z.literal('ended'), id: childId, ending: endingSchema }),
]);
export type Said = z.infer<typeof saidSchema>;

/** What a host leaves in `run/` so that it is found: where it listens and which process it is. */
export const hostRecordSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  pid: z.number().int(),
  socket: z.string(),
});
export type HostRecord = z.infer<typeof hostRecordSchema>;
