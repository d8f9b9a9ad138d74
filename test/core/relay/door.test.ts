import { afterEach, describe, expect, test } from 'vitest';
import { of, type Said, type ServedRelay, serveRelay } from './serve';

let served: ServedRelay;
const open = async (options?: Parameters<typeof serveRelay>[0]) => {
  served = await serveRelay(options);
  return served;
};
afterEach(() => served.close());

const agent = { session: 's1', role: 'claude' };
const agentPath = '/agent?session_id=s1&role=claude';
const work = (id: string, payload: unknown = id) => ({ id, type: 'work', payload });
const give = (id: string, payload?: unknown) => served.bus.sendWork(agent, work(id, payload));
const unanswered = () => served.bus.unanswered(agent);

describe('an agent', () => {
  test('gets its work, whose answer is published and ends it; what it tells of the session ends nothing', async () => {
    const { connect } = await open();
    const before = await give('w1', { do: 'this' });
    const follower = await connect('/relay');
    follower.say({ id: 'f', type: 'subscribe', payload: { pattern: 'sessions.s1.>' } });
    await follower.next(of('f', 'ok'));
    const claude = await connect(agentPath);
    expect(await claude.next(of('w1'))).toMatchObject({
      seq: before,
      subject: 'sessions.s1.work.claude',
      payload: { do: 'this' },
    });
    claude.say({ id: 'w1', type: 'event', payload: 'half' });
    await follower.next(({ payload }) => payload === 'half');
    expect(await unanswered()).toBe(1);
    claude.say({ id: 'w1', type: 'result', payload: 'done' });
    expect(await follower.next(({ payload }) => payload === 'done')).toMatchObject({
      subject: 'sessions.s1.results.claude',
      id: 'w1',
    });
    await expect.poll(unanswered).toBe(0);
    // What it did not ask for with an id of a work is a result all the same.
    claude.say({ id: 'of its own', type: 'note', payload: 1 });
    await follower.next(of('of its own'));
    await give('w2');
    await claude.next(of('w2'));
    claude.say({ id: 'w2', type: 'ack', payload: null });
    await expect.poll(unanswered).toBe(0);
    expect(follower.heard.filter(of('w2')).map(({ subject }) => subject)).toEqual(['sessions.s1.work.claude']);
    expect(served.door.agents()).toEqual([{ ...agent, by: 'person', since: expect.any(Number), sent: 2, received: 4 }]);
  });

  test('is given again what it did not answer, by the same id and number, but for what it says it has', async () => {
    const { connect } = await open();
    const first = await connect(agentPath);
    const numbers = [await give('a'), await give('b'), await give('c')];
    await first.next(of('c'));
    first.say({ id: 'b', type: 'result', payload: 1 });
    await expect.poll(unanswered).toBe(2);
    first.socket.terminate();
    await first.closed;
    const second = await connect(agentPath);
    await second.next(of('c'));
    expect(second.heard.map(({ id, seq }) => [id, seq])).toEqual([
      ['a', numbers[0]],
      ['c', numbers[2]],
    ]);
    const third = await connect(`${agentPath}&after=${numbers[0]}`);
    await third.next(of('c'));
    expect(third.heard.map(({ id }) => id)).toEqual(['c']);
  });

  test('takes the place of an older connection of its own, which hears why and says nothing more', async () => {
    const { connect } = await open();
    await give('a');
    const older = await connect(agentPath);
    await older.next(of('a'));
    const newer = await connect(agentPath);
    expect(await older.closed).toEqual({ code: 4001, reason: 'Another connection took over.' });
    await newer.next(of('a'));
    await give('b');
    await newer.next(of('b'));
    expect(older.heard.map(({ id }) => id)).toEqual(['a']);
    expect(served.door.connections()).toBe(1);
  });

  test('of another key does not take the place of one that is alive, and may once it has gone', async () => {
    const { connect } = await open({ may: ['relay.connect:claude'] });
    const theirs = await connect(agentPath, 'key:one');
    await expect(connect(agentPath, 'key:two')).rejects.toThrow(/^409 .*agent stop --session s1 --role claude/);
    expect(served.door.disconnect(agent)).toBe(true);
    expect(await theirs.closed).toMatchObject({ code: 4002 });
    await expect.poll(() => served.door.connections()).toBe(0);
    expect(served.door.disconnect(agent)).toBe(false);
    await connect(agentPath, 'key:two');
    expect(served.door.agents()).toMatchObject([{ by: 'key:two' }]);
  });

  test('is let in only by its name and for the roles of its key, until that is taken away', async () => {
    const { connect, revoke } = await open({ may: ['relay.connect:claude'] });
    await expect(connect('/agent?session_id=12&role=claude')).rejects.toThrow(
      /^403 .*Session 12 is one of Switchyard's own/,
    );
    await expect(connect('/agent?session_id=s1&role=goose', 'key:one')).rejects.toThrow(
      /^403 .*may not connect as goose\. No key may/,
    );
    await expect(connect('/agent?session_id=s1&role=docs', 'key:one')).rejects.toThrow(
      /^403 .*may not connect as docs\. A key of the type docs may/,
    );
    for (const query of [
      '',
      '?session_id=s1',
      '?session_id=s.1&role=claude',
      '?session_id=s1&role=*',
      '?session_id=s1&role=claude&after=-1',
    ])
      await expect(connect(`/agent${query}`)).rejects.toThrow(/^400 .*"BAD_INPUT".* after=N/);
    await expect(connect('/agents?session_id=s1&role=claude')).rejects.toThrow(/^404/);
    const claude = await connect(agentPath, 'key:one');
    revoke('key:one');
    expect(await claude.closed).toMatchObject({ code: 1008 });
    const late = await connect(agentPath, 'key:one');
    expect(await late.closed).toMatchObject({ code: 1008 });
  });

  test('is told what was wrong with what it said, and goes on', async () => {
    const { connect } = await open();
    const claude = await connect(agentPath);
    claude.say('{');
    claude.say({ id: 'x', type: 'result' });
    expect(await claude.next(of('x'))).toMatchObject({ type: 'error', payload: { code: 'BAD_INPUT' } });
    const message = 'This is no JSON. Send {"id":"1","type":"result","payload":{}}.';
    expect(claude.heard[0]).toEqual({ id: null, type: 'error', payload: { code: 'BAD_INPUT', message } });
    await give('a');
    await claude.next(of('a'));
  });

  test('that takes nothing is given no more than it takes, and all of it once it does', async () => {
    const { connect } = await open();
    const claude = await connect(agentPath);
    claude.socket.pause();
    const large = 'x'.repeat(900_000);
    const ids = Array.from({ length: 20 }, (_, count) => `w${count}`);
    for (const id of ids) await give(id, large);
    expect(served.door.agents()[0]?.sent).toBeLessThan(ids.length);
    claude.socket.resume();
    await claude.next(of('w19'));
    expect(claude.heard.map(({ id }) => id)).toEqual(ids);
  });
});

