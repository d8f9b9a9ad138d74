import { createServer } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { watchConnections } from '../../../core/server/connections';

afterEach(() => {
  vi.useRealTimers();
});

const hourMs = 60 * 60_000;

test('who is let in until a time is hung up on then, also where the machine slept until long after it', () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const begun = Date.now();
  const connections = watchConnections(createServer(), { headMs: 1, bodyMs: 1, idleMs: 1 }, () => {});
  const closed: string[] = [];
  for (const [id, hours] of Object.entries({ short: 1, long: 1000 }))
    connections.hold(
      { id, caller: { by: 'person' }, expiresAt: begun + hours * hourMs },
      () => void closed.push(id),
      true,
    );
  vi.advanceTimersByTime(hourMs - 1);
  expect(closed).toEqual([]);
  // While a machine sleeps its clock goes on, and what waits in it does not.
  vi.setSystemTime(begun + 999 * hourMs);
  vi.advanceTimersByTime(1);
  expect(closed).toEqual(['short']);
  vi.setSystemTime(begun + 1000 * hourMs);
  vi.advanceTimersByTime(60_000);
  expect(closed).toEqual(['short', 'long']);
});
