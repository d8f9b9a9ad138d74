import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { implement } from '@orpc/server';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { calls } from '../../core/contract/calls';
import { serveLine, socketLine } from '../../core/server/line';
import type { Connected } from '../../renderer/client';
import { isRefused } from '../../renderer/web/sign-in';
import { socketLines } from '../../renderer/web/sockets';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A server that answers one call, on the port it had before when that is given. */
async function serve(port = 0) {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port,
    handleProtocols: (offered) => (offered.has('switchyard') ? 'switchyard' : false),
  });
  const offered: string[] = [];
  const on = implement(calls);
  server.on('connection', (socket, request) => {
    offered.push(request.headers['sec-websocket-protocol'] ?? '');
    const router = {
      settings: {
        list: on.settings.list.handler(() => {
          server.emit('asked');
          return new Promise<never>(() => {});
        }),
      },
    };
    const agents = { list: on.agents.list.handler(() => []) };
    serveLine({ router: { ...router, agents }, line: socketLine(socket), caller: { by: 'person' }, log: () => {} });
  });
  const stop = () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  };
  stops.push(stop);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, offered, stop, server };
}

/** Lines to a port, and what came of them. */
function linesTo(port: number, isRefused: () => Promise<boolean>) {
  const came: Connected[] = [];
  const refused: number[] = [];
  const asked: number[] = [];
  let heard: () => void = () => {};
  const lines = socketLines({
    url: `ws://127.0.0.1:${port}/rpc`,
    token: 'a-token-of-this-tab',
    isRefused: () => {
      asked.push(asked.length);
      return isRefused();
    },
    onRefused: () => {
      refused.push(refused.length);
      heard();
    },
    againMs: 1,
  });
  lines.onLine((line) => {
    came.push(line);
    stops.push(() => line.close());
    heard();
  });
  const next = () =>
    new Promise<void>((resolve) => {
      heard = resolve;
    });
  return { lines, came, refused, asked, next };
}

test('calls go over a socket that names the token beside the protocol, and what waits fails at once when it goes', async () => {
  const server = await serve();
  const { lines, came, next } = linesTo(server.port, async () => false);
  const first = next();
  lines.ask();
  lines.ask();
  await first;
  const [line] = came as [Connected];
  expect(came).toHaveLength(1);
  expect(await line.client.agents.list({})).toEqual([]);
  expect(server.offered).toEqual(['switchyard, token.a-token-of-this-tab']);
  const waiting = line.client.settings.list();
  server.stop();
  await expect(waiting).rejects.toThrow();
  await line.closed;
});

test('what waits fails at once when the page hangs up, though the other side never says that it has heard it', async () => {
  const server = await serve();
  const { lines, came, next } = linesTo(server.port, async () => false);
  const first = next();
  lines.ask();
  await first;
  const [line] = came as [Connected];
  const waiting = line.client.settings.list();
  const isAsked = once(server.server, 'asked');
  await isAsked;
  for (const socket of server.server.clients) (socket as unknown as { _socket: { pause(): void } })._socket.pause();
  line.close();
  await expect(waiting).rejects.toThrow();
  await line.closed;
  // What is asked only then fails, too, and does not wait for ever.
  await expect(line.client.agents.list({})).rejects.toThrow('hung up');
});

test('a server that is gone is tried until it is back', async () => {
  const before = await serve();
  before.stop();
  await once(before.server, 'close');
  let tries = 0;
  let back: Awaited<ReturnType<typeof serve>> | undefined;
  const { lines, came, next } = linesTo(before.port, async () => {
    tries += 1;
    if (tries === 3) back = await serve(before.port);
    return false;
  });
  const first = next();
  lines.ask();
  await first;
  expect(tries).toBe(3);
  expect(back?.offered).toHaveLength(1);
  expect(await came[0]?.client.agents.list({})).toEqual([]);
});

test('a token that is refused is said once, and tried no more', async () => {
  const gone = await serve();
  gone.stop();
  await once(gone.server, 'close');
  const { lines, came, refused, asked, next } = linesTo(gone.port, async () => true);
  const said = next();
  lines.ask();
  await said;
  lines.ask();
  lines.ask();
  expect(refused).toEqual([0]);
  expect(asked).toEqual([0]);
  expect(came).toEqual([]);
});

test('a server of which no answer comes refuses nothing, and is not waited for', async () => {
  const answer = (_address: string, { signal }: RequestInit) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  vi.stubGlobal('fetch', answer);
  const late = new AbortController();
  const limit = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
  const asked = isRefused('a-token-of-this-tab');
  expect(limit).toHaveBeenCalledOnce();
  late.abort();
  expect(await asked).toBe(false);
});
