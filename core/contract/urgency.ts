import type { Priority } from './priority';
import type { Request } from './request';

/** How much a minute of waiting weighs. */
const weights: Readonly<Record<Priority, number>> = { high_priority: 4, default: 2, low_priority: 1 };

/** Requests in the order they want an answer at `now`: how long each has blocked its agent, times its task's priority. */
export function mostUrgentFirst<R extends Pick<Request, 'id' | 'createdAt' | 'priority'>>(
  requests: readonly R[],
  now: number,
): R[] {
  const urgency = ({ createdAt, priority }: R): number => Math.max(0, now - createdAt) * weights[priority];
  return [...requests].sort(
    (one, other) => urgency(other) - urgency(one) || one.createdAt - other.createdAt || one.id - other.id,
  );
}
