import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../contract/errors';
import type { Refusal } from './gate';

/** What every answer carries: nothing is kept, framed, guessed at or read by another page. */
export const always = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Answers with a JSON value. */
export function reply(response: ServerResponse, status: number, body: unknown): void {
  replyWith(response, status, { 'content-type': 'application/json' }, JSON.stringify(body));
}

/** Answers with text or bytes of any type. */
export function replyWith(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  response.writeHead(status, { ...always, ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Refuses a request and hangs up: whatever else comes on that connection is not read. */
export function refuse(
  response: ServerResponse,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  const challenge: Readonly<Record<string, string>> = refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  const all = { ...challenge, ...headers, connection: 'close', 'content-type': 'application/json' };
  replyWith(response, refusal.status, all, JSON.stringify(said(refusal)));
}

/** Refuses to make a WebSocket of a request. */
export function refuseUpgrade(stream: Duplex, refusal: Refusal): void {
  const { status } = refusal;
  const text = JSON.stringify(said(refusal));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(always).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  stream.on('error', () => stream.destroy());
  stream.end(`${lines.join('\r\n')}\r\n\r\n${text}`, () => stream.destroy());
}

const codes: Readonly<Record<Refusal['status'], ErrorCode>> = {
  400: 'BAD_INPUT',
  401: 'SIGN_IN_NEEDED',
  403: 'NOT_ALLOWED',
  404: 'NOT_FOUND',
  405: 'BAD_INPUT',
  408: 'CANCELLED',
  413: 'LIMIT',
  415: 'BAD_INPUT',
  421: 'BAD_INPUT',
  429: 'LIMIT',
  503: 'CANCELLED',
};

function said({ status, reason }: Refusal) {
  return { error: { code: codes[status], message: reason } };
}
