import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { openDoor } from '../../core/relay/door';
import { openHub } from '../../test/core/relay/hub';

/**
 * Ours; `raw`, which sends what comes to everybody without looking at it; and `naive`, which reads it, numbers it and writes it
 * anew for everybody.
 */
export type ServerKind = 'ours' | 'raw' | 'naive';

/** What a server tells the process that measures it. */
export type FromServer =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'memory'; readonly memory: number };

/** Serves until it is ended, when this process was started to be a server; false when it was not. */
export async function servedHere(): Promise<boolean> {
  const at = process.argv.indexOf('--relay-server');
  if (at === -1) return false;
  const server = createServer();
  serveAs[process.argv[at + 1] as ServerKind](server, process.argv[at + 2] ?? '');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tell = (message: FromServer) => process.send?.(message);
  process.on('message', () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    tell({ kind: 'memory', memory: heapUsed + external });
  });
  process.on('disconnect', () => process.exit());
  tell({ kind: 'port', port: (server.address() as AddressInfo).port });
  return true;
}

const serveAs: Readonly<Record<ServerKind, (server: Server, folder: string) => void>> = {
  ours(server, folder) {
    const bus = openHub(folder);
    const relay = { bus, send: () => Promise.reject(new Error('Nobody sends work here.')), open: () => () => {} };
    // What is measured is how fast it can be, not how fast one connection may be.
    const rate = { burst: Number.POSITIVE_INFINITY, perSecond: Number.POSITIVE_INFINITY };
    const door = openDoor({ relay, log: console.error, bounds: { rate } });
    server.on('upgrade', (request, stream, head) => {
      const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://bench.invalid');
      const ended = new AbortController().signal;
      door.upgrade({ request, stream, head, path, query, caller: { by: 'person' }, may: () => true, ended });
    });
  },
  raw: (server) => serveAll(server, (text) => text),
  naive(server) {
    let seq = 0;
    serveAll(server, (text) => {
      const { id, type, payload } = JSON.parse(text.toString()) as { id: string; type: string; payload: unknown };
      seq += 1;
      return () => JSON.stringify({ seq, subject: 'sessions.bench.events', at: Date.now(), id, type, payload });
    });
  },
};

/** Sends what an agent says to all who follow, each by a `send` of its own. */
function serveAll(server: Server, made: (text: Buffer) => Buffer | (() => string)): void {
  const followers = new Set<WebSocket>();
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket, request) => {
    if (request.url?.startsWith('/relay')) {
      // Its first message asks to follow; it is told that it does.
      socket.once('message', () => {
        followers.add(socket);
        socket.send('{}');
      });
      socket.once('close', () => followers.delete(socket));
    } else {
      socket.on('message', (data) => {
        const text = made(data as Buffer);
        for (const follower of followers) follower.send(typeof text === 'function' ? text() : text, { binary: false });
      });
    }
  });
}
