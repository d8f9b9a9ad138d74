/** Tells the work on a task that the person wants to take it over. That they do is a row; this is only the news of it. */
export interface Takes {
  /** Tells whoever works on the task; `interrupts` when the agent's turn is not to be waited for. */
  tell(task: number, interrupts: boolean): void;
  /** Calls the listener for each telling until the function it gives is called. */
  hear(task: number, listener: (interrupts: boolean) => void): () => void;
}

/** Makes the place where takeovers are told. */
export function createTakes(): Takes {
  const listening = new Map<number, Set<(interrupts: boolean) => void>>();
  return {
    tell(task, interrupts) {
      for (const listener of [...(listening.get(task) ?? [])]) listener(interrupts);
    },
    hear(task, listener) {
      const listeners = listening.get(task) ?? new Set();
      listening.set(task, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && listening.get(task) === listeners) listening.delete(task);
      };
    },
  };
}
