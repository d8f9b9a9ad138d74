import { expect, test } from 'vitest';
import { quietHoursSchema, quietTimes, quietUntil } from '../../../core/contract/quiet-hours';

const at = (hour: number, minute = 0, day = 21) => new Date(2026, 10, day, hour, minute).getTime();

test('quiet hours are off, or two different times of day', () => {
  for (const hours of ['off', '22:00-07:00', '00:00-23:59', '09:30-09:31'])
    expect(quietHoursSchema.safeParse(hours).success, hours).toBe(true);
  for (const hours of ['', 'on', '22:00', '22-7', '24:00-07:00', '22:60-07:00', '7:00-8:00', '08:00-08:00', 8, null])
    expect(quietHoursSchema.safeParse(hours).success, `${hours}`).toBe(false);
  expect(quietTimes('off')).toBeNull();
  expect(quietTimes('22:00-07:30')).toEqual({ from: '22:00', to: '07:30' });
});

test('hours within a day are quiet from their first minute to before their last', () => {
  const hours = '12:00-13:30';
  expect(quietUntil(hours, at(11, 59))).toBeNull();
  expect(quietUntil(hours, at(12))).toBe(at(13, 30));
  expect(quietUntil(hours, at(13, 29))).toBe(at(13, 30));
  expect(quietUntil(hours, at(13, 30))).toBeNull();
  expect(quietUntil('off', at(12))).toBeNull();
});

test('hours over midnight end on the next day when it is evening, and on the same when it is morning', () => {
  const hours = '22:00-07:00';
  expect(quietUntil(hours, at(21, 59))).toBeNull();
  expect(quietUntil(hours, at(22))).toBe(at(7, 0, 22));
  expect(quietUntil(hours, at(0))).toBe(at(7));
  expect(quietUntil(hours, at(6, 59))).toBe(at(7));
  expect(quietUntil(hours, at(7))).toBeNull();
});

test('hours end by the clock on the wall in the nights in which it is put on or back', () => {
  const before = process.env.TZ;
  try {
    process.env.TZ = 'Europe/Berlin';
    const night = new Date(2026, 2, 28, 23).getTime();
    expect((quietUntil('22:00-07:00', night) ?? 0) - night).toBe(7 * 3_600_000);
    const longNight = new Date(2026, 9, 24, 23).getTime();
    expect((quietUntil('22:00-07:00', longNight) ?? 0) - longNight).toBe(9 * 3_600_000);
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});
