import { z } from 'zod';
import { CodedError } from './errors';
import { type RelayMessage, readRelayMessage, relayNameSchema, relayPatternSchema } from './relay';

const payloads = {
  subscribe: z.strictObject({ pattern: relayPatternSchema, after: z.number().int().nonnegative().optional() }),
  unsubscribe: z.strictObject({ pattern: relayPatternSchema }),
  send: z.strictObject({ session: relayNameSchema, role: relayNameSchema, message: z.unknown() }),
} as const;

/** Something that may be asked for, for whoever asked for nothing. */
export const askingExample = '{"id":"1","type":"subscribe","payload":{"pattern":"sessions.>"}}';

/** What somebody who follows the relay over a WebSocket asks for. */
export type RelayAsking =
  | { readonly type: 'subscribe'; readonly pattern: string; readonly after?: number | undefined }
  | { readonly type: 'unsubscribe'; readonly pattern: string }
  | { readonly type: 'send'; readonly session: string; readonly role: string; readonly message: RelayMessage };

/** What a message asks for. Throws BAD_INPUT with what does not fit. */
export function readRelayAsking({ type, payload }: RelayMessage): RelayAsking {
  switch (type) {
    case 'subscribe':
      return { type, ...read(payloads.subscribe, payload) };
    case 'unsubscribe':
      return { type, ...read(payloads.unsubscribe, payload) };
    case 'send': {
      const { session, role, message } = read(payloads.send, payload);
      return { type, session, role, message: readRelayMessage(message) };
    }
    default:
      throw new CodedError(
        'BAD_INPUT',
        `There is no ${type} here. Ask for subscribe, unsubscribe or send, such as ${askingExample}.`,
      );
  }
}

/** What each word of a payload has to be. */
const wanted: Readonly<Record<string, string>> = {
  pattern: 'a pattern like sessions.*.results.claude or sessions.>',
  after: 'a whole number that is not less than 0, or left out',
  session: 'a name of 1 to 64 letters, digits, dashes and underscores',
  role: 'a name of 1 to 64 letters, digits, dashes and underscores',
};

function read<T>(schema: z.ZodType<T>, payload: unknown): T {
  const { success, data, error } = schema.safeParse(payload);
  if (success) return data;
  const [issue] = error.issues;
  throw new CodedError(
    'BAD_INPUT',
    `The payload does not fit: ${issue === undefined ? 'see docs/relay-agents.md' : wordsOf(issue, payload)}.`,
  );
}

function wordsOf(issue: z.core.$ZodIssue, payload: unknown): string {
  if (issue.code === 'unrecognized_keys') return `it has ${issue.keys.join(', ')}, which nobody asks for`;
  const [word] = issue.path;
  if (typeof word !== 'string') return `it must be an object, and is ${kindOf(payload)}`;
  const given = (payload as Readonly<Record<string, unknown>>)[word];
  const what =
    given === undefined
      ? 'is missing'
      : `is ${typeof given === 'object' ? kindOf(given) : JSON.stringify(given).slice(0, 100)}`;
  return `${word} must be ${wanted[word] ?? 'something else'}, and ${what}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`;
}
