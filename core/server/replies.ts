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

/** Refuses a request and hangs up: whatever else comes on that connection is not read. */
export function refused(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(said(refusal), { status: refusal.status, headers: { ...headersOf(refusal), ...headers } });
}

/** Refuses a request that nothing else has looked at yet, and hangs up. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, { ...always, ...headersOf(refusal) }).end(said(refusal));
}

/** Refuses on the connection itself what no answer can be made for: a handshake of a WebSocket, and what could not be read as a request. */
export function refuseUpgrade(stream: Duplex, refusal: Refusal): void {
  const { status } = refusal;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries({ ...always, ...headersOf(refusal) }).map(([name, value]) => `${name}: ${value}`),
  ];
  stream.on('error', () => stream.destroy());
  stream.end(`${lines.join('\r\n')}\r\n\r\n${said(refusal)}`, () => stream.destroy());
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
  431: 'LIMIT',
  500: 'INTERNAL',
  503: 'CANCELLED',
};

function headersOf(refusal: Refusal): Readonly<Record<string, string>> {
  return {
    ...(refusal.status === 401 && { 'www-authenticate': 'Bearer' }),
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(said(refusal))),
  };
}

function said({ status, reason }: Refusal): string {
  return JSON.stringify({ error: { code: codes[status], message: reason } });
}
