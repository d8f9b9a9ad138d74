import { dayMs } from '../contract/retention';

/** Something that is kept for a while. */
export interface Kept {
  /** Since when, in epoch milliseconds. */
  readonly since: number;
  /** Null when that is not known: then it counts for nothing. */
  readonly bytes: number | null;
  /** Whether it may go by itself at all. */
  readonly may: boolean;
}

/**
 * What is kept long enough: older than `days`, or, from the newest on, beyond `megabytes` together and older than a day. What
 * may not go counts towards what there is and stays. 0 is no limit.
 */
export function whatGoes<One extends Kept>(
  all: readonly One[],
  { days, megabytes }: { readonly days: number; readonly megabytes: number },
  now: number,
): One[] {
  let bytes = 0;
  return [...all]
    .sort((one, other) => other.since - one.since)
    .filter((one) => {
      bytes += one.bytes ?? 0;
      const old = days > 0 && now >= one.since + days * dayMs;
      const much = megabytes > 0 && bytes > megabytes * 1_000_000 && now >= one.since + dayMs;
      return one.may && (old || much);
    });
}
