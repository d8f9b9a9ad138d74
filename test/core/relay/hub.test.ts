import { describe, expect, test } from 'vitest';
import type { Heard } from '../../../core/relay/bus';
import { createHub } from '../../../core/relay/hub';
import type { Ring } from '../../../core/relay/ring';
import { createTakings } from '../../../core/relay/takings';
import type { KeptWork } from '../../../core/relay/work';
import { busRules, keepRule } from '../../suites/bus';
import { temporaryFolder } from '../store/store';
import { openHub } from './hub';

describe('the embedded bus keeps the rule:', () => {
  test.each(busRules)('$name', async (rule) => {
    const folder = temporaryFolder();
    await keepRule(rule, { open: async (options) => openHub(folder, options) });
  });
});

describe('a bus that breaks it fails the rule:', () => {
  test.each(busRules)('$name', async (rule) => {
    const folder = temporaryFolder();
    const broken = keepRule(rule, rule.broken({ open: async (options) => openHub(folder, options) }));
    await expect(broken).rejects.toThrow();
  });
});

test('what the ring has no room for is refused and told to nobody, but for work, which is kept as a row', async () => {
  const rows: number[] = [];
  let full = true;
  const ring: Ring = {
    append() {
      if (full) throw Object.assign(new Error('full'), { code: 'DISK_FULL' });
    },
    ...{ read: () => [], lost: () => 0, first: () => 0, last: () => 0, given: 0, close: () => {} },
  };
  const work: KeptWork = {
    async keep({ seq }) {
      rows.push(seq);
      return seq;
    },
    answer: async () => {},
    ...{ ids: () => [], agents: () => [], last: () => 0 },
    waiting: (_of, after) => rows.filter((seq) => seq > after).map((seq) => ({ seq, at: 1, text: '{"id":"w"}' })),
  };
  const hub = createHub({ ring, work, now: () => 1, onError() {} });
  const heard: number[] = [];
  await hub.subscribe('>', (one) => one.kind === 'message' && heard.push(one.seq));
  const given = new Promise<number>(
    (resolve) => void hub.takeWork({ session: 'a', role: 'b' }, (one) => resolve(one.seq)),
  );
  const note = { id: '1', type: 'note', payload: 1 };
  await expect(hub.publish('sessions.a.events', note)).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect(await hub.sendWork({ session: 'a', role: 'b' }, note)).toBe(2);
  expect(await given).toBe(2);
  full = false;
  expect(await hub.publish('sessions.a.events', note)).toBe(3);
  expect(heard).toEqual([3]);
  await hub.close();
  await expect(hub.publish('sessions.a.events', note)).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('what is published first in a turn is told before its end, and what follows in it is written together', async () => {
  const written: number[][] = [];
  const ring: Ring = {
    append: (messages) => void written.push(messages.map(({ seq }) => seq)),
    ...{ read: () => [], lost: () => 0, first: () => 0, last: () => 0, given: 0, close: () => {} },
  };
  const work: KeptWork = {
    ...{ keep: async ({ seq }) => seq, answer: async () => {}, ids: () => [], agents: () => [], last: () => 0 },
    waiting: () => [],
  };
  const hub = createHub({ ring, work, now: () => 1, onError() {} });
  const heard: number[] = [];
  await hub.subscribe('>', (one) => one.kind === 'message' && heard.push(one.seq));
  const publish = () => hub.publish('sessions.a.events', { id: '1', type: 'note', payload: 1 });
  for (const first of [1, 8]) {
    await new Promise((resolve) => setImmediate(resolve));
    // It was asked for before anything was published: when it comes the turn is not over yet.
    const heardBeforeEnd = new Promise<readonly number[]>((resolve) => setImmediate(() => resolve([...heard])));
    const published = [publish(), publish()];
    for (let later = 0; later < 5; later += 1) {
      await new Promise<void>((resolve) => process.nextTick(resolve));
      published.push(publish());
    }
    expect((await heardBeforeEnd).slice(first - 1)).toEqual([first, first + 1]);
    await Promise.all(published);
  }
  expect(written).toEqual([
    [1, 2],
    [3, 4, 5, 6, 7],
    [8, 9],
    [10, 11, 12, 13, 14],
  ]);
  expect(heard).toEqual(written.flat());
  await hub.close();
});

test('an answer that could not be kept is kept when it comes again', async () => {
  const rows = new Map([['w', 1]]);
  let full = true;
  const work: KeptWork = {
    keep: async ({ seq }) => seq,
    async answer({ id }) {
      if (full) throw Object.assign(new Error('full'), { code: 'DISK_FULL' });
      rows.delete(id);
    },
    ids: () => [...rows.keys()],
    agents: () => [],
    last: () => 1,
    waiting: () => [],
  };
  const takings = createTakings({ work, now: () => 1, onError() {} });
  const taking = takings.take({ session: 'a', role: 'b' }, () => {});
  await expect(taking.answered('w')).rejects.toMatchObject({ code: 'DISK_FULL' });
  full = false;
  await taking.answered('w');
  expect(rows.size).toBe(0);
  takings.close();
});

test('an agent whose work could not be read once is given it with what comes next', async () => {
  const failures: unknown[] = [];
  let broken = true;
  const work: KeptWork = {
    ...{ keep: async ({ seq }) => seq, answer: async () => {}, ids: () => [], agents: () => [], last: () => 1 },
    waiting(_of, after) {
      if (broken) throw new Error('disk I/O error');
      return after === 0 ? [{ seq: 1, at: 1, text: '{"id":"w"}' }] : [];
    },
  };
  const takings = createTakings({ work, now: () => 1, onError: (cause) => failures.push(cause) });
  const to = { session: 'a', role: 'b' };
  const given = new Promise<number>((resolve) => void takings.take(to, ({ seq }) => resolve(seq)));
  await expect.poll(() => failures).toHaveLength(1);
  broken = false;
  takings.came(to, 'w');
  expect(await given).toBe(1);
  takings.close();
});

test('a follower for whom the ring cannot be read is told what it misses', async () => {
  const failures: unknown[] = [];
  const ring: Ring = {
    read() {
      throw new Error('disk I/O error');
    },
    ...{ append() {}, lost: () => 0, first: () => 1, last: () => 9, given: 9, close: () => {} },
  };
  const work: KeptWork = {
    ...{
      keep: async ({ seq }) => seq,
      answer: async () => {},
      ids: () => [],
      agents: () => [],
      last: () => 0,
      waiting: () => [],
    },
  };
  const hub = createHub({ ring, work, now: () => 1, onError: (cause) => failures.push(cause) });
  const heard: Heard[] = [];
  await hub.subscribe('>', (one) => void heard.push(one), { after: 4 });
  await expect.poll(() => failures).toHaveLength(1);
  expect(heard).toEqual([{ kind: 'missed', from: 5, to: 9 }]);
  expect(await hub.publish('sessions.a.events', { id: '1', type: 'note', payload: 1 })).toBe(10);
  expect(heard).toHaveLength(2);
  await hub.close();
});