describe('a follower', () => {
  const events = 'sessions.s1.events';
  const tell = (id: string, payload: unknown = null) => served.bus.publish(events, { id, type: 'note', payload });
  const subscribe = (payload: unknown, id = 'sub') => ({ id, type: 'subscribe', payload });

  test('hears what it asks for, once, from where on it asks, until it does not want to any more', async () => {
    const { connect } = await open();
    const first = await tell('before');
    await tell('after it');
    const follower = await connect('/relay');
    follower.say(subscribe({ pattern: 'sessions.*.events', after: first }));
    follower.say(subscribe({ pattern: 'sessions.s1.>' }, 'other'));
    await follower.next(of('other', 'ok'));
    await follower.next(of('after it'));
    // What is still told from before may come by each pattern; with this turn that is over.
    await new Promise((resolve) => setImmediate(resolve));
    await tell('now');
    const [text] = [await follower.next(of('now'))];
    expect(Object.keys(text)).toEqual(['seq', 'subject', 'at', 'id', 'type', 'payload']);
    follower.say({ id: 'no more', type: 'unsubscribe', payload: { pattern: 'sessions.*.events' } });
    follower.say({ id: 'nor that', type: 'unsubscribe', payload: { pattern: 'sessions.s1.>' } });
    await follower.next(of('nor that', 'ok'));
    await tell('unheard');
    follower.say(subscribe({ pattern: 'sessions.s2.events' }, 'last'));
    await follower.next(of('last', 'ok'));
    expect(follower.heard.map(({ id }) => id).filter((id) => !/sub|other|that|more|last/.test(id ?? ''))).toEqual([
      'after it',
      'now',
    ]);
  });

  test('sends work, and hears why something cannot be done, by the id it asked with', async () => {
    const { connect } = await open({ bounds: { patterns: 1 }, may: ['relay.follow'] });
    const follower = await connect('/relay');
    follower.say({ id: '1', type: 'send', payload: { ...agent, message: work('w') } });
    expect(await follower.next(of('1'))).toEqual({ id: '1', type: 'ok', payload: { seq: expect.any(Number) } });
    expect(await unanswered()).toBe(1);
    const wrong: readonly (readonly [unknown, string])[] = [
      [{ id: 'a', type: 'send', payload: { ...agent, message: { id: 'w' } } }, 'BAD_INPUT'],
      [{ id: 'b', type: 'send', payload: { session: 's 1', role: 'x', message: work('w') } }, 'BAD_INPUT'],
      [{ id: 'c', type: 'shout', payload: {} }, 'BAD_INPUT'],
      [subscribe({ pattern: 'sessions.>.events' }, 'd'), 'BAD_INPUT'],
      [subscribe({ pattern: 'sessions.>', after: -1 }, 'e'), 'BAD_INPUT'],
      [{ id: 'f', type: 'unsubscribe', payload: { pattern: 'sessions.>' } }, 'NOT_FOUND'],
      [subscribe({ pattern: 'sessions.>' }, 'g'), 'ok'],
      [subscribe({ pattern: 'sessions.s1.>' }, 'h'), 'LIMIT'],
      [subscribe({ pattern: 'sessions.>' }, 'i'), 'ok'],
    ];
    for (const [message] of wrong) follower.say(message);
    const answers: Said[] = [];
    for (const [message] of wrong) answers.push(await follower.next(of((message as { id: string }).id)));
    const codes = answers.map(({ type, payload }) => (type === 'ok' ? 'ok' : (payload as { code: string }).code));
    expect(codes).toEqual(wrong.map(([, code]) => code));
    const keyed = await connect('/relay', 'key:one');
    keyed.say({ id: '2', type: 'send', payload: { ...agent, message: work('v') } });
    expect(await keyed.next(of('2'))).toMatchObject({ type: 'error', payload: { code: 'NOT_ALLOWED' } });
    expect(await unanswered()).toBe(1);
    const other = await connect('/relay', 'key:one');
    other.say(subscribe({ pattern: 'sessions.>' }, '3'));
    expect(await other.next(of('3'))).toMatchObject({ type: 'ok' });
    expect(served.log).toEqual([]);
  });

  test('is told what to send instead of what is none, which is taken', async () => {
    const { connect } = await open();
    const follower = await connect('/relay');
    const message = async (said: unknown) => {
      const before = follower.heard.length;
      follower.say(said);
      const heard = await follower.next((one) => follower.heard.indexOf(one) >= before);
      return { type: heard.type, words: String((heard.payload as { message?: string }).message) };
    };
    for (const said of ['not json', '{"id":"1"}', '{"id":"1","type":"work","payload":{}}']) {
      const { words } = await message(said);
      const example = /(\{"id".*\})\.$/.exec(words)?.[1] ?? '';
      expect(await message(example)).toMatchObject({ type: 'ok' });
    }
    const payload = async (asked: unknown) => (await message({ id: '1', type: 'subscribe', payload: asked })).words;
    const pattern = 'a pattern like sessions.*.results.claude or sessions.>';
    const fits = 'The payload does not fit: ';
    expect(await payload({ pattern: 5 })).toBe(`${fits}pattern must be ${pattern}, and is 5.`);
    expect(await payload({})).toBe(`${fits}pattern must be ${pattern}, and is missing.`);
    expect(await payload({ pattern: 'a..b' })).toBe(`${fits}pattern must be ${pattern}, and is "a..b".`);
    expect(await payload({ pattern: '>', after: null })).toBe(
      `${fits}after must be a whole number that is not less than 0, or left out, and is null.`,
    );
    expect(await payload({ pattern: '>', since: 1 })).toBe(`${fits}it has since, which nobody asks for.`);
    expect(await payload([])).toBe(`${fits}it must be an object, and is a list.`);
  });

  const large = 'x'.repeat(64 * 1024);
  /** A follower that takes nothing while 24 MB are published, and what it has heard once it reads again. */
  async function slow(options: Parameters<typeof serveRelay>[0]) {
    const { connect } = await open(options);
    const follower = await connect('/relay');
    follower.say(subscribe({ pattern: events }));
    await follower.next(of('sub', 'ok'));
    const quick = await connect('/relay');
    quick.say(subscribe({ pattern: events }));
    await quick.next(of('sub', 'ok'));
    follower.socket.pause();
    for (let count = 0; count < 384; count += 1) await tell(`m${count}`, large);
    await quick.next(of('m383'));
    follower.socket.resume();
    return { follower, quick };
  }

  test('that takes too little is told what it missed, and gets that when it asks; others miss nothing', async () => {
    const { follower, quick } = await slow({});
    expect(quick.heard.filter(({ type }) => type === 'note')).toHaveLength(384);
    const { payload } = await follower.next(({ type }) => type === 'missed');
    const { from, to } = payload as { from: number; to: number };
    const heard = () => follower.heard.flatMap(({ type, seq }) => (type === 'note' && seq !== undefined ? [seq] : []));
    expect(heard().at(-1)).toBe(from - 1);
    expect(to - from).toBeGreaterThan(100);
    // All of it, though it is many times what would be left out were it new.
    follower.say(subscribe({ pattern: events, after: from - 1 }, 'again'));
    await follower.next(of('m383'));
    expect(heard()).toEqual(quick.heard.flatMap(({ type, seq }) => (type === 'note' ? [seq] : [])));
    expect(follower.heard.filter(({ type }) => type === 'missed')).toHaveLength(1);
  });

  test('control: without the bound everything is held for it', async () => {
    const { follower } = await slow({ bounds: { leaveOut: Number.POSITIVE_INFINITY } });
    await follower.next(of('m383'));
    expect(follower.heard.some(({ type }) => type === 'missed')).toBe(false);
  });

  test('that takes no answers is hung up on', async () => {
    const { connect } = await open({ bounds: { unsent: 64 * 1024, rate: { burst: 1e6, perSecond: 1e6 } } });
    const follower = await connect('/relay');
    follower.socket.pause();
    const pattern = Array.from({ length: 4 }, () => 'x'.repeat(60)).join('.');
    for (let count = 0; count < 20_000; count += 1)
      follower.say({ id: `${count}`, type: 'unsubscribe', payload: { pattern } });
    await expect.poll(() => served.door.connections()).toBe(0);
    follower.socket.resume();
    await follower.closed;
  });
});

