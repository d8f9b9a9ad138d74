import type { IncomingMessage } from 'node:http';
import { headersOf } from './gate';

/** What tells that a WebSocket is ours; a browser can name the token only beside it. */
export const subprotocol = 'switchyard';
const tokenPrefix = 'token.';
const token = /^[A-Za-z0-9_-]{20,200}$/;

/** The token a request brings in its Authorization header; null without one that could be a token. */
export function bearerOf({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): string | null {
  const said = /^Bearer (\S+)$/i.exec(headersOf(rawHeaders, 'authorization')[0] ?? '')?.[1] ?? '';
  return token.test(said) ? said : null;
}

/**
 * The token of a WebSocket's handshake: of the header, or of the subprotocols, where browsers can say it. Null when there is none,
 * or more than one.
 */
export function handshakeToken(request: Pick<IncomingMessage, 'rawHeaders'>): string | null {
  const offered = headersOf(request.rawHeaders, 'sec-websocket-protocol')
    .flatMap((value) => value.split(','))
    .map((value) => value.trim());
  const named = offered
    .filter((value) => value.startsWith(tokenPrefix))
    .map((value) => value.slice(tokenPrefix.length));
  const header = headersOf(request.rawHeaders, 'authorization');
  if (named.length + header.length !== 1) return null;
  const [said] = named;
  if (said === undefined) return bearerOf(request);
  return offered.includes(subprotocol) && token.test(said) ? said : null;
}
