import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RelayHeard } from '../../../core/contract/relay';
import { serveWebPage } from '../../../core/page';
import { callRoutes } from '../../../core/server/call-routes';
import { eventRoute } from '../../../core/server/event-route';
import type { HttpServer, Lenience } from '../../../core/server/http';
import { pageRoutes } from '../../../core/server/page-routes';
import { stateRoutes } from '../../../core/server/state-routes';
import { doorRouter, temporaryFolder } from './door';
import { asking, goodRequests, hostileRequests, hostOf, type Send } from './hostile';
import { accepted, personToken, raw, serverUnderTest, statusIn } from './http-server';

type Made = Awaited<ReturnType<typeof serverUnderTest>>;

let folder: ReturnType<typeof temporaryFolder>;
let strict: Made;
const made: Made[] = [];
/** How many requests were refused, by what carries them. */
const sent = { handshakes: 0, all: 0 };

beforeAll(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder.path, 'page', 'index.html'), '<p>page</p>');
  writeFileSync(join(folder.path, 'page', 'assets', 'a.js'), 'export {};');
  writeFileSync(join(folder.path, 'page', 'assets', 'large.js'), Buffer.alloc(32 * 1024 * 1024, 'x'));
  writeFileSync(join(folder.path, 'outside.html'), 'secret');
  strict = await serve({});
});
afterAll(async () => {
  for (const one of made) await one.server.close();
  folder.remove();
  expect(sent.all).toBeGreaterThanOrEqual(150);
  expect(sent.handshakes).toBeGreaterThanOrEqual(52);
});

/** A server with every route there is. */
async function serve(lenience: Lenience & { readonly admitsAll?: boolean }): Promise<Made> {
  const { router } = doorRouter();
  const log = () => {};
  const one = await serverUnderTest({
    router,
    routes: [
      callRoutes({ router, log }),
      stateRoutes({
        version: '1',
        health: () => ({ ok: true, problems: [] }),
        reads: { '/status': { call: 'runtime.status', read: async () => ({}) } },
      }),
      eventRoute(async (_from, { signal }) => told(signal)),
      pageRoutes((asked) => serveWebPage(join(folder.path, 'page'), asked)),
    ],
    ...(lenience.admitsAll && { admit: () => ({ id: 'all', caller: { by: 'person' }, expiresAt: null }) }),
    ...lenience,
  });
  made.push(one);
  return one;
}

