import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type EventEmitter, once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { attach, type Connection } from '../../../core/client';
import { claimDataFolder, type Ownership } from '../../../core/owner';
import { messageLimit } from '../../../core/server/line';
import { type ServedSocket, serveSocket, versionHeader } from '../../../core/server/socket';
import { doorRouter, temporaryFolder } from './door';

const version = '1.2.3';

describe('the local socket', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let door: ReturnType<typeof doorRouter>;
  let owner: Ownership;
  let served: ServedSocket;
  let log: string[];
  let counts: number[];
  const open: { close(): void }[] = [];

  const serve = async (data = folder.path) => {
    const claimed = claimDataFolder({ folder: data, nativeBinding: null });
    if (claimed.kind !== 'owned') throw new Error('the folder is taken');
    owner = claimed;
    served = await serveSocket({
      router: door.router,
      path: join(data, 'run', 'socket'),
      version,
      log: (line) => log.push(line),
      onClients: (count) => counts.push(count),
    });
    owner.announce({ pid: process.pid, startedAt: 1, version, owner: 'background', socket: served.path });
  };
  const attached = async (): Promise<Connection> => {
    const connection = await attach({ folder: folder.path, version });
    if (connection === null) throw new Error('nobody answers');
    open.push(connection);
    return connection;
  };
  const raw = (headers: Record<string, string>, options = {}) =>
    new Promise<{ status: number; socket: WebSocket | null }>((resolve, reject) => {
      const socket = new WebSocket(`ws+unix:${served.path}:/`, { headers, ...options });
      open.push({ close: () => socket.terminate() });
      socket.once('open', () => resolve({ status: 101, socket }));
      socket.once('unexpected-response', (_request, response) =>
        resolve({ status: response.statusCode ?? 0, socket: null }),
      );
      socket.once('error', reject);
    });

  beforeEach(async () => {
    folder = temporaryFolder();
    door = doorRouter();
    log = [];
    counts = [];
    await serve();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) one.close();
    await served.close();
    owner.release();
    folder.remove();
  });

  test('answers calls and says that a person called', async () => {
    const { client } = await attached();
    expect(await client.settings.list()).toEqual({ concurrency: 4 });
    expect(await client.settings.set({ name: 'theme', value: 'dark' })).toEqual({
      name: 'theme',
      value: 'dark',
      by: 'person',
    });
  });

  test('lets nobody in once it stops, so that nobody waits for it and it for nobody', async () => {
    const { socket } = await raw({ [versionHeader]: version });
    // One that does not answer the goodbye keeps it stopping for a while.
    socket?.pause();
    const closed = served.close();
    expect(await attach({ folder: folder.path, version })).toBeNull();
    await closed;
    expect(served.clients()).toBe(0);
  });

  test('gives a failure its code, its message and its facts', async () => {
    const { client } = await attached();
    await expect(client.tasks.cancel({ task: 7 })).rejects.toMatchObject({
      code: 'WRONG_STATE',
      message: 'Task 7 is done and cannot be cancelled.',
      data: { task: 7, state: 'done' },
    });
  });

  test('keeps the details of an unforeseen failure in the log', async () => {
    const { client } = await attached();
    const failure = await client.tasks.retry({ task: 7 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'INTERNAL' });
    expect(JSON.stringify(failure)).not.toContain('secret');
    expect(log.join('\n')).toContain('secret detail');
  });

  test('refuses input that does not fit and names the field', async () => {
    const { client } = await attached();
    await expect(client.settings.set({ name: '', value: 1 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('name'),
    });
  });

  test('codes a failure in the middle of a stream', async () => {
    const { client } = await attached();
    const stream = await client.sessions.follow({ session: 3, after: 0 });
    expect((await stream.next()).value).toEqual([{ seq: 1 }]);
    await expect(stream.next()).rejects.toMatchObject({ code: 'NOT_FOUND', data: { session: 3 } });
  });

  test('ends a stream at its source when the follower hangs up', async () => {
    const connection = await attached();
    const stream = await connection.client.changes.follow();
    await stream.next();
    await stream.next();
    expect(door.state.streams).toBe(1);
    const waiting = stream.next().catch(() => undefined);
    connection.close();
    await waiting;
    await expect.poll(() => door.state.streams).toBe(0);
    expect(log).toEqual([]);
  });

  test('letting go of a stream on a connection that has ended fails nowhere', async () => {
    const failures: unknown[] = [];
    const hear = (failure: unknown) => failures.push(failure);
    process.on('uncaughtException', hear);
    process.on('unhandledRejection', hear);
    try {
      for (const when of ['as it ends', 'after it ended']) {
        const connection = await attached();
        const letGo = new AbortController();
        const stream = await connection.client.changes.follow(undefined, { signal: letGo.signal });
        await stream.next();
        connection.close();
        if (when === 'after it ended') await connection.closed;
        letGo.abort();
        await connection.closed;
        // What a listener throws is thrown again on the next tick.
        await new Promise((resolve) => setImmediate(resolve));
        expect(failures).toEqual([]);
        await expect(connection.client.settings.list()).rejects.toThrow();
      }
    } finally {
      process.off('uncaughtException', hear);
      process.off('unhandledRejection', hear);
    }
  });

  test('counts who is attached', async () => {
    const connection = await attached();
    expect(served.clients()).toBe(1);
    connection.close();
    await connection.closed;
    await expect.poll(() => served.clients()).toBe(0);
    expect(counts).toEqual([1, 0]);
  });

  test('is open to its owner only', () => {
    expect(statSync(served.path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, 'run')).mode & 0o777).toBe(0o700);
  });

  test('refuses every request that carries an Origin', async () => {
    for (const origin of ['http://localhost', 'null', 'app://main', 'file://']) {
      expect((await raw({ [versionHeader]: version, origin })).status).toBe(403);
    }
    expect((await raw({ [versionHeader]: version })).status).toBe(101);
  });

  test('says whose version it is when another calls', async () => {
    await expect(attach({ folder: folder.path, version: '9.9.9' })).rejects.toMatchObject({
      code: 'OTHER_VERSION',
      message: expect.stringMatching(/1\.2\.3.*9\.9\.9.*switchyard stop/),
    });
    expect((await raw({})).status).toBe(409);
  });

  test('hangs up on nonsense and goes on serving others', async () => {
    const connection = await attached();
    for (const nonsense of ['{', 'null', '[]', '{"i":"1"}', '{"i":"1","p":{"u":5}}', Buffer.from([255, 0, 1])]) {
      const { socket } = await raw({ [versionHeader]: version });
      const closed = new Promise<number>((resolve) => socket?.once('close', resolve));
      socket?.send(nonsense);
      expect(await closed).toBe(1008);
    }
    expect(await connection.client.settings.list()).toEqual({ concurrency: 4 });
  });

  test('goes on when the system lets nobody in', async () => {
    let server: EventEmitter | undefined;
    const hear = (message: unknown) => {
      server = (message as { server: EventEmitter }).server;
    };
    subscribe('http.server.request.start', hear);
    const asked = request({ socketPath: served.path, path: '/' }).end();
    const [answer] = await once(asked, 'response');
    unsubscribe('http.server.request.start', hear);
    expect(answer.statusCode).toBe(426);
    answer.resume();
    // What Node tells a server when accept(2) fails.
    server?.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }));
    expect(log.join('\n')).toContain('EMFILE');
    expect(await (await attached()).client.settings.list()).toEqual({ concurrency: 4 });
  });

  test('refuses a message over the limit', async () => {
    const { socket } = await raw({ [versionHeader]: version });
    const closed = new Promise<number>((resolve) => socket?.once('close', resolve));
    socket?.send('x'.repeat(messageLimit + 1));
    expect(await closed).toBe(1009);
  });

  test('survives bytes that are not HTTP', async () => {
    const stream = connect(served.path);
    const ended = new Promise((resolve) => stream.once('close', resolve));
    stream.on('error', () => {});
    stream.resume();
    stream.write('\0\0\0garbage\r\n\r\n');
    await ended;
    const { client } = await attached();
    expect(await client.settings.list()).toEqual({ concurrency: 4 });
  });

  test('hangs up on everyone and leaves no socket when it closes', async () => {
    const connection = await attached();
    const { socket } = await raw({ [versionHeader]: version });
    // A client that no longer reads cannot hold up the end.
    socket?.pause();
    await served.close();
    await connection.closed;
    expect(existsSync(served.path)).toBe(false);
    expect(await attach({ folder: folder.path, version })).toBeNull();
  });

  test('takes the place of a dead socket file', async () => {
    await served.close();
    owner.release();
    writeFileSync(join(folder.path, 'run', 'socket'), '');
    await serve();
    expect(await (await attached()).client.settings.list()).toEqual({ concurrency: 4 });
  });
});
