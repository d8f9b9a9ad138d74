import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bounds, createAllowance } from '../../../core/relay/bounds';
import { of, type ServedRelay, serveRelay } from './serve';

let served: ServedRelay;
beforeEach(async () => {
  // Only what the heart beats by: sockets need the rest.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  served = await serveRelay();
});
afterEach(async () => {
  await served.close();
  vi.useRealTimers();
});

test('who leaves two questions unanswered is taken for gone, and who answers is not', async () => {
  const alive = await served.connect('/relay');
  const dead = await served.connect('/relay');
  dead.socket.pause();
  const answered = async (id: string) => {
    const asked = new Promise((resolve) => alive.socket.once('ping', resolve));
    vi.advanceTimersByTime(bounds.beatMs);
    await asked;
    // What is answered after the question was answered too: the answer has come.
    alive.say({ id, type: 'unsubscribe', payload: { pattern: 'sessions.>' } });
    await alive.next(of(id));
  };
  await answered('1');
  await answered('2');
  expect(served.door.connections()).toBe(2);
  vi.advanceTimersByTime(bounds.beatMs);
  await expect.poll(() => served.door.connections()).toBe(1);
  dead.socket.resume();
  expect(await dead.closed).toMatchObject({ code: 1006 });
  expect(alive.socket.readyState).toBe(alive.socket.OPEN);
});

test('an allowance lets a burst through, then as much as its rate, and has what was read over it waited for', () => {
  let now = 0;
  const { take } = createAllowance({ burst: 10, perSecond: 20 }, () => now);
  for (let count = 0; count < 9; count += 1) expect(take()).toBe(0);
  const wait = take();
  expect(wait).toBeGreaterThan(100);
  now += wait;
  expect(take()).toBe(0);
  // A hundred more that had been read already: five seconds.
  for (let count = 0; count < 100; count += 1) take();
  expect(take()).toBeGreaterThan(4_900);
  now += 1_000_000;
  for (let count = 0; count < 9; count += 1) expect(take()).toBe(0);
  expect(take()).toBeGreaterThan(0);
});
