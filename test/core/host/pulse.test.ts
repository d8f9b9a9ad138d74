import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchPulse } from '../../../core/host/pulse';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const everyMs = 5000;

/** Who is asked: answers until it hangs, and when it is back also what it was asked then. */
function asked() {
  const seen = { pings: 0, silent: 0, back: 0 };
  let hangs = false;
  let comeBack = () => {};
  const timer = watchPulse({
    everyMs,
    ping() {
      seen.pings += 1;
      if (!hangs) return Promise.resolve();
      return new Promise<void>((resolve) => {
        comeBack = resolve;
      });
    },
    onSilent() {
      seen.silent += 1;
    },
    onBack() {
      seen.back += 1;
    },
  });
  return {
    seen,
    timer,
    hang() {
      hangs = true;
    },
    async return() {
      hangs = false;
      comeBack();
      await vi.advanceTimersByTimeAsync(0);
    },
    beats: (count: number) => vi.advanceTimersByTimeAsync(count * everyMs),
  };
}

it('notices after two beats who hangs, never after one, and tells it once', async () => {
  const { seen, timer, hang, beats } = asked();
  await beats(3);
  expect(seen).toEqual({ pings: 3, silent: 0, back: 0 });
  hang();
  await beats(1);
  expect(seen).toEqual({ pings: 4, silent: 0, back: 0 });
  await beats(1);
  expect(seen).toEqual({ pings: 4, silent: 1, back: 0 });
  await beats(10);
  expect(seen).toEqual({ pings: 4, silent: 1, back: 0 });
  clearInterval(timer);
});

it('tells who is back, asks again, and notices the next time as soon', async () => {
  const { seen, timer, hang, beats, return: comeBack } = asked();
  hang();
  await beats(2);
  await comeBack();
  expect(seen).toEqual({ pings: 1, silent: 1, back: 1 });
  await beats(2);
  expect(seen).toEqual({ pings: 3, silent: 1, back: 1 });
  hang();
  await beats(2);
  expect(seen).toEqual({ pings: 4, silent: 2, back: 1 });
  clearInterval(timer);
});

it('judges nobody by a beat that it slept through itself, and by the next one again', async () => {
  const { seen, timer, hang, beats } = asked();
  hang();
  await beats(1);
  vi.setSystemTime(Date.now() + 60_000);
  await beats(1);
  expect(seen.silent).toBe(0);
  await beats(1);
  expect(seen.silent).toBe(1);
  clearInterval(timer);
});
