import { z } from 'zod';
import { CodedError } from './errors';

/** How long a message may be as JSON, in bytes. */
export const mostMessageBytes = 1024 * 1024;

/**
 * How much work may wait for answers: so many messages of one agent and of all together, and so many bytes of their text of one session
 * and of all.
 */
export const mostUnanswered = {
  ofOne: 1_000,
  ofAll: 100_000,
  bytesOfSession: 64 * 1024 * 1024,
  bytesOfAll: 1024 * 1024 * 1024,
} as const;

const tokenForm = /^[A-Za-z0-9_-]{1,64}$/;
const idForm = /^[\x20-\x7e]{1,128}$/;
const typeForm = /^[A-Za-z0-9._-]{1,64}$/;
const mostSubject = 255;

/** How deep the lists and objects of a payload may be in each other. */
const deepest = 64;

/** The name of a relay session, or of a role in one: a token of a subject. */
export const relayNameSchema = z
  .string()
  .regex(tokenForm, 'Give a name of 1 to 64 letters, digits, dashes and underscores.');

/** What subjects are asked for by: a subject in which `*` stands for one token, and `>` at the end for one or more. */
export const relayPatternSchema = z
  .string()
  .refine(isPattern, 'Give a pattern like sessions.*.results.claude or sessions.>.');

/** A message of the relay before it has its number. */
export interface RelayMessage {
  /** 1 to 128 printable ASCII characters. What answers a message has its id. */
  readonly id: string;
  /** 1 to 64 of A-Z a-z 0-9 . _ -, such as `result`. */
  readonly type: string;
  /** Any JSON. */
  readonly payload: unknown;
}

/** A message as everybody hears it. */
export interface Published extends RelayMessage {
  /** Grows over all subjects, and goes on after a restart. It may leave numbers out. */
  readonly seq: number;
  readonly subject: string;
  /** When it was published. */
  readonly at: number;
}

const messageShape = {
  id: z.string().regex(idForm, 'Give an id of 1 to 128 printable ASCII characters.'),
  type: z.string().regex(typeForm, 'Give a type of 1 to 64 letters, digits, dots, dashes and underscores.'),
};

/** A message that a caller gives. */
export const relayMessageSchema = z.strictObject({
  ...messageShape,
  payload: z.unknown().refine(isJson, 'Give a payload of JSON that is at most 64 deep.'),
});

/** What a follower of the relay hears: a message, or that the messages `from` to `to` are not there any more for it. */
export const relayHeardSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('message'),
    seq: z.number().int().positive(),
    subject: z.string(),
    at: z.number().int(),
    ...messageShape,
    payload: z.unknown(),
  }),
  z.object({ kind: z.literal('missed'), from: z.number().int(), to: z.number().int() }),
]);
export type RelayHeard = z.infer<typeof relayHeardSchema>;

/** An agent on the relay: one that is connected to it, one of the runner's own, or one that is not there and for whom work waits. */
export const relayAgentSchema = z.object({
  session: relayNameSchema,
  role: relayNameSchema,
  kind: z.enum(['connected', 'own', 'absent']),
  /** Since when it is there; of one that is not, since when work waits for it. */
  since: z.number().int(),
  /** Who it came as: `person`, or the key it has; empty of one that is not there. */
  by: z.string(),
  /** Work it has not answered. */
  unanswered: z.number().int().nonnegative(),
  /** Messages it was sent, and that came from it. */
  sent: z.number().int().nonnegative(),
  received: z.number().int().nonnegative(),
});
export type RelayAgent = z.infer<typeof relayAgentSchema>;

/** What carries the messages, and how far back they are kept. */
export const relayStatusSchema = z.object({
  bus: z.enum(['embedded', 'nats']),
  /** Where the NATS server is, without secrets; null for the embedded bus. */
  url: z.string().nullable(),
  /** The numbers of the oldest and the newest message that is kept; both 0 when none is. */
  first: z.number().int().nonnegative(),
  last: z.number().int().nonnegative(),
  /** How many are connected. */
  connections: z.number().int().nonnegative(),
});
export type RelayStatus = z.infer<typeof relayStatusSchema>;

/** Where work for an agent goes. */
export function workSubject(session: string, role: string): string {
  return `sessions.${session}.work.${role}`;
}

/** Where an agent answers. */
export function resultsSubject(session: string, role: string): string {
  return `sessions.${session}.results.${role}`;
}

/** Where a session tells what happens. */
export function eventsSubject(session: string): string {
  return `sessions.${session}.events`;
}

/** Whether this may be the name of a session or a role. */
export function isRelayName(name: string): boolean {
  return tokenForm.test(name);
}

/** Whether a session of this name is one of the runner's: those are numbers, and no remote agent may have such a name. */
export function isOwnSession(session: string): boolean {
  return /^\d+$/.test(session);
}

/** Whether this is a subject or a pattern of them. */
export function isPattern(pattern: string): boolean {
  if (pattern.length > mostSubject) return false;
  const tokens = pattern.split('.');
  return tokens.every(
    (token, at) => tokenForm.test(token) || token === '*' || (token === '>' && at === tokens.length - 1),
  );
}

/** Whether a subject is of a pattern. */
export function matchesPattern(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const tokens = subject.split('.');
  for (const [at, want] of wanted.entries()) {
    if (want === '>') return tokens.length > at;
    if (at >= tokens.length || (want !== '*' && want !== tokens[at])) return false;
  }
  return tokens.length === wanted.length;
}

/** A message of work, for whoever sent none. */
const workExample = '{"id":"1","type":"work","payload":{}}';

/**
 * The message that a parsed JSON value is. Throws BAD_INPUT with what is wrong with it and `example`, which would be taken. Made for
 * every message: it is quick.
 */
export function readRelayMessage(value: unknown, example = workExample): RelayMessage {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw notAMessage('it is no JSON object', example);
  const { id, type, payload } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || !idForm.test(id)) {
    throw notAMessage('its id is not 1 to 128 printable ASCII characters', example);
  }
  if (typeof type !== 'string' || !typeForm.test(type)) {
    throw notAMessage('its type is not 1 to 64 letters, digits, dots, dashes and underscores', example);
  }
  if (payload === undefined) throw notAMessage('it has no payload', example);
  if (Object.keys(value).length !== 3) throw notAMessage('it has more than an id, a type and a payload', example);
  if (!isJson(payload)) throw notAMessage(`its payload is more than ${deepest} deep`, example);
  return { id, type, payload };
}

function notAMessage(why: string, example: string): CodedError {
  return new CodedError('BAD_INPUT', `This is no message: ${why}. Send ${example}.`);
}

function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= deepest) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) if (!isJson((value as Readonly<Record<string, unknown>>)[key], depth + 1)) return false;
  return true;
}
