import { expect } from 'vitest';
import { eventsSubject, mostUnanswered, type RelayMessage, resultsSubject } from '../../core/contract/relay';
import type { Address, Bus, Heard, HeardMessage, SubscribeOptions } from '../../core/relay/bus';

/** A kind of bus and where its messages lie. */
export interface BusBench {
  /** Opens the bus on what was kept before. At most one is open at a time; the suite closes it. */
  open(options?: { readonly mostBytes?: number }): Promise<Bus>;
}

/** What every bus promises, and a bench that breaks just that: the check must not pass on it. */
export interface BusRule {
  readonly name: string;
  check(bench: BusBench): Promise<void>;
  broken(bench: BusBench): BusBench;
}

const claude: Address = { session: 'nightly', role: 'claude' };

/** What every bus promises. */
export const busRules: readonly BusRule[] = [
  {
    name: 'what is published is heard by who asked for its subject, once, in order, with a number that grows',
    async check({ open }) {
      const bus = await open();
      const one = await listen(bus, resultsSubject('nightly', 'claude'));
      const any = await listen(bus, 'sessions.*.results.*');
      const all = await listen(bus, 'sessions.>');
      const numbers: number[] = [];
      for (const id of ['a', 'b', 'c']) {
        numbers.push(await bus.publish(resultsSubject('nightly', 'claude'), message(id, { said: id })));
      }
      numbers.push(await bus.publish(resultsSubject('nightly', 'goose'), message('d', ['é', 1])));
      numbers.push(await bus.publish(eventsSubject('nightly'), end));
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      const heard = await all.until(end);
      expect(heard.map(({ seq }) => seq)).toEqual(numbers);
      expect(heard.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'end']);
      expect(one.ids()).toEqual(['a', 'b', 'c']);
      expect(any.ids()).toEqual(['a', 'b', 'c', 'd']);
      const { at } = heard[3] ?? { at: 0 };
      expect(all.frames()[3]).toBe(
        `{"seq":${numbers[3]},"subject":"sessions.nightly.results.goose","at":${at},"id":"d","type":"note","payload":["é",1]}`,
      );
    },
    broken: changed((bus) => ({ ...bus, subscribe: (_pattern, hear) => bus.subscribe('sessions.>', hear) })),
  },
  {
    name: 'a follower that was away hears what it missed, and nothing twice, while more is published',
    async check({ open }) {
      const bus = await open();
      const subject = eventsSubject('nightly');
      const known = await bus.publish(subject, message('known', null));
      const missed: number[] = [];
      for (let count = 0; count < 50; count += 1) missed.push(await bus.publish(subject, message(`m${count}`, count)));
      const publishing = (async () => {
        for (let count = 0; count < 50; count += 1)
          missed.push(await bus.publish(subject, message(`n${count}`, count)));
        await bus.publish(subject, end);
      })();
      const back = await listen(bus, subject, { after: known });
      await publishing;
      expect((await back.until(end)).slice(0, -1).map(({ seq }) => seq)).toEqual(missed);
    },
    broken: changed((bus) => ({ ...bus, subscribe: (pattern, hear) => bus.subscribe(pattern, hear) })),
  },
  {
    name: 'numbers go on when the bus is opened again, and what was kept is told',
    async check({ open }) {
      const first = await open();
      const before = await first.publish(eventsSubject('nightly'), message('before', 1));
      await first.close();
      const second = await open();
      const after = await second.publish(eventsSubject('nightly'), message('after', 2));
      expect(after).toBeGreaterThan(before);
      const all = await listen(second, 'sessions.>', { after: before - 1 });
      const last = await second.publish(eventsSubject('nightly'), end);
      expect((await all.until(end)).map(({ seq, id }) => [seq, id])).toEqual([
        [before, 'before'],
        [after, 'after'],
        [last, 'end'],
      ]);
    },
    // One that forgets what it held.
    broken: changed((bus) => ({ ...bus, subscribe: (pattern, hear) => bus.subscribe(pattern, hear) })),
  },
  {
    name: 'a follower that was away for too long is first told what it missed',
    async check({ open }) {
      const bus = await open({ mostBytes: 64 * 1024 });
      const subject = eventsSubject('nightly');
      const known = await bus.publish(subject, message('known', null));
      const large = 'x'.repeat(4000);
      const numbers: number[] = [];
      for (let count = 0; count < 40; count += 1) numbers.push(await bus.publish(subject, message(`m${count}`, large)));
      await bus.publish(subject, end);
      const back = await listen(bus, subject, { after: known });
      const kept = (await back.until(end)).slice(0, -1).map(({ seq }) => seq);
      const gap = back.heard[0];
      if (gap?.kind !== 'missed') throw new Error('It was not told that it missed anything.');
      expect(gap.from).toBe(known + 1);
      expect(kept.length).toBeGreaterThan(3);
      expect(kept).toEqual(numbers.filter((seq) => seq > gap.to));
      expect(kept.length).toBeLessThan(40);
      expect((await bus.status()).first).toBe(gap.to + 1);
    },
    broken: changed((bus) => ({
      ...bus,
      subscribe: (pattern, hear, options) =>
        bus.subscribe(pattern, (heard) => heard.kind === 'message' && hear(heard), options),
    })),
  },
  {
    name: 'work is given in order, and again with its id and number to who comes next, until it is answered',
    async check({ open }) {
      const first = await open();
      const followed = await listen(first, 'sessions.*.work.*');
      const numbers: number[] = [];
      for (const id of ['a', 'b', 'c']) numbers.push(await first.sendWork(claude, message(id, id)));
      await first.sendWork({ ...claude, role: 'goose' }, message('of another', null));
      expect(await first.unanswered(claude)).toBe(3);
      expect(await first.waiting()).toContainEqual({ ...claude, unanswered: 3, since: expect.any(Number) });
      const once = await take(first, claude);
      expect((await once.count(3)).map(({ seq, id }) => [seq, id])).toEqual([
        [numbers[0], 'a'],
        [numbers[1], 'b'],
        [numbers[2], 'c'],
      ]);
      await once.taking.answered('a');
      await once.taking.answered('a');
      await once.taking.answered('never sent');
      await once.taking.leave();
      await followed.until({ id: 'of another' });
      expect(followed.ids()).toEqual(['a', 'b', 'c', 'of another']);
      const again = await take(first, claude);
      expect((await again.count(2)).map(({ seq, id }) => [seq, id])).toEqual([
        [numbers[1], 'b'],
        [numbers[2], 'c'],
      ]);
      await again.taking.answered('c');
      await first.close();
      const second = await open();
      expect(await second.unanswered(claude)).toBe(1);
      numbers.push(await second.sendWork(claude, message('d', 'd')));
      const later = await take(second, claude);
      expect((await later.count(2)).map(({ seq, id }) => [seq, id])).toEqual([
        [numbers[1], 'b'],
        [numbers[3], 'd'],
      ]);
    },
    broken: changed((bus) => ({
      ...bus,
      takeWork: async (of, deliver) => ({ ...(await bus.takeWork(of, deliver)), answered: async () => {} }),
    })),
  },
  {
    name: 'work that comes while an agent is there is given at once',
    async check({ open }) {
      const bus = await open();
      const there = await take(bus, claude);
      const seq = await bus.sendWork(claude, message('a', 1));
      expect((await there.count(1)).map((work) => work.seq)).toEqual([seq]);
      await there.taking.answered('a');
      expect(await bus.unanswered(claude)).toBe(0);
    },
    broken: changed((bus) => ({ ...bus, sendWork: async (to, sent) => (await bus.sendWork(to, sent)) + 1 })),
  },
  {
    name: 'the same id sent twice is the same work, also once it is answered',
    async check({ open }) {
      const bus = await open();
      const there = await take(bus, claude);
      const [one, two] = await Promise.all([
        bus.sendWork(claude, message('a', 'first')),
        bus.sendWork(claude, message('a', 'second')),
      ]);
      expect(two).toBe(one);
      expect(await bus.unanswered(claude)).toBe(1);
      await there.count(1);
      await there.taking.answered('a');
      expect(await bus.sendWork(claude, message('a', 'third'))).toBe(one);
      await bus.sendWork(claude, end);
      expect((await there.count(2)).map(({ payload }) => payload)).toEqual(['first', null]);
    },
    broken: changed((bus) => {
      let sent = 0;
      return {
        ...bus,
        sendWork(to, work) {
          sent += 1;
          return bus.sendWork(to, { ...work, id: `${work.id}${sent}` });
        },
      };
    }),
  },
  {
    name: 'more work than an agent may leave unanswered is refused, and what is there stays',
    async check({ open }) {
      const bus = await open();
      const most = mostUnanswered.ofOne;
      const sent = Array.from({ length: most }, (_, count) => bus.sendWork(claude, message(`w${count}`, count)));
      await Promise.all(sent);
      await expect(bus.sendWork(claude, message('too much', 0))).rejects.toMatchObject({
        code: 'LIMIT',
        message: expect.stringContaining('claude in session nightly'),
      });
      await bus.sendWork({ ...claude, role: 'goose' }, message('of another', 0));
      const there = await take(bus, claude);
      const given = await there.count(most);
      expect(given.map(({ id }) => id)).toEqual(Array.from({ length: most }, (_, count) => `w${count}`));
      await there.taking.answered('w0');
      await bus.sendWork(claude, message('now', 0));
      expect(await bus.unanswered(claude)).toBe(most);
    },
    broken: changed((bus) => ({ ...bus, sendWork: (to, work) => bus.sendWork(to, work).catch(() => 0) })),
  },
  {
    name: 'who takes the work of an agent takes it from who did before',
    async check({ open }) {
      const bus = await open();
      const older = await take(bus, claude);
      await bus.sendWork(claude, message('a', 1));
      await older.count(1);
      const newer = await take(bus, claude);
      await bus.sendWork(claude, message('b', 2));
      expect((await newer.count(2)).map(({ id }) => id)).toEqual(['a', 'b']);
      // Leaving late must not end the work of who came after.
      await older.taking.leave();
      await bus.sendWork(claude, message('c', 3));
      await newer.count(3);
      expect(older.ids()).toEqual(['a']);
    },
    broken: changed((bus) => {
      const delivers: ((work: HeardMessage) => Promise<void> | void)[] = [];
      return {
        ...bus,
        takeWork(of, deliver) {
          delivers.push(deliver);
          return bus.takeWork(of, (work) => void delivers.map((give) => give(work)));
        },
      };
    }),
  },
  {
    name: 'work that is taken back is given to nobody, and whoever waits for its answer is told',
    async check({ open }) {
      const bus = await open();
      const results = await listen(bus, resultsSubject('nightly', 'claude'));
      for (const id of ['a', 'b', 'c']) await bus.sendWork(claude, message(id, id));
      await bus.sendWork({ ...claude, role: 'goose' }, message('b', 'of another'));
      expect(await bus.takeBack(claude, 'b')).toEqual(['b']);
      expect(await bus.takeBack(claude, 'none')).toEqual([]);
      expect(await bus.unanswered(claude)).toBe(2);
      const given = await take(bus, claude);
      expect((await given.count(2)).map(({ id }) => id)).toEqual(['a', 'c']);
      await given.taking.leave();
      expect([...(await bus.takeBack(claude))].sort()).toEqual(['a', 'c']);
      expect(await bus.takeBack(claude)).toEqual([]);
      expect(await bus.unanswered(claude)).toBe(0);
      expect(await bus.unanswered({ ...claude, role: 'goose' })).toBe(1);
      await bus.publish(resultsSubject('nightly', 'claude'), end);
      const heard = await results.until(end);
      expect(heard.map(({ id, type }) => `${type} ${id}`).sort()).toEqual(
        [...['a', 'b', 'c'].map((id) => `taken-back ${id}`), `${end.type} end`].sort(),
      );
    },
    broken: changed((bus) => ({ ...bus, takeBack: async (_of, id) => (id === undefined ? [] : [id]) })),
  },
  {
    name: 'work that is taken back while its agent is slow is not given to it, its answer changes nothing, and two who take it back tell it once',
    async check({ open }) {
      const bus = await open();
      const results = await listen(bus, resultsSubject('nightly', 'claude'));
      for (const id of ['a', 'b', 'c']) await bus.sendWork(claude, message(id, id));
      const given: string[] = [];
      let takeMore = () => {};
      let came = () => {};
      const next = () =>
        new Promise<void>((resolve) => {
          came = resolve;
        });
      const first = next();
      const taking = await bus.takeWork(claude, (work) => {
        given.push(work.message().id);
        came();
        return new Promise<void>((resolve) => {
          takeMore = resolve;
        });
      });
      await first;
      await Promise.all([bus.takeBack(claude), bus.takeBack(claude)]);
      expect(await bus.unanswered(claude)).toBe(0);
      await taking.answered('a');
      const another = next();
      await bus.sendWork(claude, message('d', 4));
      takeMore();
      await another;
      expect(given).toEqual(['a', 'd']);
      await bus.publish(resultsSubject('nightly', 'claude'), end);
      const heard = await results.until(end);
      expect(heard.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c', 'end']);
      takeMore();
    },
    broken: changed((bus) => ({ ...bus, takeWork: (of, deliver) => bus.takeWork(of, (work) => void deliver(work)) })),
  },
  {
    name: 'an agent that is slow to take its work is given no more meanwhile, and holds up nobody else',
    async check({ open }) {
      const bus = await open();
      const given: string[] = [];
      let takeMore = () => {};
      let secondCame = () => {};
      const second = new Promise<void>((resolve) => {
        secondCame = resolve;
      });
      await bus.takeWork(claude, (work) => {
        given.push(work.message().id);
        if (given.length === 2) secondCame();
        return new Promise<void>((resolve) => {
          takeMore = resolve;
        });
      });
      await bus.sendWork(claude, message('a', 1));
      await bus.sendWork(claude, message('b', 2));
      const other = await take(bus, { ...claude, role: 'goose' });
      await bus.sendWork({ ...claude, role: 'goose' }, message('c', 3));
      await other.count(1);
      expect(given).toEqual(['a']);
      takeMore();
      await second;
      expect(given).toEqual(['a', 'b']);
      // Or the next would wait for ever.
      takeMore();
    },
    broken: changed((bus) => ({ ...bus, takeWork: (of, deliver) => bus.takeWork(of, (work) => void deliver(work)) })),
  },
];

