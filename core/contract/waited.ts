import { z } from 'zod';

/** How long agents have waited for the person since a time, added up over tasks, as it was at one moment. */
export const waitedSchema = z.object({
  since: z.number().int(),
  /** When it was added up. */
  at: z.number().int(),
  /** Milliseconds; ten agents that wait for a minute make ten. */
  ms: z.number().int().nonnegative(),
  /** How many tasks wait at that moment: the sum grows by this many milliseconds each millisecond. */
  waiting: z.number().int().nonnegative(),
});
export type Waited = z.infer<typeof waitedSchema>;

/** When the day of a moment began where this runs, by its clock: the person's day, at the door they sit at. */
export function startOfDay(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}

/** When the next day begins; a day has 23 or 25 hours when the clocks change. */
export function startOfNextDay(now: number): number {
  const day = new Date(startOfDay(now));
  return day.setDate(day.getDate() + 1);
}

/** What the sum has become `elapsed` milliseconds after it was added up, while the same tasks wait on. */
export function waitedAfter(waited: Waited, elapsed: number): number {
  return waited.ms + waited.waiting * Math.max(0, elapsed);
}

/** `40 s`, `18 min`, `2 h 5 min`, `3 days`: the words both doors say of such a time. */
export function waitedInWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return `${Math.floor(ms / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return `${minutes} min`;
  if (hours >= 72) return `${Math.round(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
