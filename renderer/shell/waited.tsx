import type { ReactNode } from 'react';
import { waitedAfter, waitedInWords } from '../../core/contract/waited';
import { useApp } from '../state/app';
import { useStore } from '../state/store';
import { useNow } from '../text/time';

/** How long agents waited for the person today, as `18 min`, growing while one waits; null for not at all. */
export function useWaited(): string | null {
  const known = useStore(useApp().waited, (value) => value);
  const now = useNow();
  if (known === null) return null;
  const ms = waitedAfter(known.waited, now - known.heardAt);
  return ms < 1000 ? null : waitedInWords(ms);
}

/** The same as a sentence for the head of the inbox; nothing on a day on which nobody waited. */
export function WaitedToday(): ReactNode {
  const waited = useWaited();
  return waited === null ? null : <span className="tabular">Agents waited {waited} for you today.</span>;
}