/** Runs a check, and closes what it opened. */
export async function keepRule(rule: BusRule, bench: BusBench): Promise<void> {
  const open: Bus[] = [];
  try {
    await rule.check({
      async open(options) {
        const bus = await bench.open(options);
        let closed: Promise<void> | undefined;
        const once = { ...bus, close: () => (closed ??= bus.close()) };
        open.push(once);
        return once;
      },
    });
  } finally {
    for (const bus of open) await bus.close();
  }
}

const end: RelayMessage = { id: 'end', type: 'end', payload: null };

function message(id: string, payload: unknown): RelayMessage {
  return { id, type: 'note', payload };
}

function changed(change: (bus: Bus) => Bus): (bench: BusBench) => BusBench {
  return ({ open }) => ({ open: async (options) => change(await open(options)) });
}

/** Follows a pattern and keeps what it hears. */
async function listen(bus: Bus, pattern: string, options?: SubscribeOptions) {
  const heard: Heard[] = [];
  let grew = () => {};
  await bus.subscribe(
    pattern,
    (one) => {
      heard.push(one);
      grew();
    },
    options,
  );
  const messages = () => heard.filter((one) => one.kind === 'message').map((one) => one.message());
  return {
    heard,
    ids: () => messages().map(({ id }) => id),
    frames: () => heard.filter((one) => one.kind === 'message').map(({ frame }) => frame.toString()),
    /** All messages up to this one, which is the last that is published. */
    async until({ id }: Pick<RelayMessage, 'id'>) {
      while (!messages().some((one) => one.id === id)) {
        await new Promise<void>((resolve) => {
          grew = resolve;
        });
      }
      return messages();
    },
  };
}

/** Takes the work of an agent and keeps what it is given. */
async function take(bus: Bus, of: Address) {
  const given: HeardMessage[] = [];
  let grew = () => {};
  const taking = await bus.takeWork(of, (work) => {
    given.push(work);
    grew();
  });
  return {
    taking,
    ids: () => given.map((work) => work.message().id),
    /** What was given once that is so many. */
    async count(many: number) {
      while (given.length < many) {
        await new Promise<void>((resolve) => {
          grew = resolve;
        });
      }
      return given.map((work) => work.message());
    },
  };
}
