import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a request to a repository is answered: as git would, or otherwise. */
export interface GitServing {
  /** The folder the repositories lie in. */
  readonly root: string;
  /** `name:password` that must be shown; nobody is asked without it. */
  readonly login?: string;
  /** Told of every request before it is served; resolves false when it took the request over. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean;
  /** Drops the connection when git is done, before it is told. */
  readonly dropAnswer?: (request: IncomingMessage) => boolean;
}

/** Serves bare repositories over http with git's own backend. */
export async function serveGit(request: IncomingMessage, response: ServerResponse, serving: GitServing): Promise<void> {
  const { root, login } = serving;
  if (login !== undefined && request.headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`) {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
    return;
  }
  if (serving.before !== undefined && !(await serving.before(request, response))) return;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH ?? '',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      REMOTE_USER: 'person',
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  backend.stdin.on('error', () => {});
  request.pipe(backend.stdin);
  const pieces: Buffer[] = [];
  backend.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  await new Promise((resolve) => backend.on('close', resolve));
  if (serving.dropAnswer?.(request)) {
    request.socket.destroy();
    return;
  }
  const output = Buffer.concat(pieces);
  const end = output.indexOf('\r\n\r\n');
  const headers = output.subarray(0, end).toString('latin1').split('\r\n');
  let status = 200;
  for (const header of headers) {
    const [name = '', value = ''] = header.split(/:\s*(.*)/s);
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status).end(output.subarray(end + 4));
}

/** A server on this machine that serves bare repositories; `url` has no slash at its end. */
export async function startGitServer(
  serving: () => GitServing,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void serveGit(request, response, serving()).catch(() => request.socket.destroy());
  });
  return { url: await listening(server), close: () => closed(server) };
}

/** The address a server listens on once it does. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Resolves when a server has hung up on everybody. */
export function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
