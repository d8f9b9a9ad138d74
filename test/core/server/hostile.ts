import { checks } from '../../../core/server/gate';
import type { Lenience } from '../../../core/server/http';

/** What is sent to a server on a port, byte for byte. */
export type Send = (port: number) => string;

/** Requests of one kind that no server may let in, and the server that does: one which does not look at that. */
export interface Hostile {
  readonly what: string;
  readonly all: readonly Send[];
  /** `lets`: how many of them it lets in where that is not all. */
  readonly control: { readonly lenience: Lenience & { readonly admitsAll?: boolean }; readonly lets?: number };
  /** The Node of the oldest shell makes one line of two, as the standard allows, and what comes of it is in order. */
  readonly joined?: boolean;
}

/** The ways to ask a server, as somebody who has a token. */
export function asking(token: string) {
  const bearer = `Authorization: Bearer ${token}`;
  /** A handshake that is in order but for what is given. */
  function handshake(given: {
    path?: string;
    host?: string;
    token?: string;
    method?: string;
    version?: string;
    upgrade?: string;
    more?: readonly string[];
  }): Send {
    const { path = '/rpc', token = bearer, method = 'GET', version = '13', upgrade = 'websocket', more = [] } = given;
    return (port) =>
      lines(
        `${method} ${path.replaceAll('PORT', String(port))} HTTP/1.1`,
        given.host === undefined ? hostOf(port) : given.host.replaceAll('PORT', String(port)),
        'Connection: Upgrade',
        `Upgrade: ${upgrade}`,
        `Sec-WebSocket-Version: ${version}`,
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        token,
        ...more.map((line) => line.replaceAll('PORT', String(port))),
      );
  }

  /** A request that is in order but for what is given. */
  function plain(given: {
    path?: string;
    method?: string;
    host?: string;
    token?: string;
    more?: readonly string[];
    body?: string;
    http?: string;
  }): Send {
    const { path = '/status', method = 'GET', token = bearer, more = [], body = '', http = '1.1' } = given;
    return (port) =>
      lines(
        `${method} ${path.replaceAll('PORT', String(port))} HTTP/${http}`,
        given.host === undefined ? hostOf(port) : given.host.replaceAll('PORT', String(port)),
        token,
        ...more.map((line) => line.replaceAll('PORT', String(port))),
      ) + body;
  }

  const call = (more: readonly string[], body: string, path = '/rpc/settings/list') =>
    plain({ path, method: 'POST', more: ['Content-Type: application/json', ...more], body });
  return { bearer, handshake, plain, call };
}

