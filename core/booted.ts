import { uptime } from 'node:os';

/**
 * Whether the machine was started after a time, by its own clock as it is now. A clock that was put forward since makes that seem so,
 * and one that was put back hides it.
 */
export function bootedSince(at: number): boolean {
  return Date.now() - uptime() * 1000 > at;
}
