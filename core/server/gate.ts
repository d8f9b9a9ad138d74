import type { IncomingMessage } from 'node:http';

/** What the checks look at of a request, as it came. */
export type Asking = Pick<IncomingMessage, 'rawHeaders' | 'url' | 'method' | 'httpVersion'>;

/** Why a request is refused, for whoever sent it. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 421 | 429 | 431 | 500 | 503;
  readonly reason: string;
}

/** Looks at one thing that tells a program the person runs from a page they happened to open; null when it is as it must be. */
export type Check = (asking: Asking, hosts: readonly string[]) => Refusal | null;

/** The only words of an address that a route reads. */
const queryNames: ReadonlySet<string> = new Set(['pattern', 'after', 'session_id', 'role']);

/** Paths are written one way: no escapes, no empty part, none of dots alone. */
const canonicalPath = /^\/(?:(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~@-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~@-]+)*)?$/;

/** Every check, in the order they are made. All must pass before anything else of a request is looked at. */
export const checks: Readonly<
  Record<'form' | 'body' | 'host' | 'path' | 'query' | 'origin' | 'site' | 'secret', Check>
> = {
  /** Also what a proxy would be asked for is no address of ours. */
  form: ({ url = '', httpVersion }) =>
    httpVersion !== '1.1' || !url.startsWith('/') ? { status: 400, reason: 'Ask by HTTP/1.1 and a path.' } : null,

  body({ rawHeaders, method }) {
    const lengths = headersOf(rawHeaders, 'content-length');
    const encodings = headersOf(rawHeaders, 'transfer-encoding');
    const unsure =
      lengths.length + encodings.length > 1 || encodings.some((value) => value.toLowerCase() !== 'chunked');
    if (unsure) return { status: 400, reason: 'It is not clear where the body ends.' };
    const has = encodings.length > 0 || lengths.some((length) => length !== '0');
    return has && method !== 'POST' ? { status: 400, reason: 'Only POST has a body.' } : null;
  },

  /** A page of somebody else's that has its own name lead here sends that name. */
  host({ rawHeaders }, hosts) {
    const named = headersOf(rawHeaders, 'host');
    const [host = ''] = named;
    return named.length === 1 && hosts.includes(host)
      ? null
      : {
          status: 421,
          reason: `The Host is not a name of this server: ask for ${hosts[0] ?? '127.0.0.1'}, or put the name that is passed on into the setting serverHosts.`,
        };
  },

  path({ url = '' }) {
    const [path = ''] = url.split('?', 1);
    return canonicalPath.test(path) ? null : { status: 400, reason: 'The path is not written the one way it can be.' };
  },

  query({ url = '' }) {
    const at = url.indexOf('?');
    const names = at === -1 ? [] : [...new URLSearchParams(url.slice(at + 1)).keys()];
    const known =
      url.indexOf('#') === -1 && names.every((name) => queryNames.has(name)) && new Set(names).size === names.length;
    return known
      ? null
      : { status: 400, reason: 'Nothing else belongs in the address; a token goes into the Authorization header.' };
  },

  /** A browser says whose page asks: none, or one that this server gave it. */
  origin({ rawHeaders }) {
    const [host = ''] = headersOf(rawHeaders, 'host');
    const origins = headersOf(rawHeaders, 'origin');
    const own = (origin: string) => origin === `http://${host}` || (!isLoopback(host) && origin === `https://${host}`);
    return origins.length <= 1 && origins.every(own)
      ? null
      : { status: 403, reason: 'Other web pages may not ask here.' };
  },

  site({ rawHeaders, url, method }) {
    const sites = headersOf(rawHeaders, 'sec-fetch-site');
    const own = sites.length <= 1 && sites.every((site) => site === 'none' || site === 'same-origin');
    // The page itself, in a tab of its own, is shown to whoever is led there, as `open` leads from a file: it holds nothing, and
    // no other page can look into it.
    const isLed =
      method === 'GET' && url === '/' && isOnly(rawHeaders, 'sec-fetch-site', 'cross-site') && isTab(rawHeaders);
    return own || isLed ? null : { status: 403, reason: 'Other web pages may not ask here, nor lead here.' };
  },

  secret: ({ rawHeaders }) =>
    headersOf(rawHeaders, 'authorization').length <= 1 ? null : { status: 400, reason: 'Say one token.' },
};

/** The first reason to refuse a request; null when there is none. */
export function refusalOf(asking: Asking, hosts: readonly string[], all: readonly Check[]): Refusal | null {
  for (const check of all) {
    const refusal = check(asking, hosts);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** Every value a header was sent with, in the order they came. */
export function headersOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** The path of an address and what is asked of it, once the checks are passed. */
export function addressOf({ url = '/' }: Pick<Asking, 'url'>): {
  readonly path: string;
  readonly query: URLSearchParams;
} {
  const [path = '/', query = ''] = url.split('?', 2);
  return { path, query: new URLSearchParams(query) };
}

function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|localhost):\d+$/.test(host);
}

function isTab(rawHeaders: readonly string[]): boolean {
  return isOnly(rawHeaders, 'sec-fetch-mode', 'navigate') && isOnly(rawHeaders, 'sec-fetch-dest', 'document');
}

function isOnly(rawHeaders: readonly string[], name: string, value: string): boolean {
  const values = headersOf(rawHeaders, name);
  return values.length === 1 && values[0] === value;
}
