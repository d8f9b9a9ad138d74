import { type ReactNode, useEffect, useState } from 'react';
import { createStore, useStore } from '../state/store';
import { elapsed, exactly, span } from './amounts';

const clock = createStore(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The time, about every ten seconds: one timer for every relative time in the window, none when there is none. */
export function useNow(): number {
  useEffect(() => {
    watchers += 1;
    if (watchers === 1) {
      clock.update(() => Date.now());
      timer = setInterval(() => clock.update(() => Date.now()), 10_000);
    }
    return () => {
      watchers -= 1;
      if (watchers === 0) clearInterval(timer);
    };
  }, []);
  return useStore(clock, (now) => now);
}

/** How long ago something was, exact on hover. */
export function Ago({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  return (
    <time className="tabular" dateTime={new Date(at).toISOString()} title={exactly(at)}>
      {span(Math.max(0, now - at))}
    </time>
  );
}

/** How long ago something was, as the end of a sentence: `3m ago`, `just now`. */
export function Before({ at }: { readonly at: number }): ReactNode {
  const now = useNow();
  const since = span(Math.max(0, now - at));
  return (
    <time className="tabular" dateTime={new Date(at).toISOString()} title={exactly(at)}>
      {since === 'now' ? 'just now' : `${since} ago`}
    </time>
  );
}

/** How long until something is, to the second. */
export function Until({ at }: { readonly at: number }): ReactNode {
  const now = useSeconds();
  return (
    <time className="tabular" dateTime={new Date(at).toISOString()} title={exactly(at)}>
      in {span(Math.max(0, at - now))}
    </time>
  );
}

/** How long something has been going on, counted by the second. */
export function Elapsed({ since }: { readonly since: number }): ReactNode {
  const now = useSeconds();
  return (
    <time className="tabular" dateTime={new Date(since).toISOString()} title={exactly(since)}>
      {elapsed(now - since)}
    </time>
  );
}

function useSeconds(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
