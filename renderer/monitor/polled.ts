import { useEffect, useState } from 'react';
import type { Client } from '../client';
import { type Resource, useResource } from '../state/resource';

const pollMs = 3_000;

/** Something asked of the core again and again while it is shown and the window is seen. */
export function usePolled<T>(key: string, ask: (client: Client, signal: AbortSignal) => Promise<T>): Resource<T> {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setRound((value) => value + 1);
    }, pollMs);
    return () => clearInterval(timer);
  }, []);
  return useResource(key, ask, round);
}