/** One message, and then nothing until whoever listens leaves. */
async function* told(signal: AbortSignal): AsyncGenerator<RelayHeard> {
  yield { kind: 'message', seq: 1, subject: 'sessions.a.events', at: 1, id: '1', type: 'event', payload: 1 };
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

const { bearer, handshake, plain, call } = asking(personToken);

describe('hostile requests', () => {
  // None of these is let in; a server that does not look at it lets all of them in, or as many as it says.
  for (const { what, all, control } of hostileRequests(personToken))
    test(`${what}: ${all.length} refused, and let in where nobody looks`, async () => {
      sent.all += all.length;
      sent.handshakes += all.filter((send) => send(1).includes('Upgrade: websocket')).length;
      expect(await accepted(strict.server, all)).toEqual([]);
      const lenient = await serve(control.lenience);
      expect(await accepted(lenient.server, all)).toHaveLength(control.lets ?? all.length);
    });

  test('the same token is let in where it belongs', async () => {
    const ways = [bearer, `Sec-WebSocket-Protocol: switchyard, token.${personToken}`];
    expect(
      await accepted(
        strict.server,
        ways.map((token) => handshake({ token })),
      ),
    ).toEqual([0, 1]);
    expect(
      await accepted(strict.server, [
        plain({}),
        plain({ path: '/health', token: '' }),
        plain({ path: '/', token: '' }),
      ]),
    ).toHaveLength(3);
  });

  test('a cookie is not read, and answers carry none of what would let another page read them', async () => {
    const answer = await raw(
      strict.server,
      plain({ more: [`Origin: http://127.0.0.1:${strict.server.port}`, 'Cookie: a=b'] })(strict.server.port),
    );
    expect(statusIn(answer)).toBe(200);
    expect(answer).not.toMatch(/access-control|set-cookie/i);
    const asked = plain({
      method: 'OPTIONS',
      more: ['Origin: http://evil.example', 'Access-Control-Request-Method: GET'],
    });
    expect(await raw(strict.server, asked(strict.server.port))).not.toMatch(/access-control/i);
  });

  test('what follows a refused request on its connection is not read', async () => {
    const { server } = strict;
    const first = plain({ more: ['Origin: http://evil.example'] })(server.port);
    const answer = await everything(server, first + plain({})(server.port));
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403']);
    // The control: what follows one that is in order is.
    const both = plain({})(server.port) + plain({ more: ['Connection: close'] })(server.port);
    expect((await everything(server, both)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
  });

  test('hangs up on heads and bodies that do not come, and waits for those that come slowly where it is patient', async () => {
    const quick = await serve({ patience: { headMs: 60, bodyMs: 60, idleMs: 60 } });
    const patient = await serve({ patience: { headMs: 60_000, bodyMs: 60_000, idleMs: 60_000 } });
    const halves: readonly (readonly [Send, string])[] = [
      [() => 'GET /health', ' HTTP/1.1\r\n'],
      [() => 'GET /health HTTP/1.1\r\nX: ', 'y\r\n'],
      [(port) => `GET /health HTTP/1.1\r\n${hostOf(port)}\r\n`, '\r\n'],
      [(port) => call(['Content-Length: 20'], '{"json":')(port), '{}         }'],
      [(port) => call(['Transfer-Encoding: chunked'], '8\r\n{"json":\r\n')(port), '3\r\n{}}\r\n0\r\n\r\n'],
    ];
    sent.all += halves.length;
    const waiting = halves.map(([send]) => {
      const socket = connect(patient.server.port, '127.0.0.1').on('error', () => {});
      socket.write(send(patient.server.port));
      return socket;
    });
    const given = await Promise.all(halves.map(([send]) => everything(quick.server, send(quick.server.port))));
    expect(given.map(statusIn).filter((status) => status === 200)).toEqual([]);
    // All that time the patient one has waited: the rest is heard.
    const [, , third, fourth, fifth] = waiting;
    for (const [socket, rest] of [
      [third, halves[2]?.[1]],
      [fourth, halves[3]?.[1]],
      [fifth, halves[4]?.[1]],
    ] as const) {
      const answered = new Promise<string>((resolve) =>
        socket?.once('data', (piece) => resolve(piece.toString('latin1'))),
      );
      socket?.write(rest ?? '');
      expect(statusIn(await answered)).toBe(200);
    }
    for (const socket of waiting) socket.destroy();
  });

  test('a thousand connections that say nothing keep nobody out', async () => {
    const { server } = strict;
    const idle = Array.from({ length: 1000 }, () => connect(server.port, '127.0.0.1').on('error', () => {}));
    const gone = Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    expect(await accepted(strict.server, [plain({}), handshake({}), plain({ path: '/', token: '' })])).toEqual([
      0, 1, 2,
    ]);
    for (const socket of idle) socket.destroy();
    await gone;
  });

  test('those who never read what they asked for keep nobody out', async () => {
    const { server } = strict;
    const slow = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const socket = connect(server.port, '127.0.0.1').on('error', () => {});
        const begun = new Promise((resolve) => socket.once('readable', resolve).once('close', resolve));
        socket.write(plain({ path: '/assets/large.js', token: '' })(server.port));
        await begun;
        return socket;
      }),
    );
    expect(await accepted(strict.server, [plain({}), handshake({}), plain({ path: '/', token: '' })])).toEqual([
      0, 1, 2,
    ]);
    for (const socket of slow) socket.destroy();
  });

  test('no more than 32 streams are open, and one that ends makes room', async () => {
    const { server } = await serve({});
    const open = async () => {
      const socket = connect(server.port, '127.0.0.1').on('error', () => {});
      const answer = new Promise<string>((resolve) =>
        socket.once('data', (piece) => resolve(piece.toString('latin1'))),
      );
      socket.write(plain({ path: '/api/events' })(server.port));
      return { socket, status: statusIn(await answer) };
    };
    const streams = await Promise.all(Array.from({ length: 32 }, open));
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await open()).status).toBe(429);
    streams[0]?.socket.destroy();
    await expect.poll(async () => (await open()).status).toBe(200);
  });

  test('whoever is in order is still served after all of it', async () => {
    const good = goodRequests(personToken, '/assets/a.js');
    expect(await accepted(strict.server, good)).toHaveLength(good.length);
  });
});

/** All that a server says until it hangs up. */
function everything({ port }: HttpServer, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(text));
    socket.write(bytes);
  });
}
