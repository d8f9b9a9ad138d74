/**
 * Why a task is parked: its provider's limit is reached or the provider is overloaded; its agent's provider refused another
 * task; or a budget is spent. It is queued meanwhile, with the time it goes on as its `runAfter`.
 */
export const parkedKinds = ['limit', 'overload', 'agent', 'budget'] as const;
export type Parked = (typeof parkedKinds)[number];

/** How a provider refuses for now, and until when, in epoch milliseconds; null when it does not say. */
export interface ProviderLimit {
  readonly kind: 'limit' | 'overload';
  readonly until: number | null;
}

const firstMs = 60_000;
/** A provider that names no time is asked again this often at the least, in milliseconds, for as long as it takes. */
export const longestMs = 30 * 60_000;
/** No limit of a provider lasts longer; one that says so is asked again then. */
const farthestMs = 8 * 24 * 60 * 60_000;
/** Clocks differ by a little, so nobody is back before the limit is really over. */
const afterwardsMs = 2000;
const spreadMs = 60_000;

/**
 * When a provider that refused for the `times`th time in a row is asked again: at the time it names, else after 1, 2, 4 …
 * up to 30 minutes.
 */
export function parkedUntil(refusal: {
  readonly until: number | null;
  readonly times: number;
  readonly now: number;
}): number {
  const { until, times, now } = refusal;
  if (until !== null && until > now) return Math.min(until + afterwardsMs, now + farthestMs);
  return now + Math.min(firstMs * 2 ** Math.min(times - 1, 20), longestMs);
}

/** How much later than the others that are parked until the same time this task goes on: up to a minute, always the same. */
export function staggerMs(task: number): number {
  // Multiples of the golden ratio are spread evenly, however many there are.
  return Math.floor(((task * 0.6180339887498949) % 1) * spreadMs);
}

/** Why a task whose own provider refused waits, for the list; when it goes on is its `runAfter`. */
export function parkedReason(refusal: {
  readonly agent: string;
  readonly kind: ProviderLimit['kind'];
  readonly error: string;
  readonly named: boolean;
  readonly times: number;
}): string {
  const { agent, kind, error, named, times } = refusal;
  const what =
    kind === 'limit' ? `${agent} has reached a limit of its provider` : `The provider of ${agent} is overloaded`;
  return `${what}: ${sentence(error)}${named ? '' : ` ${howOften(times)}`}`;
}

/** Why a task waits whose agent's provider refused another one. */
export function heldReason(limit: { readonly agent: string; readonly task: number; readonly reason: string }): string {
  return `Waits with task ${limit.task}: ${limit.reason}`;
}

/** Why a task waits a moment more whose agent's provider refused one that does not wait for the limit any more. */
export function triedReason(task: number): string {
  return `Tried within a minute: task ${task}, which was refused, does not wait for its provider any more.`;
}

function howOften(times: number): string {
  const asked = times === 1 ? 'It names no time' : `It refused ${times} times in a row and names no time`;
  const gap = firstMs * 2 ** (times - 1);
  return gap >= longestMs
    ? `${asked}; it is asked every ${longestMs / 60_000} minutes from now on, however long it takes.`
    : `${asked}; it is asked again later, at least every ${longestMs / 60_000} minutes.`;
}

/** What a provider said, as one line that ends like a sentence. */
function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().slice(0, 400);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
