/** Since when the relay is not there, and why. */
export interface Outage {
  readonly since: number;
  readonly why: string;
}

/** Whether the relay is there, told by whoever finds out. */
export interface Outages {
  now(): Outage | null;
  /** It is not there. What is found out first is since when. */
  began(cause: unknown): void;
  ended(): void;
  /** Calls back whenever it went or came back, until the function it gives is called. */
  onChange(tell: (outage: Outage | null) => void): () => void;
}

/** A relay that is taken to be there until somebody finds out that it is not. */
export function createOutages(clock: () => number): Outages {
  const listeners = new Set<(outage: Outage | null) => void>();
  let outage: Outage | null = null;
  const set = (next: Outage | null) => {
    outage = next;
    for (const tell of listeners) tell(next);
  };
  return {
    now: () => outage,
    began(cause) {
      if (outage !== null) return;
      set({ since: clock(), why: cause instanceof Error ? cause.message : String(cause) });
    },
    ended() {
      if (outage !== null) set(null);
    },
    onChange(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
  };
}

/** An outage as a problem of the runtime. */
export function outageText({ since, why }: Outage): string {
  return `The relay has been away since ${new Date(since).toISOString()}: ${why} What sessions of tasks tell on it is kept until it is back.`;
}
