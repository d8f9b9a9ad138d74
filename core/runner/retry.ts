const firstMs = 10_000;
const longestMs = 10 * 60_000;

/**
 * How long to wait before attempt `attempt + 1`: 10 s, 20 s, 40 s … up to 10 minutes, spread by up to a fifth so that
 * tasks which failed together do not come back together. The spread follows from the task, so it is the same each time.
 */
export function backoffMs(attempt: number, task: number): number {
  const plain = Math.min(firstMs * 2 ** Math.max(0, attempt - 1), longestMs);
  const spread = ((task * 2654435761) % 1000) / 1000;
  return Math.round(plain * (1 + 0.2 * spread));
}
