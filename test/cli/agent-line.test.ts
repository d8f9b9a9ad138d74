import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AgentLine, connectAgent, type Work } from '../../cli/agent-line';
import { type Bridging, bridging } from '../../cli/answering';
import type { RelayMessage } from '../../core/contract/relay';
import { of, type ServedRelay, serveRelay } from '../core/relay/serve';

let served: ServedRelay;
let network: Awaited<ReturnType<typeof openNetwork>>;
let line: AgentLine | null = null;
const said: string[] = [];
const heard: Work[] = [];
beforeEach(async () => {
  served = await serveRelay();
  network = await openNetwork(served.port);
  said.length = 0;
  heard.length = 0;
});
afterEach(async () => {
  line?.leave();
  await line?.ended.catch(() => {});
  network.close();
  await served.close();
});

const agent = { session: 's1', role: 'echo' };
const work = (id: string) => ({ id, type: 'work', payload: id });
const answer = (id: string): RelayMessage => ({ id, type: 'result', payload: `did ${id}` });

/** A way to a port that can be cut, and is there again at once. */
async function openNetwork(port: number) {
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const end of [near, far]) {
      ends.add(end);
      end.on('error', () => {});
      end.once('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What is connected now carries nothing any more, and neither end is told. */
    silence() {
      for (const end of ends) end.unpipe().pause();
    },
    cut() {
      for (const end of ends) end.destroy();
      ends.clear();
    },
    close() {
      this.cut();
      server.close();
    },
  };
}

/** Connects the agent; the promise is waited for before it comes back after the connection broke. */
function join(hear: (work: Work, by: number) => void, mayComeBack: () => Promise<void> = async () => {}): AgentLine {
  line = connectAgent({
    ...agent,
    place: async () => ({ url: network.url, token: 't' }),
    where: 'here',
    hear,
    say: (text) => said.push(text),
    wait: mayComeBack,
  });
  return line;
}

test('an agent comes back where the connection broke, is given what it did not answer, and what it says meanwhile leaves then', async () => {
  let letBack = () => {};
  const away = new Promise<void>((resolve) => {
    letBack = resolve;
  });
  const there = join(
    (one) => void heard.push(one),
    () => away,
  );
  await served.bus.sendWork(agent, work('a'));
  await expect.poll(() => heard.map(({ id }) => id)).toEqual(['a']);
  network.cut();
  await expect.poll(() => said.join('\n')).toContain('Trying until it is there');
  const left = there.send(answer('a'));
  await served.bus.sendWork(agent, work('b'));
  letBack();
  await left;
  await expect.poll(() => heard.map(({ id }) => id).slice(-1)).toEqual(['b']);
  await there.send(answer('b'));
  await expect.poll(() => served.bus.unanswered(agent)).toBe(0);
  there.leave();
  expect(await there.ended).toBe('left');
});

test('an agent that hears nothing any more, not even whether it lives, comes back', async () => {
  line = connectAgent({
    ...agent,
    place: async () => ({ url: network.url, token: 't' }),
    where: 'here',
    hear: (one) => void heard.push(one),
    say: (text) => said.push(text),
    wait: async () => {},
    silentMs: 200,
  });
  await expect.poll(() => served.door.agents()).toHaveLength(1);
  network.silence();
  await served.bus.sendWork(agent, work('a'));
  await expect.poll(() => heard.map(({ id }) => id)).toContain('a');
  expect(said.join('\n')).toContain('nothing came from it any more');
});

test('an agent stays away when it was stopped, and when another one took over', async () => {
  const first = join(() => {});
  await expect.poll(() => served.door.agents()).toHaveLength(1);
  const other = await served.connect('/agent?session_id=s1&role=echo');
  await expect(first.ended).rejects.toMatchObject({ code: 'CONFLICT' });
  other.socket.close();
  await other.closed;
  const second = join(() => {});
  await expect.poll(() => said.filter((text) => text.startsWith('Connected'))).toHaveLength(2);
  served.door.disconnect(agent);
  expect(await second.ended).toBe('stopped');
  // Once it has ended nothing is sent, and nobody waits for that.
  await second.send(answer('late'));
});

test('a program gets a work once, and an answer that was lost on the way is given again', async () => {
  const given: string[] = [];
  const sent: RelayMessage[] = [];
  const passing = bridging(
    {
      async send(message) {
        sent.push(message);
        return 2;
      },
    },
    (text) => given.push(JSON.parse(text).id) > 0,
  );
  const one: Work = { seq: 1, ...work('a') };
  passing.hear(one, 1);
  // The connection broke while the program was at work.
  passing.hear(one, 2);
  expect([given, sent]).toEqual([['a'], []]);
  await passing.said(JSON.stringify({ id: 'a', type: 'event', payload: 'half' }));
  await passing.said(JSON.stringify(answer('a')));
  passing.hear(one, 3);
  expect(given).toEqual(['a']);
  expect(sent.map(({ type }) => type)).toEqual(['event', 'result', 'result']);
  expect(await passing.said('what?')).toBe('it is no JSON');
  expect(await passing.said('{"id": 1}')).toContain('its id is not');
  expect(await passing.said('  ')).toBeNull();
  expect(sent).toHaveLength(3);
});

test('an answer of a program that was held until it was connected again leaves once', async () => {
  let letBack = () => {};
  const away = new Promise<void>((resolve) => {
    letBack = resolve;
  });
  let passing: Bridging | null = null;
  const there = join(
    (one, by) => {
      heard.push(one);
      passing?.hear(one, by);
    },
    () => away,
  );
  passing = bridging(there, () => true);
  const follower = await served.connect('/relay');
  follower.say({ id: 's', type: 'subscribe', payload: { pattern: 'sessions.s1.results.echo' } });
  await follower.next(of('s', 'ok'));
  await served.bus.sendWork(agent, work('a'));
  await expect.poll(() => heard).toHaveLength(1);
  network.cut();
  await expect.poll(() => said.join('\n')).toContain('Trying until it is there');
  const left = passing.said(JSON.stringify(answer('a')));
  letBack();
  await left;
  await expect.poll(() => heard).toHaveLength(2);
  await expect.poll(() => served.bus.unanswered(agent)).toBe(0);
  // What comes after it comes after all that was answered.
  await there.send({ id: 'last', type: 'note', payload: null });
  await follower.next(of('last'));
  expect(follower.heard.filter(of('a', 'result'))).toHaveLength(1);
});

test('an echo is heard by who follows', async () => {
  const there = join((one) => void there.send({ id: one.id, type: 'result', payload: one.payload }));
  const follower = await served.connect('/relay');
  follower.say({ id: 's', type: 'subscribe', payload: { pattern: 'sessions.s1.results.echo' } });
  await follower.next(of('s', 'ok'));
  await served.bus.sendWork(agent, work('c'));
  expect(await follower.next(of('c'))).toMatchObject({ payload: 'c' });
});

test.each([
  ['here', [100, 200, 400, 800, 1000, 1000]],
  ['elsewhere', [100, 200, 400, 800, 1600, 3200]],
] as const)(
  'an agent whose relay is %s looks for it soon, and then after longer and longer waits',
  async (where, about) => {
    const waits: number[] = [];
    const there = connectAgent({
      ...agent,
      place: async () => null,
      where,
      hear() {},
      say() {},
      async wait(ms) {
        if (waits.push(ms) === about.length) there.leave();
      },
    });
    expect(await there.ended).toBe('left');
    for (const [at, ms] of about.entries()) expect(Math.abs((waits[at] ?? 0) - ms)).toBeLessThanOrEqual(ms / 4);
    expect(waits).toHaveLength(about.length);
  },
);
