/** What is not cut short when the runtime stops, as long as there is time for it. */
export interface UnderWay {
  /** Does something that is waited for. Throws what it throws. */
  during<T>(act: () => Promise<T>): Promise<T>;
  /** Resolves when none is under way any more, however each ended, or after `limitMs`. */
  over(limitMs: number): Promise<void>;
}

/** Makes what knows of one kind of thing that is under way. */
export function createUnderWay(): UnderWay {
  const all = new Set<Promise<unknown>>();
  return {
    async during(act) {
      const one = act();
      all.add(one);
      try {
        return await one;
      } finally {
        all.delete(one);
      }
    },
    async over(limitMs) {
      let timer: NodeJS.Timeout | undefined;
      let isLate = false;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          isLate = true;
          resolve();
        }, limitMs);
      });
      // One may begin another.
      while (all.size > 0 && !isLate) await Promise.race([Promise.allSettled(all), late]);
      clearTimeout(timer);
    },
  };
}
