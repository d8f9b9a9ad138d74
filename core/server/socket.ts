import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Log } from './errors';
import { messageLimit, serveLine, socketLine } from './line';

/** The header in which each side of the socket says its version. */
export const versionHeader = 'switchyard-version';

/** A socket that is being served. */
export interface ServedSocket {
  /** Where it is reached. */
  readonly path: string;
  /** How many clients are attached now. */
  clients(): number;
  /** Hangs up on every client, within a second, and removes the socket. */
  close(): Promise<void>;
}

/**
 * Serves the contract to other programs of the same user: on a Unix socket only its owner can open, or a named pipe on
 * Windows. A caller must say the same version; whoever sends an Origin is a web page and is refused.
 */
export async function serveSocket(options: {
  readonly router: AnyRouter;
  /** Where to listen: in a folder that exists with mode 0700. What is there already belongs to a dead one. */
  readonly path: string;
  readonly version: string;
  readonly log: Log;
  /** Told whenever a client came or left. */
  readonly onClients?: (count: number) => void;
}): Promise<ServedSocket> {
  const { path } = options;
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const server = createServer((_request, response) => {
    response.writeHead(426, { connection: 'close' }).end('This socket speaks the WebSocket protocol.\n');
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: messageLimit, perMessageDeflate: false });
  const clients = new Set<WebSocket>();
  const count = () => options.onClients?.(clients.size);
  let closing = false;

  sockets.on('headers', (headers) => headers.push(`${versionHeader}: ${options.version}`));
  server.on('upgrade', (request, stream, head) => {
    const refusal = closing ? stopping : refusalOf(request, options.version);
    if (refusal !== null) return refuse(stream, refusal, options.version);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      clients.add(socket);
      // An error is always followed by a close, which is what counts.
      socket.on('error', (error) => options.log(`A client's connection broke: ${error.message}`));
      socket.once('close', () => {
        clients.delete(socket);
        count();
      });
      serveLine({ router: options.router, line: socketLine(socket), caller: { by: 'person' }, log: options.log });
      count();
    });
  });
  await listen(server, path);
  // Out of file descriptors a server cannot accept, and says so here; those already attached go on.
  server.on('error', (error) => options.log(`A client could not be let in: ${error.message}`));
  return {
    path,
    clients: () => clients.size,
    async close() {
      // Whoever is hung up on tries again at once; let in now, it would wait for us and we for it.
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await hangUp(clients);
      // A connection that never became a WebSocket must not hold up the end.
      server.closeAllConnections();
      await closed;
      if (process.platform !== 'win32') rmSync(path, { force: true });
    },
  };
}

const stopping = { status: '503 Service Unavailable', reason: 'Switchyard stops.' };

function refusalOf(request: IncomingMessage, version: string): { status: string; reason: string } | null {
  if (request.headers.origin !== undefined) return { status: '403 Forbidden', reason: 'Web pages may not connect.' };
  const theirs = request.headers[versionHeader];
  if (theirs !== version) {
    return { status: '409 Conflict', reason: `This is Switchyard ${version}; the caller is ${theirs ?? 'unknown'}.` };
  }
  return null;
}

function refuse(stream: Duplex, refusal: { status: string; reason: string }, version: string): void {
  const lines = [
    `HTTP/1.1 ${refusal.status}`,
    `${versionHeader}: ${version}`,
    'connection: close',
    'content-type: text/plain',
  ];
  stream.on('error', () => stream.destroy());
  stream.end(`${lines.join('\r\n')}\r\n\r\n${refusal.reason}\n`);
}

/** Listens on a path that only this user can open. */
export function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      if (process.platform !== 'win32') chmodSync(path, 0o600);
      resolve();
    });
  });
}

/** Says goodbye, and after a second hangs up on whoever does not answer. */
async function hangUp(clients: ReadonlySet<WebSocket>): Promise<void> {
  const gone = [...clients].map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())));
  for (const socket of clients) socket.close(1001, 'Switchyard stops.');
  const late = setTimeout(() => {
    for (const socket of clients) socket.terminate();
  }, 1000);
  await Promise.all(gone);
  clearTimeout(late);
}
