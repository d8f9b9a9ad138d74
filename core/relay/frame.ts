import { CodedError } from '../contract/errors';
import { mostMessageBytes, type Published, type RelayMessage } from '../contract/relay';
import type { HeardMessage } from './bus';

/**
 * The JSON text of a message, on one line. `raw`, the text it came as, is used where it is that already; anything else in it than
 * the message itself, a key twice for instance, would be read by some and not by others. Throws BAD_INPUT when it is too long.
 */
export function messageText(message: RelayMessage, raw?: string): string {
  const text = raw !== undefined && isPlain(message, raw) ? raw : JSON.stringify(inOrder(message));
  // A character has at most three bytes, so most texts need not be counted.
  if (text.length * 3 > mostMessageBytes && Buffer.byteLength(text) > mostMessageBytes) {
    throw new CodedError(
      'BAD_INPUT',
      `A message may have ${mostMessageBytes} bytes at most. Send less, or a place to find it.`,
    );
  }
  return text;
}

/** A message with its number, as it is told and kept. `text` is its JSON text. */
export function heardMessage(
  stamp: { readonly seq: number; readonly subject: string; readonly at: number },
  text: string,
): HeardMessage {
  const { seq, subject, at } = stamp;
  return framed(seq, subject, Buffer.from(`{"seq":${seq},"subject":"${subject}","at":${at},${text.slice(1)}`));
}

/** What answers work that was taken back. */
export function takenBack(id: string): RelayMessage {
  return { id, type: 'taken-back', payload: null };
}

/** A message of which the frame is known. */
export function framed(
  seq: number,
  subject: string,
  frame: Buffer,
  message: () => Published = () => JSON.parse(frame.toString()) as Published,
): HeardMessage {
  return { kind: 'message', seq, subject, frame, message };
}

function inOrder({ id, type, payload }: RelayMessage): RelayMessage {
  return { id, type, payload };
}

/** What a payload may not hold if its text is to be used as it came: a line break, or what may be a key of the message said twice. */
const doubtful = /[\n\r]|\\u|"(?:id|type|payload)"/g;

function isPlain({ id, type }: RelayMessage, raw: string): boolean {
  const head = `{"id":${JSON.stringify(id)},"type":"${type}","payload":`;
  if (!raw.startsWith(head) || !raw.endsWith('}')) return false;
  doubtful.lastIndex = head.length;
  return !doubtful.test(raw);
}
