import type { ProviderLimit } from '../contract/park';

/** Money that ran out does not come back with time. */
const unpaid = /billing|credits?\b|payment/i;
const limit = /rate.?limit|usage limit|too many requests|hit your .*limit|quota|\b429\b/i;
const overload = /overload|\b(?:503|529)\b|service unavailable|at capacity/i;

/**
 * Whether an agent's failure in words is a provider that refuses for now, and until when if the words name a time; null
 * when it is something else. `now` is in epoch milliseconds.
 */
export function limitIn(words: string, now: number): ProviderLimit | null {
  if (unpaid.test(words)) return null;
  const kind = limit.test(words) ? 'limit' : overload.test(words) ? 'overload' : null;
  return kind === null ? null : { kind, until: timeIn(words, now) };
}

/** Whether the words say that somebody has to pay first. */
export function isUnpaid(words: string): boolean {
  return unpaid.test(words);
}

/** `try again in 1h2m3.5s`, `retry after 30 seconds`. */
function timeIn(words: string, now: number): number | null {
  const found = /(?:try again|retry|reset\w*)[ -](?:in|after)[: ]+((?:[\d.]+ ?(?:h|m|s)[a-z]* ?)+|\d+)/i.exec(
    words,
  )?.[1];
  if (found === undefined) return null;
  if (/^\d+$/.test(found)) return now + Number(found) * 1000;
  const parts = [...found.matchAll(/([\d.]+) ?(ms|h|m|s)/gi)];
  const milliseconds = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit?.toLowerCase() ?? ''] ?? 0),
    0,
  );
  return Number.isFinite(milliseconds) ? now + Math.round(milliseconds) : null;
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
