import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keepWork } from '../../../core/kept-work';
import type { Bus, Heard } from '../../../core/relay/bus';
import { createHub } from '../../../core/relay/hub';
import type { Ring } from '../../../core/relay/ring';
import { createTakings } from '../../../core/relay/takings';
import type { KeptWork } from '../../../core/relay/work';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { createWriter } from '../../../core/store/writer';
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

test('what the ring has no room for is refused and told to nobody, but for work, which is told before anything newer', async () => {
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
    ...{ ids: () => [], waitingOfAll: () => [], agents: () => [], last: () => 0 },
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
  expect(heard).toEqual([2, 3]);
  await hub.close();
  await expect(hub.publish('sessions.a.events', note)).rejects.toMatchObject({ code: 'CANCELLED' });
});

/** Keeps work as rows and ends before it tells it, as a kill can have it. */
async function keepUntold(folder: string, seqs: readonly number[]): Promise<void> {
  const db = openDatabase({ file: join(folder, 'switchyard.db') });
  const writer = createWriter(db);
  const kept = keepWork({ db, writer });
  for (const seq of seqs)
    await kept.keep({
      session: 'a',
      role: 'b',
      id: `w${seq}`,
      seq,
      at: 5,
      text: `{"id":"w${seq}","type":"work","payload":1}`,
    });
  await writer.close();
  closeDatabase(db);
}

/** What a bus tells whoever has heard nothing yet, up to a note that is published for that. */
async function toldBy(bus: Bus): Promise<string[]> {
  const seq = await bus.publish('sessions.a.events', { id: 'note', type: 'note', payload: 1 });
  const heard: string[] = [];
  await bus.subscribe('>', (one) => void (one.kind === 'message' && heard.push(`${one.seq} ${one.subject}`)), {
    after: 0,
  });
  await expect.poll(() => heard.at(-1)).toMatch(new RegExp(`^${seq} `));
  return heard;
}

test('work that was kept when its process ended is told by the next one first of all, under its number', async () => {
  const folder = temporaryFolder();
  const first = openHub(folder);
  expect(await toldBy(first)).toHaveLength(1);
  await first.close();
  await keepUntold(folder, [2, 5]);
  const next = openHub(folder);
  const told = ['1 sessions.a.events', '2 sessions.a.work.b', '5 sessions.a.work.b', '6 sessions.a.events'];
  expect(await toldBy(next)).toEqual(told);
  await next.close();
  const last = openHub(folder);
  expect(await toldBy(last)).toEqual([...told, '7 sessions.a.events']);
  await last.close();
});

test('work from before a power cut does not take back that numbers leap', async () => {
  const folder = temporaryFolder();
  const first = openHub(folder);
  await toldBy(first);
  await first.close();
  await keepUntold(folder, [2]);
  const bootedAt = Date.now() + 60_000;
  await openHub(folder, { bootedAt }).close();
  const next = openHub(folder, { bootedAt });
  expect((await toldBy(next)).at(-1)).toBe('10000002 sessions.a.events');
  await next.close();
});

test('work is not given to its agent before it is told', async () => {
  const written: number[] = [];
  const ring: Ring = {
    append: (messages) => void written.push(...messages.map(({ seq }) => seq)),
    ...{ read: () => [], lost: () => 0, first: () => 0, last: () => 0, given: 0, close: () => {} },
  };
  const rows: number[] = [];
  let commit = () => {};
  const work: KeptWork = {
    async keep({ seq }) {
      rows.push(seq);
      // Whoever looks finds the row before its sender is told of it.
      await new Promise<void>((resolve) => {
        commit = resolve;
      });
      return seq;
    },
    ...{ answer: async () => {}, ids: () => [], waitingOfAll: () => [], agents: () => [], last: () => 0 },
    waiting: (_of, after) => rows.filter((seq) => seq > after).map((seq) => ({ seq, at: 1, text: '{"id":"w"}' })),
  };
  const hub = createHub({ ring, work, now: () => 1, onError() {} });
  const to = { session: 'a', role: 'b' };
  const sent = hub.sendWork(to, { id: '1', type: 'work', payload: 1 });
  const given: { readonly seq: number; readonly written: boolean }[] = [];
  await hub.takeWork(to, ({ seq }) => void given.push({ seq, written: written.includes(seq) }));
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(given).toEqual([]);
  commit();
  expect(await sent).toBe(1);
  await expect.poll(() => given).toEqual([{ seq: 1, written: true }]);
  await hub.close();
});

test('what is published first in a turn is told before its end, and what follows in it is written together', async () => {
  const written: number[][] = [];
  const ring: Ring = {
    append: (messages) => void written.push(messages.map(({ seq }) => seq)),
    ...{ read: () => [], lost: () => 0, first: () => 0, last: () => 0, given: 0, close: () => {} },
  };
  const work: KeptWork = {
    ...{ keep: async ({ seq }) => seq, answer: async () => {}, ids: () => [], agents: () => [], last: () => 0 },
    ...{ waiting: () => [], waitingOfAll: () => [] },
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
    ...{ waiting: () => [], waitingOfAll: () => [] },
  };
  const takings = createTakings({ work, now: () => 1, told: () => 1, onError() {} });
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
    waitingOfAll: () => [],
    waiting(_of, after) {
      if (broken) throw new Error('disk I/O error');
      return after === 0 ? [{ seq: 1, at: 1, text: '{"id":"w"}' }] : [];
    },
  };
  const takings = createTakings({ work, now: () => 1, told: () => 1, onError: (cause) => failures.push(cause) });
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
      ...{ waiting: () => [], waitingOfAll: () => [] },
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
