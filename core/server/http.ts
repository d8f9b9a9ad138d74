import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { AnyRouter } from '@orpc/server';
import type { Admitted } from './admitted';
import { createApp, failed, type Routes, unknownToken } from './app';
import { bearerOf, handshakeToken } from './bearer';
import { callUpgrade, type Upgrade } from './call-upgrade';
import { type Patience, watchConnections } from './connections';
import type { Log } from './errors';
import { addressOf, type Check, checks, type Refusal, refusalOf } from './gate';
import { refuse, refuseUpgrade } from './replies';

/** What a server is handed: what it serves, and who may ask. */
export interface Served {
  readonly router: AnyRouter;
  /** Its own routes, beside those of the calls. */
  readonly routes: readonly Routes[];
  /** Whose token this is; null for nobody's. */
  readonly admit: (token: string) => Admitted | null;
  /** What becomes a WebSocket, by its path, beside the calls. */
  readonly upgrades?: ReadonlyMap<string, Upgrade>;
  /** Names beyond those of this machine under which it is asked, as a tunnel of the person's own passes them on. */
  readonly hosts: () => readonly string[];
  readonly log: Log;
  /** Told whenever a connection that lasts came or left. */
  readonly onClients?: (count: number) => void;
}

/** A server that is open. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** How many WebSockets and streams are open. */
  clients(): number;
  /** Hangs up on somebody who is let in no more. */
  end(id: string): void;
  /** Hangs up on everybody. */
  close(): Promise<void>;
}

/** What a test may do without, or wait less long for. */
export interface Lenience {
  readonly checks?: readonly Check[];
  readonly patience?: Patience;
  readonly largestHead?: number;
}

const usual: Patience = { headMs: 3000, bodyMs: 30_000, idleMs: 5000 };
const largestHead = 8 * 1024;

/**
 * Serves the contract and the page on 127.0.0.1, and on no other address. Rejects with what the system says when the port cannot be
 * had; port 0 is any that is free.
 */
export async function openServer(options: Served & { readonly port: number } & Lenience): Promise<HttpServer> {
  const { router, admit, log } = options;
  const all = options.checks ?? Object.values(checks);
  const patience = options.patience ?? usual;
  const server = createServer({ maxHeaderSize: options.largestHead ?? largestHead });
  server.headersTimeout = patience.headMs;
  server.keepAliveTimeout = patience.idleMs;
  const connections = watchConnections(server, patience, (count) => options.onClients?.(count));
  const calls = callUpgrade({ router, log });
  const upgrades = new Map([['/rpc', calls.upgrade], ...(options.upgrades ?? [])]);
  let closing = false;
  let names: readonly string[] = [];
  const hosts = () => [...names, ...options.hosts()];

  const app = createApp({ routes: options.routes, arrived, log });
  const answer = getRequestListener(app.fetch, {
    // It would put its own Request and Response in the place of those that everybody else in this process uses.
    overrideGlobalObjects: false,
    errorHandler: (error) => failed(error, log),
  });

  const atWork = new WeakSet<Duplex>();
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    // What an answer has begun on cannot be given another one.
    if (!stream.writable || atWork.has(stream)) stream.destroy();
    else refuseUpgrade(stream, unread(error));
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    connections.heard(socket);
    atWork.add(socket);
    response.once('close', () => {
      atWork.delete(socket);
      connections.done(socket);
    });
    const refusal = closing ? stopping : refusalOf(request, hosts(), all);
    if (refusal !== null) return refuse(response, refusal);
    void answer(request, response);
  });
  server.on('upgrade', (request, stream, head) => {
    const refusal = closing ? stopping : (refusalOf(request, hosts(), all) ?? notWebSocket(request));
    if (refusal !== null) return refuseUpgrade(stream, refusal);
    const { path, query } = addressOf(request);
    const upgrade = upgrades.get(path);
    if (upgrade === undefined) return refuseUpgrade(stream, { status: 404, reason: 'There is no WebSocket here.' });
    const token = handshakeToken(request);
    const who = token === null ? null : admit(token);
    if (who === null) return refuseUpgrade(stream, unknownToken);
    connections.left(request.socket);
    upgrade({ request, stream, head, query, who, hold: (close) => connections.hold(who, close, true) });
  });

  function arrived({ incoming, outgoing }: HttpBindings) {
    const { socket } = incoming;
    const token = bearerOf(incoming);
    const who = token === null ? null : admit(token);
    const hold = (lasting: boolean) => {
      if (who === null) return;
      const release = connections.hold(who, () => socket.destroy(), lasting);
      outgoing.once('close', release);
    };
    if (who !== null) connections.known(socket);
    hold(false);
    return { who, began: () => connections.answering(socket), lasts: () => hold(true) };
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: '127.0.0.1' }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => log(`A client could not be let in: ${error.message}`));
  const { port } = server.address() as AddressInfo;
  names = [`127.0.0.1:${port}`, `localhost:${port}`];
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    clients: connections.lasting,
    end: connections.end,
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      calls.close();
      connections.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const stopping = { status: 503, reason: 'Switchyard stops.' } as const;

/** Why a request could not be read as one. */
function unread({ code }: NodeJS.ErrnoException): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { status: 431, reason: `The head of the request is larger than ${largestHead} bytes.` };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { status: 408, reason: 'The head of the request did not come in time.' };
  return { status: 400, reason: 'That is no request of HTTP/1.1.' };
}

function notWebSocket({ headers, method }: IncomingMessage) {
  const asks = method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
  return asks ? null : ({ status: 400, reason: 'That is no handshake of a WebSocket.' } as const);
}
