import type { IncomingMessage } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import type { Asked } from './app';
import type { Refusal } from './gate';
import { refused } from './replies';

/**
 * Reads a request's body before anything is done with it: at most `limit` bytes, and only what says it is JSON. The library would read
 * as many as come.
 */
export function jsonBody(limit: number): MiddlewareHandler<Asked> {
  return async (c, next) => {
    const body = await read(c.env.incoming, limit);
    if (!Buffer.isBuffer(body)) return refused(body);
    c.var.began();
    // The library takes this for what was sent.
    Object.assign(c.env.incoming, { rawBody: body });
    return next();
  };
}

async function read(request: IncomingMessage, limit: number): Promise<Buffer | Refusal> {
  const tooLarge: Refusal = { status: 413, reason: `The body is larger than ${limit} bytes.` };
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge;
  const { 'content-type': type = '' } = request.headers;
  if (!/^application\/json\s*(;|$)/.test(type) && type !== '')
    return { status: 415, reason: 'The body must be application/json.' };
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    // What is left of one that is too large is neither read nor waited for, and whoever sent it is told so.
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > limit) return tooLarge;
      pieces.push(piece);
    }
  } catch {
    return { status: 408, reason: 'The body did not come whole.' };
  }
  return Buffer.concat(pieces);
}
