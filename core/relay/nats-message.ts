import type { JsMsg } from '@nats-io/jetstream';
import { isPattern, readRelayMessage } from '../contract/relay';
import type { HeardMessage } from './bus';
import { heardMessage, messageText } from './frame';

/** The header with the number and the time of work: of its number on the stream of the newest, or 0 there. */
export const stampHeader = 'Switchyard-Stamp';

/** What is read of a message of a stream, however it came. */
type NatsMessage = Pick<JsMsg, 'subject' | 'seq' | 'time' | 'headers' | 'string'>;

/**
 * A message of a stream as it is told, on its own subject unless another is given; undefined when it is none of the relay's:
 * anybody may publish on a NATS server.
 */
export function natsMessage(message: NatsMessage, subject = message.subject): HeardMessage | undefined {
  if (!isPattern(subject)) return undefined;
  try {
    const raw = message.string();
    const text = messageText(readRelayMessage(JSON.parse(raw)), raw);
    const [seq = 0, at = 0] = (message.headers?.get(stampHeader) ?? '').split(' ').map(Number);
    return heardMessage({ seq: seq || message.seq, subject, at: at || Math.floor(message.time.getTime()) }, text);
  } catch {
    return undefined;
  }
}
