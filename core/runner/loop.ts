/** Something that is done again whenever that is asked for, one round after the other. */
export interface Loop {
  /**
   * Has a round begin when whoever asks is through, or when the one that is under way is over: each time it is asked for, a
   * whole round comes after that.
   */
  wake(): void;
  /** Does something while no round is under way; none begins before it is over. Throws what it throws. */
  between<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Aborts what is under way, and resolves when that is over. No round begins afterwards. */
  close(): Promise<void>;
}

/** Makes a loop that does nothing before it is asked to. A round that throws is told to `onError` and is over. */
export function createLoop(
  round: (signal: AbortSignal) => Promise<void>,
  { onError }: { readonly onError: (cause: unknown) => void },
): Loop {
  const ended = new AbortController();
  const { signal } = ended;
  let isAsked = false;
  let running: Promise<unknown> | null = null;

  async function rounds(): Promise<void> {
    // Whoever asked is through with what it does then, and `running` is set.
    await new Promise((resolve) => setImmediate(resolve));
    while (isAsked && !signal.aborted) {
      isAsked = false;
      await round(signal).catch(onError);
    }
    // In the same moment as the last look at whether it was asked for: nobody who asks is overheard in between.
    running = null;
  }

  function begin(): void {
    if (isAsked && running === null && !signal.aborted) running = rounds();
  }

  return {
    wake() {
      isAsked = true;
      begin();
    },
    async between(act) {
      while (running !== null) await running;
      // Not before `running` is set: what is asked for while it acts comes afterwards.
      const acting = Promise.resolve().then(() => act(signal));
      running = acting.then(
        () => {},
        () => {},
      );
      try {
        return await acting;
      } finally {
        running = null;
        begin();
      }
    },
    async close() {
      ended.abort();
      while (running !== null) await running;
    },
  };
}
