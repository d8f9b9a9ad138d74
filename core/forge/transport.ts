import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** The most an answer may have. */
const mostBytes = 16 * 1024 * 1024;

/** How long an answer may take, in milliseconds. */
const answerMs = 30_000;

/** How an answer came to be none. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/**
 * Sends one request and gives its whole answer, as `fetch` does: at most 16 MiB in at most 30 seconds, and only from where
 * it was sent to: an answer that leads elsewhere is none. Throws NoAnswer.
 */
export function send(
  address: string,
  init: {
    readonly method?: string | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Response> {
  const url = new URL(address);
  const request = url.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new NoAnswer(why));
    const sent = request(url, {
      method: init.method ?? 'GET',
      headers: {
        ...init.headers,
        'accept-encoding': 'identity',
        ...(init.body && { 'content-length': String(Buffer.byteLength(init.body)) }),
      },
      agent: false,
      signal: init.signal,
    });
    const timer = setTimeout(
      () => sent.destroy(new Error(`it did not answer within ${answerMs / 1000} seconds`)),
      answerMs,
    );
    sent.on('close', () => clearTimeout(timer));
    sent.on('error', (cause) => fail(cause.message));
    sent.on('response', (answer) => {
      const pieces: Buffer[] = [];
      let size = 0;
      answer.on('data', (piece: Buffer) => {
        size += piece.length;
        pieces.push(piece);
        if (size > mostBytes) sent.destroy(new Error('its answer was too long'));
      });
      answer.on('error', (cause) => fail(cause.message));
      answer.on('aborted', () => fail('the connection ended in the middle of its answer'));
      answer.on('end', () => {
        const headers = new Headers();
        for (const [name, value] of Object.entries(answer.headers))
          if (value !== undefined) headers.set(name, String(value));
        const status = answer.statusCode ?? 500;
        if (status >= 300 && status < 400 && status !== 304) {
          fail(
            'it says that this is elsewhere now, and the token is sent nowhere else; correct the address of the remote',
          );
          return;
        }
        const empty = status === 204 || status === 205 || status === 304;
        resolve(new Response(empty ? null : Buffer.concat(pieces), { status, headers }));
      });
    });
    sent.end(init.body);
  });
}
