/** A call that is not answered until a test lets it be: each time it is asked for alone, or from then on. */
export function createStuck(stuck: string | null) {
  let isFree = false;
  const waiting: (() => void)[] = [];
  let came = (): void => {};
  return {
    /** Waits if this is the call that is stuck. */
    async hang(name: string): Promise<void> {
      if (stuck !== name || isFree) return;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        came();
      });
    },
    /** Has the one that waits longest answered, as soon as one waits; those after it wait on. */
    async letOne(): Promise<void> {
      while (waiting.length === 0)
        await new Promise<void>((resolve) => {
          came = resolve;
        });
      waiting.shift()?.();
    },
    /** Has all be answered from now on. */
    free(): void {
      isFree = true;
      for (const go of waiting.splice(0)) go();
    },
  };
}
