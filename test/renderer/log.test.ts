import { expect, test } from 'vitest';
import type { RelayHeard } from '../../core/contract/relay';
import { createLog } from '../../renderer/monitor/log';

const heard = (seq: number, payload: unknown = { step: seq }, type = 'result'): RelayHeard => ({
  kind: 'message',
  ...{ seq, subject: `sessions.${seq % 2}.results.claude`, at: seq, id: `m${seq}`, type, payload },
});
const seqs = (log: ReturnType<typeof createLog>) =>
  log.shown().map(({ heard: one }) => (one.kind === 'message' ? one.seq : `${one.from}-${one.to}`));

test('keeps the newest lines, and of those shows what has each word somewhere', () => {
  const log = createLog({ lines: 4, characters: 1000 });
  log.add([heard(1), heard(2, { step: 'Two of a KIND' }), heard(3)]);
  log.filter('kind sessions.0');
  expect(seqs(log)).toEqual([2]);
  log.add([heard(4, 'another kind'), { kind: 'missed', from: 5, to: 8 }, heard(9, 'kind')]);
  // The first ones are gone, the one that matched among them stays until its turn.
  expect(log.counts()).toEqual({ kept: 4, gone: 2 });
  expect(seqs(log)).toEqual([4]);
  log.filter('missed');
  expect(seqs(log)).toEqual(['5-8']);
  log.filter(' ');
  expect(seqs(log)).toEqual([3, 4, '5-8', 9]);
  log.clear();
  expect([log.counts(), seqs(log), log.newest()]).toEqual([{ kept: 0, gone: 0 }, [], 9]);
});

test('keeps no more characters than there is room for, however few lines they are, but always the newest', () => {
  const log = createLog({ lines: 100, characters: 50 });
  log.add([heard(1, 'a'.repeat(20)), heard(2, 'b'.repeat(20))]);
  expect(seqs(log)).toEqual([1, 2]);
  log.add([heard(3, 'c'.repeat(20))]);
  expect(seqs(log)).toEqual([2, 3]);
  log.add([heard(4, 'd'.repeat(500))]);
  expect(seqs(log)).toEqual([4]);
  log.add([heard(5, 'e')]);
  expect(seqs(log)).toEqual([5]);
});

test('goes on after what was heard last, or left out', () => {
  const log = createLog();
  expect(log.newest()).toBeNull();
  log.add([heard(7), { kind: 'missed', from: 8, to: 20 }]);
  expect(log.newest()).toBe(20);
});

test('shows another list when something came that matches, and the same one when nothing did', () => {
  const log = createLog();
  log.filter('work');
  log.add([heard(1, {}, 'work')]);
  const shown = log.shown();
  log.add([heard(2)]);
  expect(log.shown()).toBe(shown);
  log.add([heard(3, {}, 'work')]);
  expect(log.shown()).not.toBe(shown);
  expect(shown).toHaveLength(1);
});
