/** Who waits for a terminal to print more or to end. */
export interface Growth {
  /** Tells everybody who waits for it. */
  wake(id: number): void;
  /** Resolves when it grows or ends, or the signal is aborted. Forget it when it is not waited for any more. */
  next(id: number, signal?: AbortSignal): { readonly happened: Promise<void>; forget(): void };
}

/** Makes the place where readers of terminals wait. */
export function createGrowth(): Growth {
  const waiting = new Map<number, Set<() => void>>();
  return {
    wake(id) {
      for (const tell of waiting.get(id) ?? []) tell();
    },
    next(id, signal) {
      const tells = waiting.get(id) ?? new Set();
      waiting.set(id, tells);
      let tell = () => {};
      const happened = new Promise<void>((resolve) => {
        tell = resolve;
      });
      tells.add(tell);
      signal?.addEventListener('abort', tell, { once: true });
      return {
        happened,
        forget() {
          signal?.removeEventListener('abort', tell);
          tells.delete(tell);
          // Another set may be there by now, when this one was emptied before.
          if (tells.size === 0 && waiting.get(id) === tells) waiting.delete(id);
        },
      };
    },
  };
}
