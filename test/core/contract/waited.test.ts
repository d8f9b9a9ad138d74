import { describe, expect, test } from 'vitest';
import { startOfDay, startOfNextDay, waitedAfter, waitedInWords } from '../../../core/contract/waited';

test('what has been waited goes on by itself, once for each task that waits', () => {
  const waited = { since: 0, at: 1000, ms: 500, waiting: 3 };
  expect(waitedAfter(waited, 0)).toBe(500);
  expect(waitedAfter(waited, 1000)).toBe(3500);
  expect(waitedAfter({ ...waited, waiting: 0 }, 1000)).toBe(500);
  expect(waitedAfter(waited, -5)).toBe(500);
});

test('is said in the unit a person would use', () => {
  const minute = 60_000;
  expect(
    [0, 999, 40_500, minute, 18.9 * minute, 60 * minute, 125 * minute, 3000 * minute, 129_599 * minute].map(
      waitedInWords,
    ),
  ).toEqual(['0 s', '0 s', '40 s', '1 min', '18 min', '1 h', '2 h 5 min', '50 h', '90 days']);
});

describe('the day', () => {
  test('begins at midnight where the person is and ends at the next', () => {
    const noon = new Date(2026, 10, 21, 12, 30).getTime();
    expect(startOfDay(noon)).toBe(new Date(2026, 10, 21).getTime());
    expect(startOfNextDay(noon)).toBe(new Date(2026, 10, 22).getTime());
    const midnight = new Date(2026, 10, 21).getTime();
    expect(startOfDay(midnight)).toBe(midnight);
    expect(startOfDay(midnight - 1)).toBe(new Date(2026, 10, 20).getTime());
  });

  test('of a month or a year that ends is followed by the first', () => {
    expect(startOfNextDay(new Date(2026, 11, 31, 23, 59).getTime())).toBe(new Date(2027, 0, 1).getTime());
  });

  test('is as long as the clocks make it', () => {
    const before = process.env.TZ;
    try {
      process.env.TZ = 'Europe/Berlin';
      const hours = (day: Date) => (startOfNextDay(day.getTime()) - startOfDay(day.getTime())) / 3_600_000;
      expect([new Date(2026, 2, 29, 12), new Date(2026, 9, 25, 12), new Date(2026, 5, 1)].map(hours)).toEqual([
        23, 25, 24,
      ]);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });
});
