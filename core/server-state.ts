import type { ServerState } from './contract/status';

/** How the server stands, told by whoever opens it. */
export interface ServerStateHolder {
  now(): ServerState;
  set(state: ServerState): void;
  /** The state once it does not start any more. */
  settled(): Promise<ServerState>;
}

/** Makes a place to tell it at; nobody opens a server until they say so. */
export function createServerState(): ServerStateHolder {
  let now: ServerState = { kind: 'off' };
  const waiting = new Set<(state: ServerState) => void>();
  return {
    now: () => now,
    set(state) {
      now = state;
      if (state.kind === 'starting') return;
      for (const tell of waiting) tell(state);
      waiting.clear();
    },
    settled: () => (now.kind === 'starting' ? new Promise((resolve) => waiting.add(resolve)) : Promise.resolve(now)),
  };
}
