import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectNats } from '@nats-io/transport-node';
import { WebSocket } from 'ws';
import type { FromServer, ServerKind } from './relay-servers';

/** Who carries messages from one publisher to followers: ours, two servers of a few lines, and a real NATS server. */
export type Contestant = ServerKind | 'nats';

/** A server in a process of its own; the publisher and the followers are in this one. */
export interface Arena {
  /** Connects so many followers, each of which calls back for each message. */
  follow(count: number, hear: () => void): Promise<Follower[]>;
  /** Publishes messages, in as few writes as one can. */
  publish(bodies: readonly string[]): void;
  /** What the server holds in memory, in bytes, without what is garbage. */
  memory(): Promise<number>;
  close(): Promise<void>;
}

/** Somebody who follows. */
export interface Follower {
  pause(): void;
  resume(): void;
  leave(): Promise<void>;
}

/** A message of about two hundred bytes. */
export const smallBody = JSON.stringify({ text: 'x'.repeat(180) });

/** Where the NATS server is; null when there is none on this machine. */
export function natsServer(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'nats-server')).find((path) => existsSync(path)) ?? null;
}

/** Starts a server and connects the publisher. */
export function openArena(contestant: Contestant): Promise<Arena> {
  return contestant === 'nats' ? openNats() : openWebSocket(contestant);
}

async function openWebSocket(kind: ServerKind): Promise<Arena> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-relay-'));
  const child = fork(process.argv[1] ?? '', ['--relay-server', kind, folder], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // What is garbage is not held.
    execArgv: ['--expose-gc'],
  });
  const { port } = await answer(child, 'port');
  const publisher = await open(`ws://127.0.0.1:${port}/agent?session_id=bench&role=bench`);
  const wire = (publisher as unknown as { readonly _socket: Duplex })._socket;
  let sent = 0;
  return {
    async follow(count, hear) {
      const followers: Follower[] = [];
      for (let each = 0; each < count; each += 1) {
        const socket = await open(`ws://127.0.0.1:${port}/relay`);
        const message = once(socket, 'message');
        socket.send('{"id":"s","type":"subscribe","payload":{"pattern":"sessions.bench.events"}}');
        await message;
        socket.on('message', hear);
        followers.push({
          pause: () => socket.pause(),
          resume: () => socket.resume(),
          async leave() {
            socket.terminate();
            await once(socket, 'close');
          },
        });
      }
      return followers;
    },
    publish(bodies) {
      wire.cork();
      for (const body of bodies) publisher.send(`{"id":"${++sent}","type":"event","payload":${body}}`);
      wire.uncork();
    },
    async memory() {
      const answered = answer(child, 'memory');
      child.send('memory');
      return (await answered).memory;
    },
    async close() {
      publisher.terminate();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
}

async function answer<Kind extends FromServer['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<FromServer, { kind: Kind }>> {
  for (;;) {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The server to measure has ended.')));
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [FromServer];
    if (message.kind === kind) return message as Extract<FromServer, { kind: Kind }>;
  }
}

async function openNats(): Promise<Arena> {
  const port = await freePort();
  const child = spawn(natsServer() ?? 'nats-server', ['-a', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
  const servers = `127.0.0.1:${port}`;
  const publisher = await reach(servers);
  const subject = 'sessions.bench.events';
  const encode = new TextEncoder();
  let sent = 0;
  return {
    async follow(count, hear) {
      const followers: Follower[] = [];
      for (let each = 0; each < count; each += 1) {
        const connection = await connectNats({ servers });
        connection.subscribe(subject, { callback: () => hear() });
        await connection.flush();
        followers.push({ pause() {}, resume() {}, leave: () => connection.close() });
      }
      return followers;
    },
    publish(bodies) {
      for (const body of bodies)
        publisher.publish(subject, encode.encode(`{"id":"${++sent}","type":"event","payload":${body}}`));
    },
    memory: async () => Number.NaN,
    async close() {
      await publisher.close();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

/** Connects as soon as the server listens. */
async function reach(servers: string) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connectNats({ servers, reconnect: false });
    } catch (error) {
      if (attempt === 100) throw error;
      await pause(50);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createNetServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
