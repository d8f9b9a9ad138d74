import { expect, test } from 'vitest';
import type { RelayHeard } from '../../../core/contract/relay';
import type { Bus, Heard, SubscribeOptions } from '../../../core/relay/bus';
import { followBus } from '../../../core/relay/follow';
import { heardMessage } from '../../../core/relay/frame';

/** A bus of which the test is the publisher. */
function openBus() {
  let hear: (heard: Heard) => void = () => {};
  let options: SubscribeOptions = {};
  let left = 0;
  const bus: Pick<Bus, 'subscribe'> = {
    async subscribe(_pattern, told, given = {}) {
      hear = told;
      options = given;
      return () => {
        left += 1;
      };
    },
  };
  const publish = (seq: number, length = 1) => {
    const text = JSON.stringify({ id: `${seq}`, type: 'note', payload: 'x'.repeat(length) });
    hear(heardMessage({ seq, subject: 'sessions.a.events', at: 1 }, text));
  };
  return { bus: bus as Bus, publish, left: () => left, pace: () => options.pace?.() };
}

const numberOf = (heard: unknown) =>
  (heard as RelayHeard).kind === 'message' ? (heard as { seq: number }).seq : heard;
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a follower that is too slow takes what was kept for it, is told what it missed, and hears what comes then', async () => {
  const { bus, publish, left } = openBus();
  const follower = followBus(bus, { pattern: '>' }, undefined);
  const first = follower.next();
  await turn();
  publish(1);
  expect(numberOf((await first).value)).toBe(1);
  const half = 512 * 1024;
  for (let seq = 2; seq <= 20; seq += 1) publish(seq, half);
  const heard: unknown[] = [];
  for (let count = 0; count < 9; count += 1) heard.push(numberOf((await follower.next()).value));
  expect(heard).toEqual([2, 3, 4, 5, 6, 7, 8, 9, { kind: 'missed', from: 10, to: 20 }]);
  publish(21);
  expect(numberOf((await follower.next()).value)).toBe(21);
  expect(left()).toBe(0);
  await follower.return();
  expect(left()).toBe(1);
});

test('what is kept is told no faster than it is taken, and an end cuts the wait short', async () => {
  const { bus, publish, pace, left } = openBus();
  const ending = new AbortController();
  const follower = followBus(bus, { pattern: '>', after: 0 }, ending.signal);
  const first = follower.next();
  await turn();
  let went = false;
  publish(1, 1024 * 1024 - 200);
  const waits = Promise.resolve(pace()).then(() => {
    went = true;
  });
  await first;
  await turn();
  expect(went).toBe(false);
  const second = follower.next();
  await waits;
  expect(went).toBe(true);
  ending.abort();
  expect((await second).done).toBe(true);
  expect(left()).toBe(1);
});