/** All of them, for a server in which that token is known. */
export function hostileRequests(personToken: string): readonly Hostile[] {
  const { bearer, handshake, plain, call } = asking(personToken);
  const origins = [
    'null',
    '',
    'http://evil.example',
    'https://evil.example',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    'http://127.0.0.1:PORT.evil.example',
    'http://127.0.0.1:PORT@evil.example',
    'http://user@127.0.0.1:PORT',
    'http://localhost:PORT',
    'http://[::1]:PORT',
    'HTTP://127.0.0.1:PORT',
    'http://127.0.0.1:PORT/',
    'file://',
    'app://main',
    'chrome-extension://abcdefgh',
    'http://127.0.0.1:PORT, http://127.0.0.1:PORT',
  ];
  const names = [
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    '127.0.0.1.:PORT',
    'localhost.:PORT',
    'LOCALHOST:PORT',
    '0.0.0.0:PORT',
    '[::1]:PORT',
    '2130706433:PORT',
    '127.1:PORT',
    '127.0.0.1.nip.io:PORT',
    'user@127.0.0.1:PORT',
    '127.0.0.1:PORT@evil.example',
    '127.0.0.1:0PORT',
    '127.0.0.1:PORT, evil.example',
  ];

  return [
    hostile(
      'handshakes of other pages',
      [
        ...origins.map((origin) => handshake({ more: [`Origin: ${origin}`] })),
        handshake({ more: ['Origin: http://127.0.0.1:PORT', 'Origin: http://evil.example'] }),
      ],
      { lenience: without('origin') },
    ),
    hostile(
      'requests of other pages',
      origins.slice(0, 10).map((origin) => plain({ more: [`Origin: ${origin}`] })),
      { lenience: without('origin') },
    ),
    hostile(
      'handshakes under other names',
      [
        ...names.map((name) => handshake({ host: `Host: ${name}` })),
        handshake({ host: 'Host: 127.0.0.1:PORT\r\nHost: evil.example' }),
        handshake({ host: 'Host: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT' }),
      ],
      { lenience: without('host') },
    ),
    hostile(
      'requests under other names',
      [
        ...names.slice(0, 12).map((name) => plain({ host: `Host: ${name}` })),
        plain({ host: 'Host: evil.example\r\nHost: 127.0.0.1:PORT' }),
      ],
      // Four the library refuses by itself, which builds an address of them: they would be others there.
      { lenience: without('host'), lets: 9 },
    ),
    hostile(
      'handshakes with tokens that nobody has',
      [
        `Authorization: Bearer ${'x'.repeat(43)}`,
        `Authorization: Bearer ${personToken}x`,
        `Authorization: Bearer ${personToken.slice(0, -1)}`,
        `Authorization: Bearer ${personToken.toUpperCase()}`,
        `Sec-WebSocket-Protocol: switchyard, token.${'x'.repeat(43)}`,
        `Sec-WebSocket-Protocol: switchyard, token.${personToken}x`,
      ].map((token) => handshake({ token })),
      { lenience: { admitsAll: true } },
    ),
    hostile(
      'handshakes that bring a token where none is looked for',
      [
        '',
        'Authorization: Bearer',
        `Authorization: ${personToken}`,
        `Authorization: Basic ${Buffer.from(`:${personToken}`).toString('base64')}`,
        `Authorization: Bearer ${personToken} ${personToken}`,
        `Cookie: token=${personToken}`,
        `X-Api-Key: ${personToken}`,
        `Proxy-Authorization: Bearer ${personToken}`,
        `Sec-WebSocket-Protocol: token.${personToken}`,
        `Sec-WebSocket-Protocol: switchyard, ${personToken}`,
        `Sec-WebSocket-Protocol: switchyard, token.`,
        `Sec-WebSocket-Protocol: switchyard, token.${personToken}, token.${personToken}`,
        `${bearer}\r\nSec-WebSocket-Protocol: switchyard, token.${personToken}`,
        `${bearer}\r\n${bearer}`,
      ]
        .map((token) => handshake({ token }))
        // The control: the same token where it belongs.
        .concat([]),
      { lenience: { admitsAll: true }, lets: 0 },
    ),
    hostile(
      'handshakes with words in the address',
      ['token', 'access_token', 'authorization', 'key', 'api_key'].map((name) =>
        handshake({ path: `/rpc?${name}=${personToken}` }),
      ),
      { lenience: without('query') },
    ),
    hostile(
      'requests with words in the address',
      [
        ...['token', 'access_token', 'auth', 'session', '%74oken'].map((name) =>
          plain({ path: `/status?${name}=${personToken}` }),
        ),
        plain({ path: '/status?after=1&after=2' }),
        plain({ path: '/status?after=1#x' }),
      ],
      { lenience: without('query') },
    ),
    hostile(
      'handshakes elsewhere',
      [
        '/',
        '/rpc/',
        '/RPC',
        '/rpc2',
        '/agent',
        '/status',
        '/health',
        '//rpc',
        '/./rpc',
        '/x/../rpc',
        '/%72pc',
        '/rpc%00',
        'http://127.0.0.1:PORT/rpc',
        '*',
        'rpc',
      ].map((path) => handshake({ path })),
      { lenience: without('path', 'form'), lets: 0 },
    ),
    hostile(
      'handshakes of something else',
      [
        handshake({ method: 'POST' }),
        handshake({ upgrade: 'h2c' }),
        handshake({ upgrade: 'websocket2' }),
        handshake({ version: '12' }),
        (port) => handshake({})(port).replace(/Sec-WebSocket-Key: .*\r\n/, ''),
        (port) => handshake({})(port).replace('dGhlIHNhbXBsZSBub25jZQ==', 'short'),
      ],
      { lenience: {}, lets: 0 },
    ),
    hostile(
      'requests that another page had the browser make',
      ['cross-site', 'same-site', 'Same-Origin', '', 'none, cross-site', 'cross-site\r\nSec-Fetch-Site: none'].flatMap(
        (site) =>
          ['/status', '/'].map((path) => plain({ path, more: [`Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: no-cors'] })),
      ),
      { lenience: without('site') },
    ),
    hostile(
      'paths that are written otherwise',
      [
        '/./',
        '/assets/../',
        '/assets/./a.js',
        '/assets//a.js',
        '/assets/../index.html',
        '/assets/..%2findex.html',
        '/%69ndex.html',
        '/index.html%00',
      ].map((path) => plain({ path })),
      // What is not canonical and still a file of the page is shown where nobody looks; never one beside it.
      { lenience: without('path'), lets: 3 },
    ),
    hostile(
      'paths that lead out of the page',
      [
        '/../outside.html',
        '/assets/../../outside.html',
        '/..%2foutside.html',
        '/%2e%2e/outside.html',
        '/..%5coutside.html',
        '/..\\outside.html',
        '//etc/passwd',
        '/etc/passwd',
        '/assets/..;/outside.html',
        '/.%2e/outside.html',
      ].map((path) => plain({ path, token: '' })),
      // The page itself resolves every path before it reads, so this holds even there.
      { lenience: without('path'), lets: 0 },
    ),
    hostile(
      'requests whose end is not clear, and those of an older way',
      [
        plain({ more: ['Content-Length: 3'], body: 'abc' }),
        plain({ path: '/', more: ['Content-Length: 3'], body: 'abc' }),
        plain({ more: ['Transfer-Encoding: chunked'], body: '3\r\nabc\r\n0\r\n\r\n' }),
        plain({ path: '/health', more: ['Transfer-Encoding: chunked'], body: '0\r\n\r\n' }),
      ],
      { lenience: without('body') },
    ),
    hostile('requests by HTTP/1.0', [plain({ http: '1.0' }), plain({ http: '1.0', path: '/', token: '' })], {
      lenience: without('form'),
    }),
    hostile(
      'bodies that would hide a request',
      [
        call(['Content-Length: 2', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
        call(['Content-Length: 2', 'Content-Length: 3'], '{}'),
        call(['Content-Length: 2, 2'], '{}'),
        call(['Content-Length: +2'], '{}'),
        call(['Content-Length: -1'], '{}'),
        call(['Transfer-Encoding: xchunked'], '0\r\n\r\n'),
        call(['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'),
        call(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], '0\r\n\r\n'),
        call(['Transfer-Encoding : chunked'], '0\r\n\r\n'),
        call(['Transfer-Encoding: chunked'], 'zz\r\nabc\r\n0\r\n\r\n'),
        call(['Content-Length: 2\nX: y'], '{}'),
      ],
      // Node's own parser refuses the others first; the last test is another control, in which a body that is in order is taken.
      { lenience: without('body'), lets: 1 },
    ),
    {
      ...hostile(
        'heads with a line that goes on in the next',
        [
          call(['X: a', ' folded: b', 'Content-Length: 2'], '{}'),
          call(['Content-Length:', ' 2'], '{}'),
          call(['Transfer-Encoding:', '\tchunked'], '2\r\n{}\r\n0\r\n\r\n'),
        ],
        { lenience: {}, lets: 0 },
      ),
      joined: true,
    },
    hostile(
      'ways to ask that there are not',
      ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'HEAD', 'CONNECT', 'PROPFIND', 'LOCK', 'BREW'].flatMap((method) =>
        ['/status', '/health'].map((path) => plain({ method, path })),
      ),
      { lenience: {}, lets: 0 },
    ),
    hostile(
      'what a page may send to anybody',
      [
        ...[
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'application/jsonp',
        ].map((type) =>
          plain({
            path: '/rpc/settings/list',
            method: 'POST',
            more: [`Content-Type: ${type}`, 'Content-Length: 2'],
            body: '{}',
          }),
        ),
        plain({ path: '/rpc/settings/list', method: 'OPTIONS', more: ['Access-Control-Request-Method: POST'] }),
      ],
      { lenience: {}, lets: 0 },
    ),
    hostile(
      'heads that are too large',
      [
        plain({ more: [`X-Large: ${'x'.repeat(9000)}`] }),
        plain({ more: Array.from({ length: 90 }, (_each, index) => `X-${index}: ${'x'.repeat(100)}`) }),
        plain({ path: `/status?after=${'1'.repeat(9000)}` }),
        handshake({ more: [`Cookie: ${'x'.repeat(9000)}`] }),
      ],
      { lenience: { largestHead: 64 * 1024 } },
    ),
    hostile(
      'streams for nobody, and of what is no pattern',
      [
        plain({ path: '/api/events', token: '' }),
        plain({ path: '/api/events', token: `Authorization: Bearer ${'x'.repeat(43)}` }),
        plain({ path: '/api/events', token: `Cookie: token=${personToken}` }),
        plain({ path: `/api/events?token=${personToken}`, token: '' }),
        plain({ path: '/api/events', more: ['Origin: http://evil.example'] }),
        plain({ path: '/api/events', more: ['Sec-Fetch-Site: cross-site'] }),
        plain({ path: '/api/events', host: 'Host: evil.example' }),
        plain({ path: '/api/events?pattern=..' }),
        plain({ path: '/api/events?pattern=sessions.%3E.x' }),
        plain({ path: '/api/events?after=-1' }),
        plain({ path: '/api/events?after=1e9' }),
        plain({ path: '/api/events', more: ['Last-Event-ID: x'] }),
      ],
      { lenience: {}, lets: 0 },
    ),
  ];
}

/** Requests that every server lets in; `file` is one of its page. */
export function goodRequests(personToken: string, file: string): readonly Send[] {
  const { handshake, plain, call } = asking(personToken);
  return [
    plain({}),
    handshake({}),
    handshake({
      token: `Sec-WebSocket-Protocol: switchyard, token.${personToken}`,
      more: ['Origin: http://127.0.0.1:PORT', 'Sec-Fetch-Site: same-origin'],
    }),
    call(['Content-Length: 2'], '{}'),
    call(['Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n'),
    plain({ path: file, token: '', more: ['Sec-Fetch-Site: same-origin'] }),
    plain({ host: 'Host: localhost:PORT' }),
  ];
}

function hostile(what: string, all: Hostile['all'], control: Hostile['control']): Hostile {
  return { what, all, control };
}

const without = (...names: (keyof typeof checks)[]): Lenience => ({
  checks: Object.entries(checks).flatMap(([name, check]) =>
    names.includes(name as keyof typeof checks) ? [] : [check],
  ),
});

const lines = (...all: readonly string[]) => `${all.filter((line) => line !== '').join('\r\n')}\r\n\r\n`;
export const hostOf = (port: number) => `Host: 127.0.0.1:${port}`;
