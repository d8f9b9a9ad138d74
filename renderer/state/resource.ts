import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Client } from '../client';
import { useApp } from './app';
import { type Failure, failureOf, isAbort } from './failure';

/** Something asked of the core: not here yet, here, or not to be had. An older value stays while a newer one is fetched. */
export interface Resource<T> {
  readonly value: T | null;
  readonly failure: Failure | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

/**
 * Asks the core whenever `key` changes or another client takes over, and forgets the answer of an earlier key. Asks again
 * when only `version` changes, and keeps the answer there is until then. A null key asks nothing.
 */
export function useResource<T>(
  key: string | null,
  ask: (client: Client, signal: AbortSignal) => Promise<T>,
  version = 0,
): Resource<T> {
  const { line } = useApp();
  const [state, setState] = useState<{
    key: string | null;
    value: T | null;
    failure: Failure | null;
    loading: boolean;
  }>({
    key: null,
    value: null,
    failure: null,
    loading: key !== null,
  });
  const [round, setRound] = useState(0);
  const newest = useRef(ask);
  useLayoutEffect(() => {
    newest.current = ask;
  });
  const reload = useCallback(() => setRound((value) => value + 1), []);
  useEffect(() => line.onClient(reload), [line, reload]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the round and the version are why it runs again.
  useEffect(() => {
    if (key === null) return;
    const left = new AbortController();
    setState((old) => ({ key, value: old.key === key ? old.value : null, failure: null, loading: true }));
    const asked = async (): Promise<T> => newest.current(line.client(), left.signal);
    asked().then(
      (value) => {
        if (!left.signal.aborted) setState({ key, value, failure: null, loading: false });
      },
      (error) => {
        if (left.signal.aborted || isAbort(error)) return;
        setState((old) => ({ ...old, failure: failureOf(error), loading: false }));
      },
    );
    return () => left.abort();
  }, [key, version, round, line]);
  if (state.key !== key) return { value: null, failure: null, loading: key !== null, reload };
  return { value: state.value, failure: state.failure, loading: state.loading, reload };
}
