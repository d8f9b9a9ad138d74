import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { os } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Calls } from '../../../core/contract/calls';
import type { RelayHeard } from '../../../core/contract/relay';
import { callRoutes } from '../../../core/server/call-routes';
import { eventRoute, type OnOutage } from '../../../core/server/event-route';
import { messageLimit } from '../../../core/server/line';
import { asking } from './hostile';
import { asked, observerToken, personToken, raw, serverUnderTest } from './http-server';

type Client = ContractRouterClient<Calls>;

const { plain, call } = asking(personToken);

/** A message of the relay. */
const message = (seq: number, payload: string): RelayHeard => ({
  ...{ kind: 'message', seq, subject: 'sessions.a.events', at: 1, id: '1', type: 'event' },
  payload,
});

describe('the server', () => {
  let made: Awaited<ReturnType<typeof serverUnderTest>>;
  const counts: number[] = [];
  beforeEach(async () => {
    counts.length = 0;
    made = await serverUnderTest({ onClients: (count) => counts.push(count) });
  });
  afterEach(() => made.server.close());

  const post = (call: string, input: unknown, token: string | null = personToken) =>
    asked(made.server, `/rpc/${call}`, { method: 'POST', token, body: JSON.stringify({ json: input }) });
  const dial = (protocols: readonly string[] = ['switchyard', `token.${personToken}`]) =>
    new WebSocket(`ws://127.0.0.1:${made.server.port}/rpc`, [...protocols]);

  test('says to anybody whether all is well, and no more', async () => {
    const { status, body, headers } = await asked(made.server, '/health', { token: null });
    expect([status, JSON.parse(body)]).toEqual([200, { ok: true }]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(JSON.parse((await asked(made.server, '/health')).body)).toMatchObject({
      ok: true,
      version: '1.2.3',
      problems: [],
    });
    await made.server.close();
    made = await serverUnderTest({
      routes: [
        (await import('../../../core/server/state-routes')).stateRoutes({
          version: '1',
          health: () => ({ ok: false, problems: ['It is broken.'] }),
          reads: {},
        }),
      ],
    });
    const broken = await asked(made.server, '/health', { token: null });
    expect([broken.status, JSON.parse(broken.body)]).toEqual([503, { ok: false }]);
  });

  test('tells nothing else without a token it knows', async () => {
    for (const token of [null, 'x', 'w'.repeat(43)]) {
      for (const path of ['/status']) expect((await asked(made.server, path, { token })).status).toBe(401);
      expect((await post('settings/list', undefined, token)).status).toBe(401);
    }
    expect(JSON.parse((await asked(made.server, '/status')).body)).toEqual({ workers: [] });
  });

  test('shows the page to whoever asks, and says which methods a path has', async () => {
    const page = await asked(made.server, '/', { token: null });
    expect([page.status, page.body, page.headers['content-type']]).toEqual([
      200,
      '<p>page</p>',
      'text/html; charset=utf-8',
    ]);
    expect((await asked(made.server, '/nothing', { token: null })).status).toBe(404);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'POST'])
      expect([method, (await asked(made.server, '/status', { method })).status]).toEqual([method, 405]);
    const wrong = await asked(made.server, '/rpc/settings/list');
    expect([wrong.headers.allow, wrong.body]).toEqual([
      'POST',
      expect.stringContaining('That is asked by POST, not by GET.'),
    ]);
    const elsewhere = await asked(made.server, '/', { headers: { host: 'yard.example' } });
    expect([elsewhere.status, elsewhere.body]).toEqual([421, expect.stringContaining('the setting serverHosts')]);
  });

  test('says of what it cannot read as a request why, in the form of every refusal', async () => {
    const large = await asked(made.server, '/', { headers: { 'x-large': 'x'.repeat(9000) } });
    expect([large.status, JSON.parse(large.body).error.code]).toEqual([431, 'LIMIT']);
    const answer = await raw(made.server, 'What is this?\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*"message":"That is no request of HTTP\/1\.1\."/s);
  });

  test('answers calls over HTTP, with the codes of the contract', async () => {
    const client: Client = createORPCClient(
      new RPCLink({ url: `${made.server.url}/rpc`, headers: { authorization: `Bearer ${personToken}` } }),
    );
    expect(await client.settings.list()).toEqual({ concurrency: 4 });
    expect(await client.settings.set({ name: 'theme', value: 'dark' })).toMatchObject({ by: 'person' });
    await expect(client.tasks.cancel({ task: 7 })).rejects.toMatchObject({
      code: 'WRONG_STATE',
      data: { task: 7 },
      status: 409,
    });
    await expect(client.settings.set({ name: '', value: 1 })).rejects.toMatchObject({ code: 'BAD_INPUT', status: 400 });
    const failure = await client.tasks.retry({ task: 7 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'INTERNAL', status: 500 });
    expect(JSON.stringify(failure)).not.toContain('secret');
    expect((await post('no/such', {})).status).toBe(404);
  });

  test('streams over HTTP and ends a stream at its source when its reader hangs up', async () => {
    const client: Client = createORPCClient(
      new RPCLink({ url: `${made.server.url}/rpc`, headers: { authorization: `Bearer ${personToken}` } }),
    );
    const leave = new AbortController();
    const stream = await client.changes.follow(undefined, { signal: leave.signal });
    expect((await stream.next()).value).toEqual({ number: 1 });
    expect(made.door.state.streams).toBe(1);
    leave.abort();
    await expect.poll(() => made.door.state.streams).toBe(0);
  });

  test('takes no more from the source of a stream than its reader does, and ends it when they hang up', async () => {
    const piece = 'x'.repeat(64 * 1024);
    for (const path of ['/rpc/changes/follow', '/api/events'] as const) {
      let told = 0;
      let left = false;
      const endless = async function* (signal: AbortSignal | undefined) {
        try {
          for (; told < 4096 && signal?.aborted !== true; told += 1) yield message(told, piece);
        } finally {
          left = true;
        }
      };
      const follow = os.handler(({ signal }) => endless(signal));
      const router = { changes: { follow } };
      const { server } = await serverUnderTest({
        router,
        routes: [callRoutes({ router, log: () => {} }), eventRoute(async (_from, { signal }) => endless(signal))],
      });
      const ask = path === '/api/events' ? plain({ path }) : call(['Content-Length: 2'], '{}', path);
      const socket = connect(server.port, '127.0.0.1');
      socket.write(ask(server.port));
      await once(socket, 'readable');
      let before = -1;
      await expect
        .poll(() => {
          const still = before === told;
          before = told;
          return still;
        })
        .toBe(true);
      // What two sockets hold, of the 256 MiB that there are.
      expect([path, told > 0, told * piece.length < 32 * 1024 * 1024]).toEqual([path, true, true]);
      expect(left).toBe(false);
      socket.resume();
      await expect.poll(() => told).toBeGreaterThan(before * 2);
      socket.destroy();
      await expect.poll(() => left).toBe(true);
      await server.close();
    }
  });

  test('says on a stream of what is published that the relay is away, since when and why, and that it is back', async () => {
    let hear: Parameters<OnOutage>[0] = () => {};
    let left = false;
    const outages: OnOutage = (tell) => {
      hear = tell;
      return () => {
        left = true;
      };
    };
    const silent = async function* (signal: AbortSignal) {
      await once(signal, 'abort');
      yield message(1, 'late');
    };
    const { server } = await serverUnderTest({
      router: {},
      routes: [eventRoute(async (_from, { signal }) => silent(signal), outages)],
    });
    const socket = connect(server.port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    socket.write(plain({ path: '/api/events' })(server.port));
    await expect.poll(() => heard).toContain('retry:');
    hear({ since: 5, why: 'It hung up.' });
    hear(null);
    await expect.poll(() => heard).toContain('event: back\ndata: {}\n\n');
    expect(heard).toContain('event: away\ndata: {"since":5,"why":"It hung up."}\n\n');
    socket.destroy();
    await expect.poll(() => left).toBe(true);
    await server.close();
  });

  test('answers calls on a WebSocket, whose token is said beside its protocol or in its header', async () => {
    for (const socket of [
      dial(),
      new WebSocket(`ws://127.0.0.1:${made.server.port}/rpc`, { headers: { authorization: `Bearer ${personToken}` } }),
    ]) {
      const client: Client = createORPCClient(new SocketLink({ websocket: socket as never }));
      expect(await client.settings.list()).toEqual({ concurrency: 4 });
      expect(socket.protocol).not.toContain('token');
      socket.terminate();
      await once(socket, 'close');
    }
    await expect.poll(() => counts).toEqual([1, 2, 1, 0]);
    expect(made.server.clients()).toBe(0);
  });

  test('a key makes the calls of its type and is refused the others, on either way', async () => {
    const overHttp: Client = createORPCClient(
      new RPCLink({ url: `${made.server.url}/rpc`, headers: { authorization: `Bearer ${observerToken}` } }),
    );
    const socket = dial(['switchyard', `token.${observerToken}`]);
    const overSocket: Client = createORPCClient(new SocketLink({ websocket: socket as never }));
    for (const client of [overHttp, overSocket]) {
      const follow = await client.sessions.follow({ session: 1, after: 0 });
      expect((await follow.next()).value).toEqual([{ seq: 1 }]);
      await expect(client.settings.list()).rejects.toMatchObject({ code: 'NOT_ALLOWED', status: 403 });
      await expect(client.tasks.cancel({ task: 7 })).rejects.toMatchObject({
        code: 'NOT_ALLOWED',
        message: expect.stringContaining('key look'),
      });
    }
    socket.terminate();
  });

  test('hangs up at once on all that is done for somebody who is let in no more, and on nobody else', async () => {
    const key = dial(['switchyard', `token.${observerToken}`]);
    const person = dial();
    await Promise.all([once(key, 'open'), once(person, 'open')]);
    const client: Client = createORPCClient(
      new RPCLink({ url: `${made.server.url}/rpc`, headers: { authorization: `Bearer ${observerToken}` } }),
    );
    const stream = await client.sessions.follow({ session: 1, after: 0 });
    await stream.next();
    const ended = once(key, 'close');
    made.server.end('key:1');
    await ended;
    expect(person.readyState).toBe(WebSocket.OPEN);
    expect(made.server.clients()).toBe(1);
    person.terminate();
  });

  test('hangs up when the time of whoever asks is over', async () => {
    await made.server.close();
    made = await serverUnderTest({
      admit: () => ({ id: 'key:2', caller: { by: 'person' }, expiresAt: Date.now() + 30 }),
    });
    const socket = dial();
    const [code] = await once(socket, 'close');
    expect(code).toBe(1006);
  });

  test('refuses a body that is too large before it is sent, and while it is', async () => {
    const large = await asked(made.server, '/rpc/settings/set', {
      method: 'POST',
      headers: { 'content-length': String(messageLimit + 1), 'content-type': 'application/json' },
    }).catch((error: unknown) => error);
    expect(large).toMatchObject({ status: 413 });
    for (const [body, type, status] of [
      ['{', 'application/json', 400],
      ['a=1', 'application/x-www-form-urlencoded', 415],
      ['{}', 'multipart/form-data; boundary=x', 415],
      ['{}', 'text/plain', 415],
    ] as const) {
      const answer = await asked(made.server, '/rpc/settings/set', {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      expect([type, answer.status]).toEqual([type, status]);
    }
  });

  test('closes with everybody attached, and says so when its port is taken', async () => {
    const socket = dial();
    await once(socket, 'open');
    const gone = once(socket, 'close');
    await made.server.close();
    await gone;
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { openServer } = await import('../../../core/server/http');
    const none = { router: made.door.router, routes: [], admit: () => null, hosts: () => [], log: () => {} };
    await expect(openServer({ ...none, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    other.close();
    made = await serverUnderTest();
  });
});
