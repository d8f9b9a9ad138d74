import { z } from 'zod';

const time = '([01]\\d|2[0-3]):[0-5]\\d';

/** When notifications wait: `off`, or from one time of day to another as `22:00-07:00`, over midnight when it ends first. */
export const quietHoursSchema = z
  .string()
  .regex(new RegExp(`^(off|${time}-${time})$`))
  .refine((hours) => hours === 'off' || hours.slice(0, 5) !== hours.slice(6));

/** From and to of quiet hours, each as `22:00`; null when they are off. */
export function quietTimes(hours: string): { readonly from: string; readonly to: string } | null {
  return hours === 'off' ? null : { from: hours.slice(0, 5), to: hours.slice(6) };
}

/** When the quiet hours end that a moment is in, by the clock of where this runs; null when it is not in any. */
export function quietUntil(hours: string, now: number): number | null {
  const times = quietTimes(hours);
  if (times === null) return null;
  const time = clock(now);
  const { from, to } = times;
  const isQuiet = from < to ? from <= time && time < to : from <= time || time < to;
  if (!isQuiet) return null;
  const end = new Date(now);
  end.setHours(Number(to.slice(0, 2)), Number(to.slice(3)), 0, 0);
  if (end.getTime() <= now) end.setDate(end.getDate() + 1);
  return end.getTime();
}

function clock(now: number): string {
  const date = new Date(now);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function two(number: number): string {
  return `${number}`.padStart(2, '0');
}
