import { z } from 'zod';
import { CodedError } from './errors';
import { type RelayMessage, readRelayMessage, relayNameSchema, relayPatternSchema } from './relay';

const payloads = {
  subscribe: z.strictObject({ pattern: relayPatternSchema, after: z.number().int().nonnegative().optional() }),
  unsubscribe: z.strictObject({ pattern: relayPatternSchema }),
  send: z.strictObject({ session: relayNameSchema, role: relayNameSchema, message: z.unknown() }),
} as const;

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
      throw new CodedError('BAD_INPUT', `There is no ${type} here. Ask for subscribe, unsubscribe or send.`);
  }
}

function read<T>(schema: z.ZodType<T>, payload: unknown): T {
  const { success, data, error } = schema.safeParse(payload);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new CodedError('BAD_INPUT', `The payload does not fit: ${where}${issue?.message ?? 'see docs/relay.md'}`);
}
