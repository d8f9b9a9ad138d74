import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { Published } from '../../../core/contract/relay';
import type { Bounds } from '../../../core/relay/bounds';
import type { Bus } from '../../../core/relay/bus';
import { openDoor, type SocketDoor } from '../../../core/relay/door';
import { temporaryFolder } from '../store/store';
import { openHub } from './hub';

/** What came over a connection: a published message, an answer, or that something was missed. */
export type Said = Partial<Published> & { readonly type: string };

/** Somebody who is connected. */
export interface Client {
  readonly socket: WebSocket;
  readonly heard: Said[];
  say(message: unknown): void;
  /** The first message that was heard, or will be, of which this is so. */
  next(isIt: (said: Said) => boolean): Promise<Said>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** A relay behind a plain server, which takes everybody for who they say they are. */
export interface ServedRelay {
  readonly bus: Bus;
  readonly door: SocketDoor;
  readonly port: number;
  readonly log: readonly string[];
  /** Connects to a path with its query. Rejects with the status and the answer when that is refused. */
  connect(path: string, by?: string): Promise<Client>;
  /** Lets nobody of this name in any more. */
  revoke(by: string): void;
  close(): Promise<void>;
}

/** Serves a relay on a folder of its own. `may` says what callers who are not the person may do. */
export async function serveRelay(
  options: { readonly bounds?: Partial<Bounds>; readonly may?: readonly string[] } = {},
): Promise<ServedRelay> {
  const bus = openHub(temporaryFolder());
  const log: string[] = [];
  const sockets: WebSocket[] = [];
  const keys = new Map<string, AbortController>();
  const keyOf = (by: string) => {
    const key = keys.get(by) ?? new AbortController();
    keys.set(by, key);
    return key;
  };
  const door = openDoor({
    relay: { bus, send: ({ by: _by, message, raw, ...to }) => bus.sendWork(to, message, raw), open: () => () => {} },
    log: (line) => log.push(line),
    ...(options.bounds !== undefined && { bounds: options.bounds }),
  });
  const server = createServer();
  server.on('upgrade', (request, stream, head) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://relay.invalid');
    const by = String(request.headers['x-by'] ?? 'person');
    const may = (verb: string) => by === 'person' || (options.may ?? []).includes(verb);
    door.upgrade({ request, stream, head, path, query, caller: { by }, may, ended: keyOf(by).signal });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    bus,
    door,
    port,
    log,
    async connect(path, by = 'person') {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
        headers: { 'x-by': by },
        perMessageDeflate: false,
        maxPayload: 4 * 1024 * 1024,
      });
      sockets.push(socket);
      return clientOf(socket);
    },
    revoke: (by) => keyOf(by).abort(),
    async close() {
      for (const socket of sockets) socket.terminate();
      await door.close();
      server.close();
      server.closeAllConnections();
      await bus.close();
    },
  };
}

function clientOf(socket: WebSocket): Promise<Client> {
  const heard: Said[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (data) => {
    heard.push(JSON.parse(data.toString()) as Said);
    for (const look of waiting.splice(0)) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      for (const look of waiting.splice(0)) look();
    }),
  );
  const client: Client = {
    socket,
    heard,
    closed,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async next(isIt) {
      for (;;) {
        const found = heard.find(isIt);
        if (found !== undefined) return found;
        if (socket.readyState === WebSocket.CLOSED)
          throw new Error(`It closed after ${JSON.stringify(heard.slice(-3))}`);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
    },
  };
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(client));
    socket.on('error', reject);
    socket.once('unexpected-response', async (_request, response) => {
      let text = '';
      for await (const piece of response) text += piece;
      socket.terminate();
      reject(Object.assign(new Error(`${response.statusCode} ${text}`), { status: response.statusCode }));
    });
  });
}

/** Whether something said has this id, and this type where one is named. */
export function of(id: string, type?: string): (said: Said) => boolean {
  return (said) => said.id === id && (type === undefined || said.type === type);
}
