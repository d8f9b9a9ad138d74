import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mostUnanswered } from '../../../core/contract/relay';
import type { Bus, Heard } from '../../../core/relay/bus';
import { openNatsBus } from '../../../core/relay/nats';
import { busRules, keepRule } from '../../suites/bus';
import { startNats } from './nats-server';

describe.runIf(process.platform === 'linux')('the bus on a NATS server', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof startNats>>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-nats-'));
    server = await startNats(join(folder, 'first'));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  /** Every test begins with a server that holds nothing. */
  afterEach(async () => {
    const connection = await connect({ servers: server.url });
    const manager = await jetstreamManager(connection);
    for (const name of await manager.streams.names().next()) await manager.streams.delete(name);
    await connection.close();
  });

  function open(url = server.url, mostBytes = 64 * 1024 * 1024): Promise<Bus> {
    return openNatsBus({
      ...{ url, credentials: null, mostBytes, now: Date.now },
      onError(cause) {
        throw cause;
      },
    });
  }

  describe('keeps the rule:', () => {
    test.each(busRules)('$name', (rule) =>
      keepRule(rule, { open: async (options) => open(server.url, options?.mostBytes) }),
    );
  });

  test('what is said to be answered ahead is forgotten where no more can wait, and that work is given', async () => {
    const bus = await open();
    const of = { session: 's', role: 'r' };
    for (const id of ['one', 'two']) await bus.sendWork(of, { id, type: 'work', payload: 1 });
    const given: string[] = [];
    const taking = await bus.takeWork(of, (work) => void given.push(work.message().id));
    const ids = ['one', ...Array.from({ length: mostUnanswered.ofOne - 1 }, (_, at) => `none-${at}`), 'two'];
    await Promise.all(ids.map((id) => taking.answered(id)));
    await expect.poll(() => bus.unanswered(of)).toBe(1);
    expect(given).toEqual(['one']);
    await taking.leave();
    await bus.close();
  });

  test('what others publish on the server is heard when it is a message, and left out when it is none', async () => {
    const bus = await open();
    const heard: string[] = [];
    let came = () => {};
    const last = new Promise<void>((resolve) => {
      came = resolve;
    });
    await bus.subscribe('sessions.>', (one) => {
      heard.push(one.kind === 'message' ? `${one.subject} ${one.message().id}` : one.kind);
      if (heard.at(-1)?.endsWith(' end')) came();
    });
    const connection = await connect({ servers: server.url });
    connection.publish('sessions.a.events', 'no JSON');
    connection.publish('sessions.a.events', '{"id":"1","type":"a"}');
    connection.publish('sessions.a!b', '{"id":"1","type":"a","payload":1}');
    connection.publish('sessions.a.é', '{"id":"1","type":"a","payload":1}');
    connection.publish('sessions.a.results.goose', '{"payload":1,"id":"ours","type":"a"}');
    await connection.flush();
    await bus.publish('sessions.a.events', { id: 'end', type: 'a', payload: null });
    await last;
    expect(heard).toEqual(['sessions.a.results.goose ours', 'sessions.a.events end']);
    await connection.close();
    await bus.close();
  });

  test('a server that cannot be used is named with what to do, and never with a password', async () => {
    await expect(open('no address')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(open('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const closed = await open('nats://me:hidden@127.0.0.1:1').catch((cause: Error) => cause);
    expect(closed).toMatchObject({ code: 'REMOTE_FAILED', message: expect.stringMatching(/127\.0\.0\.1:1 .*reached/) });
    expect(String(closed)).not.toContain('hidden');
    const plain = await startNats(join(folder, 'plain'), ['--user', 'me', '--pass', 'hidden']);
    await expect(open(plain.url)).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
      message: expect.stringMatching(/reached/),
    });
    await expect(open(plain.url.replace('//', '//me:hidden@'))).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
      message: expect.stringMatching(/JetStream/),
    });
    await plain.stop();
  });

  test('a server that does not tell of its streams is let go of', async () => {
    const file = join(folder, 'narrow.conf');
    writeFileSync(
      file,
      'authorization: { users: [{ user: me, password: p, permissions: { publish: { deny: "$JS.API.STREAM.INFO.>" } } }] }',
    );
    const narrow = await startNats(join(folder, 'narrow'), ['-js', '-c', file]);
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = sockets();
    await expect(open(narrow.url.replace('//', '//me:p@'))).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
    await expect.poll(sockets).toBe(before);
    await narrow.stop();
  });

  test('a server that goes away is said to whoever asks anything, with what to do, and does not keep the bus from closing', async () => {
    const gone = await startNats(join(folder, 'gone'));
    const bus = await open(gone.url);
    await bus.publish('sessions.a.events', { id: '1', type: 'a', payload: null });
    await gone.stop();
    const of = { session: 'a', role: 'b' };
    const note = { id: '2', type: 'a', payload: null };
    const asked: readonly (() => Promise<unknown>)[] = [
      () => bus.publish('sessions.a.events', note),
      () => bus.sendWork(of, note),
      () => bus.takeWork(of, () => {}),
      () => bus.subscribe('>', () => {}),
      () => bus.subscribe('>', () => {}, { after: 0 }),
      () => bus.unanswered(of),
      () => bus.waiting(),
      () => bus.status(),
    ];
    const message = `The NATS server ${gone.url} could not be reached (it hung up). Start it, or change the setting natsUrl.`;
    for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: 'REMOTE_FAILED', message });
    await bus.close();
  });

  test('a server that comes back with nothing is said to have no streams, and that the next start makes them', async () => {
    const first = await startNats(join(folder, 'full'));
    const told: (string | null)[] = [];
    const bus = await openNatsBus({
      ...{ url: first.url, credentials: null, mostBytes: 1024 * 1024, now: Date.now },
      onError() {},
      onAway: (cause) => told.push(cause?.code ?? null),
    });
    await first.stop();
    const second = await startNats(join(folder, 'empty'), ['-js'], new URL(first.url).port);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(['REMOTE_FAILED', null]);
    const note = { id: '1', type: 'note', payload: null };
    const refused = {
      code: 'REMOTE_FAILED',
      message: expect.stringMatching(
        / cannot keep .* start Switchyard anew, which makes the streams that are not there\.$/,
      ),
    };
    await expect(bus.publish('sessions.a.events', note)).rejects.toMatchObject(refused);
    await expect(bus.sendWork({ session: 'a', role: 'b' }, note)).rejects.toMatchObject(refused);
    await bus.close();
    const next = await open(first.url);
    expect(await next.publish('sessions.a.events', note)).toBe(1);
    await next.close();
    await second.stop();
  });

  test('a server that comes back is told of, and whoever followed or took work hears what comes then', async () => {
    const place = join(folder, 'back');
    const first = await startNats(place);
    const told: (string | null)[] = [];
    const bus = await openNatsBus({
      ...{ url: first.url, credentials: null, mostBytes: 1024 * 1024, now: Date.now },
      onError() {},
      onAway: (cause) => told.push(cause?.code ?? null),
    });
    const note = (id: string) => ({ id, type: 'note', payload: null });
    const heard: string[] = [];
    const hear = (one: Heard) => void heard.push(one.kind === 'message' ? one.message().id : one.kind);
    await bus.publish('sessions.a.events', note('before'));
    await bus.subscribe('sessions.a.events', hear, { after: 0 });
    await expect.poll(() => heard).toEqual(['before']);
    const given: string[] = [];
    const of = { session: 'a', role: 'b' };
    const taking = await bus.takeWork(of, (work) => void given.push(work.message().id));
    await first.stop();
    await expect.poll(() => told).toEqual(['REMOTE_FAILED']);
    const second = await startNats(place, ['-js'], new URL(first.url).port);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(['REMOTE_FAILED', null]);
    await bus.publish('sessions.a.events', note('after'));
    await bus.sendWork(of, note('work'));
    await expect.poll(() => [heard, given], { timeout: 40_000 }).toEqual([['before', 'after'], ['work']]);
    await taking.answered('work');
    expect(await bus.unanswered(of)).toBe(0);
    await bus.close();
    await second.stop();
  });
});
