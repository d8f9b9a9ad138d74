import type { Claim } from '../sources/source';
import type { Deps } from './deps';

/** How long a claim holds without renewal, and how often it is renewed, in milliseconds. */
export const leaseMs = 60_000;
const renewMs = 20_000;

/**
 * Renews a claim until the returned function is called. `onLost` is called once when the claim turns out to be in
 * other hands: whatever the work does after that is refused, so it should end.
 */
export function keepLease(deps: Deps, claim: Claim, onLost: () => void): () => void {
  const timer = setInterval(async () => {
    try {
      if (await deps.source.extend(claim)) return;
      clearInterval(timer);
      onLost();
    } catch (cause) {
      // The lease outlasts two failed renewals; the next one may reach the disk again.
      deps.log('warning', 'A lease could not be renewed.', { task: claim.task, cause: String(cause) });
    }
  }, renewMs);
  return () => clearInterval(timer);
}