describe('everybody', () => {
  test('is read no faster than the rate, and not hung up on for it', async () => {
    const { connect } = await open({ bounds: { rate: { burst: 3, perSecond: 0.001 } } });
    const hasty = await connect(agentPath);
    const calm = await connect('/agent?session_id=s1&role=goose');
    const follower = await connect('/agent?session_id=s1&role=echo');
    const heard: string[] = [];
    await served.bus.subscribe(
      'sessions.s1.results.*',
      (one) => void (one.kind === 'message' && heard.push(one.message().id)),
    );
    const said = async (id: string) => void (await expect.poll(() => heard).toContain(id));
    // Each in a frame of its own that was read before the next came.
    for (const id of ['a', 'b', 'c']) {
      hasty.say({ id, type: 'result', payload: null });
      await said(id);
    }
    hasty.say({ id: 'd', type: 'result', payload: null });
    calm.say({ id: 'e', type: 'result', payload: null });
    await said('e');
    follower.say({ id: 'f', type: 'result', payload: null });
    await said('f');
    expect(heard).toEqual(['a', 'b', 'c', 'e', 'f']);
    expect(served.door.connections()).toBe(3);
  });

  test('sends text in frames of at most a mebibyte', async () => {
    const { connect } = await open();
    const [large, bytes, fine] = [await connect('/relay'), await connect('/relay'), await connect('/relay')];
    large.say('x'.repeat(1024 * 1024 + 1));
    bytes.socket.send(Buffer.from('{}'));
    expect(await large.closed).toMatchObject({ code: 1009 });
    expect(await bytes.closed).toMatchObject({ code: 1003 });
    fine.say({ id: '1', type: 'subscribe', payload: { pattern: 'sessions.>' } });
    await fine.next(of('1', 'ok'));
  });

  test('is refused when there are too many, and let in when one has left', async () => {
    const { connect } = await open({ bounds: { connections: 2 } });
    const [first] = [await connect('/relay'), await connect(agentPath)];
    await expect(connect('/relay')).rejects.toThrow(/^503 .*"LIMIT"/);
    first.socket.close();
    await first.closed;
    await expect.poll(() => served.door.connections()).toBe(1);
    await connect('/relay');
  });

  test('of a key leaves room for others, and may come back in the place of its own', async () => {
    const { connect } = await open({ bounds: { connectionsOfKey: 1 }, may: ['relay.follow', 'relay.connect:claude'] });
    const there = await connect(agentPath, 'key:a');
    await expect(connect('/relay', 'key:a')).rejects.toThrow(/^503 .*"LIMIT".*of this key/);
    await connect('/relay', 'key:b');
    await connect('/relay');
    await connect('/relay');
    await connect(agentPath, 'key:a');
    expect(await there.closed).toMatchObject({ code: 4001 });
  });

  test('hears a goodbye when the relay closes, after what was sent before', async () => {
    const { connect, door, bus } = await open();
    const follower = await connect('/relay');
    follower.say({ id: '1', type: 'subscribe', payload: { pattern: 'sessions.>' } });
    await follower.next(of('1', 'ok'));
    await bus.publish('sessions.s1.events', { id: 'last', type: 'note', payload: null });
    await door.close();
    expect(await follower.closed).toEqual({ code: 1001, reason: 'Switchyard stops.' });
    await follower.next(of('last'));
    await expect(connect('/relay')).rejects.toThrow(/^503/);
  });
});
