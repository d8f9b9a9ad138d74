import { describe, expect, it } from 'vitest';
import { heldReason, longestMs, parkedReason, parkedUntil, staggerMs } from '../../../core/contract/park';

const now = 1_800_000_000_000;
const minute = 60_000;

describe('when a provider that refused is asked again', () => {
  it.each([
    ['just after the time it names', { until: now + 3_600_000, times: 1 }, 3_602_000],
    ['just after the time it names, however often it refused', { until: now + 3_600_000, times: 9 }, 3_602_000],
    ['after eight days when it names a later time', { until: now + 400 * 86_400_000, times: 1 }, 8 * 86_400_000],
    ['after a minute when it names none', { until: null, times: 1 }, minute],
    ['after two minutes the second time', { until: null, times: 2 }, 2 * minute],
    ['after sixteen minutes the fifth time', { until: null, times: 5 }, 16 * minute],
    ['after half an hour from the sixth time on', { until: null, times: 6 }, longestMs],
    ['after half an hour, however long it takes', { until: null, times: 4000 }, longestMs],
    ['as if it named none when that time is past', { until: now - 1, times: 1 }, minute],
  ])('is %s', (_name, refusal, after) => {
    expect(parkedUntil({ ...refusal, now }) - now).toBe(after);
  });
});

describe('tasks parked until the same time', () => {
  it('come back spread over a minute, each always at its own moment', () => {
    const moments = Array.from({ length: 30 }, (_, index) => staggerMs(index + 1)).sort((one, other) => one - other);
    expect(moments[0]).toBeGreaterThanOrEqual(0);
    expect(moments.at(-1)).toBeLessThan(minute);
    const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(500);
    expect(staggerMs(7)).toBe(staggerMs(7));
  });
});

describe('why a task is parked', () => {
  const limit = {
    agent: 'claude',
    kind: 'limit',
    error: "You've hit your 5-hour limit · resets 3pm",
    times: 1,
  } as const;

  it('names the agent, what its provider said, and what comes next when no time is named', () => {
    expect(parkedReason({ ...limit, named: true })).toBe(
      "claude has reached a limit of its provider: You've hit your 5-hour limit · resets 3pm.",
    );
    expect(parkedReason({ ...limit, named: false })).toMatch(/It names no time; it is asked again later/);
    expect(parkedReason({ ...limit, kind: 'overload', named: false, times: 6 })).toMatch(
      /^The provider of claude is overloaded: .* It refused 6 times in a row and names no time; it is asked every 30 minutes from now on, however long it takes\.$/,
    );
  });

  it('names the task that was refused when another one waits with it', () => {
    expect(heldReason({ agent: 'claude', task: 12, reason: 'Limit.' })).toBe('Waits with task 12: Limit.');
  });
});
