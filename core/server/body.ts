import type { IncomingMessage } from 'node:http';
import type { Refusal } from './gate';

/** What came of reading a body. */
export type Body =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const tooLarge = (limit: number): Refusal => ({ status: 413, reason: `The body is larger than ${limit} bytes.` });

/** Reads a request's body as JSON, at most `limit` bytes of it. An empty one is no value. */
export async function readJson(request: IncomingMessage, limit: number): Promise<Body> {
  const refused = (refusal: Refusal): Body => ({ kind: 'refused', refusal });
  if (Number(request.headers['content-length'] ?? 0) > limit) return refused(tooLarge(limit));
  const { 'content-type': type = '' } = request.headers;
  if (!/^application\/json\s*(;|$)/i.test(type) && type !== '')
    return refused({ status: 415, reason: 'The body must be application/json.' });
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > limit) return refused(tooLarge(limit));
      pieces.push(piece);
    }
  } catch {
    return refused({ status: 408, reason: 'The body did not come whole.' });
  }
  const text = Buffer.concat(pieces).toString('utf8');
  if (text === '') return { kind: 'json', value: undefined };
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch {
    return refused({ status: 400, reason: 'The body is not JSON.' });
  }
}
