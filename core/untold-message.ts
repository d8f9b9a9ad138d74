import { CodedError } from './contract/errors';
import { mostMessageBytes, type RelayMessage } from './contract/relay';
import type { Bus } from './relay/bus';

/** Publishes a message by `once`; one that is longer than the relay takes as `{ "tooLong": true }` under its id. Throws what the bus throws. */
export async function publishShort(
  bus: Bus,
  { subject, message, once }: { readonly subject: string; readonly message: RelayMessage; readonly once: string },
): Promise<void> {
  const text = JSON.stringify(message);
  const { id, type } = message;
  const short: RelayMessage = { id, type, payload: { tooLong: true } };
  if (Buffer.byteLength(text) > mostMessageBytes) await bus.publish(subject, short, undefined, once);
  else
    await bus.publish(subject, message, text, once).catch(async (cause: unknown) => {
      // A NATS server may take less.
      if (!(cause instanceof CodedError) || cause.code !== 'BAD_INPUT') throw cause;
      await bus.publish(subject, short, undefined, once);
    });
}

/** The text in the payload of a result; empty where there is none. */
export function textOf({ payload }: RelayMessage): string {
  const text = typeof payload === 'object' && payload !== null && 'text' in payload ? payload.text : '';
  return typeof text === 'string' ? text : '';
}

/** The result without its text, which says so. */
export function withoutText(message: RelayMessage): RelayMessage {
  return { ...message, payload: { ...(message.payload as object), text: '', tooLong: true } };
}
