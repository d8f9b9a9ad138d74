import { request as ask, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { Admitted } from '../../../core/server/admitted';
import { callRoutes } from '../../../core/server/call-routes';
import { type HttpServer, type Lenience, openServer, type Served } from '../../../core/server/http';
import { pageRoutes } from '../../../core/server/page-routes';
import { stateRoutes } from '../../../core/server/state-routes';
import { doorRouter } from './door';
import type { Send } from './hostile';

/** The token of the person's own programs in a server under test, and that of a key which only looks. */
export const personToken = `person-${'p'.repeat(36)}`;
export const observerToken = `sy_${'o'.repeat(40)}`;

const known: Readonly<Record<string, Admitted>> = {
  [personToken]: { id: 'launch', caller: { by: 'person' }, expiresAt: null },
  [observerToken]: {
    id: 'key:1',
    caller: { by: 'key:look', key: { name: 'look', type: 'observer' } },
    expiresAt: null,
  },
};

/** A server over the router of the doors' tests, on a free port. */
export async function serverUnderTest(options: Partial<Served> & Lenience = {}) {
  const door = doorRouter();
  const log: string[] = [];
  const say = (line: string) => void log.push(line);
  const server = await openServer({
    port: 0,
    router: door.router,
    routes: [
      callRoutes({ router: door.router, log: say }),
      stateRoutes({
        version: '1.2.3',
        health: () => ({ ok: true, problems: [] }),
        reads: { '/status': { call: 'runtime.status', read: async () => ({ workers: [] }) } },
      }),
      pageRoutes(async ({ path }) =>
        path === '/' ? { status: 200, type: 'text/html', headers: {}, body: Buffer.from('<p>page</p>') } : null,
      ),
    ],
    admit: (token) => known[token] ?? null,
    hosts: () => [],
    log: say,
    ...options,
  });
  return { server, door, log };
}

/** An answer, with all of its body. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks a server as a program of the person's would; `token` null for nobody's. */
export function asked(
  { port }: Pick<HttpServer, 'port'>,
  path: string,
  options: {
    readonly method?: string;
    readonly token?: string | null;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<Answered> {
  const { method = 'GET', token = personToken, headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const bearer = token === null ? {} : { authorization: `Bearer ${token}` };
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const request = ask({
      host: '127.0.0.1',
      port,
      path,
      method,
      agent: false,
      headers: { ...bearer, ...json, ...headers },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces).toString(),
        }),
      );
    });
    request.end(body);
  });
}

/** Sends bytes as they are and gives all that comes back until the server hangs up, or has answered. */
export function raw({ port }: Pick<HttpServer, 'port'>, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = () => {
      socket.destroy();
      resolve(text);
    };
    socket.on('error', done);
    socket.on('close', done);
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      const { head, body } = parted(text);
      const length = /^content-length: (\d+)/im.exec(head)?.[1];
      const whole = length === undefined ? body.endsWith('0\r\n\r\n') : body.length >= Number(length);
      if (/^HTTP\/1\.1 101/.test(text) || (head !== '' && whole)) done();
    });
    socket.write(bytes);
  });
}

/** Which of these a server lets in: it makes a WebSocket of them, or answers what was asked. */
export async function accepted(server: Pick<HttpServer, 'port'>, all: readonly Send[]): Promise<number[]> {
  const answers = await Promise.all(all.map((send) => raw(server, send(server.port))));
  return answers.flatMap((answer, index) => ([101, 200].includes(statusIn(answer)) ? [index] : []));
}

/** The number of the answer's status line; 0 when the server hung up without a word. */
export function statusIn(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

function parted(text: string): { readonly head: string; readonly body: string } {
  const at = text.indexOf('\r\n\r\n');
  return at === -1 ? { head: '', body: '' } : { head: text.slice(0, at), body: text.slice(at + 4) };
}
