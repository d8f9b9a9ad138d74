import type { Usage } from '../../core/contract/task';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long something took or lasts, in its largest unit: `now`, `40s`, `12m`, `3h`, `5d`. */
export function span(ms: number): string {
  if (ms < 5 * second) return 'now';
  if (ms < minute) return `${Math.floor(ms / second)}s`;
  if (ms < hour) return `${Math.floor(ms / minute)}m`;
  if (ms < day) return `${Math.floor(ms / hour)}h`;
  return `${Math.floor(ms / day)}d`;
}

/** The same in words, for sentences and screen readers: `2 minutes`. */
export function spanInWords(ms: number): string {
  const unit =
    ms < minute
      ? ([second, 'second'] as const)
      : ms < hour
        ? ([minute, 'minute'] as const)
        : ms < day
          ? ([hour, 'hour'] as const)
          : ([day, 'day'] as const);
  return count(Math.max(1, Math.floor(ms / unit[0])), unit[1]);
}

/** A count of seconds as it runs: `0:07`, `12:40`. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / second));
  return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, '0')}`;
}

/** The exact time, as the person's own system writes it. */
export function exactly(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** A number of bytes as people say it: `340 KB`, `1.2 MB`. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1_000))} KB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** `1 file`, `3 files`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount.toLocaleString()} ${amount === 1 ? noun : plural}`;
}

/** What the agent cost, or null when it is not known or nothing. Of less than a cent it shows the two digits that matter. */
export function money(usd: number | null): string | null {
  if (usd === null || usd === 0) return null;
  if (usd < 0.0001) return '<$0.0001';
  if (usd < 0.01) return `$${Number(usd.toPrecision(2))}`;
  return `$${usd.toFixed(usd < 100 ? 2 : 0)}`;
}

/**
 * What a task used, in the words of its header: its cost, else its tokens; nothing for nothing, and the unknown said once
 * its agent can have told: at the end of a turn.
 */
export function usageInWords(usage: Usage, isAtWork: boolean): string {
  const isNothing = isAtWork || usage.costUsd === 0 || (usage.inputTokens === 0 && usage.outputTokens === 0);
  return money(usage.costUsd) ?? tokens(usage) ?? (isNothing ? '' : 'cost unknown');
}

/** `12.3k tokens`, or null when neither side is known or none was used. */
export function tokens(usage: Usage): string | null {
  if (usage.inputTokens === null && usage.outputTokens === null) return null;
  const total = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  if (total === 0) return null;
  return total < 1_000 ? count(total, 'token') : `${short(total)} tokens`;
}

/** A large number in few characters: `950`, `12.3k`, `200k`, `1.20M`. */
export function short(amount: number): string {
  if (amount < 1_000) return `${amount}`;
  return amount < 1_000_000
    ? `${(amount / 1_000).toFixed(1).replace(/\.0$/, '')}k`
    : `${(amount / 1_000_000).toFixed(2)}M`;
}
