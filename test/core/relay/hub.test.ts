import { describe, expect, test } from 'vitest';
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
    ...{ ids: () => [], last: () => 0 },
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
