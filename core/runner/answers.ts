import type { Answer, Request } from '../contract/request';

/** The agents that wait for an answer right now, by request. */
export interface Answers {
  /** Waits for the answer to a request; rejects with the signal's reason when it is aborted. */
  wait(request: number, signal: AbortSignal): Promise<Answer>;
  /** Hands over a committed answer. False when nobody waits: the answer stays stored for when somebody does. */
  deliver(request: Request): boolean;
}

/** Makes the place where answers meet the agents that wait for them. */
export function createAnswers(): Answers {
  // One row may be waited for twice: an agent can ask the same thing in two calls at once.
  const waiting = new Map<number, Set<(answer: Answer) => void>>();
  return {
    wait(request, signal) {
      return new Promise((resolve, reject) => {
        const waiters = waiting.get(request) ?? new Set();
        waiting.set(request, waiters);
        const leave = () => {
          waiters.delete(give);
          if (waiters.size === 0) waiting.delete(request);
          signal.removeEventListener('abort', stop);
        };
        const give = (answer: Answer) => {
          leave();
          resolve(answer);
        };
        const stop = () => {
          leave();
          reject(signal.reason);
        };
        waiters.add(give);
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
      });
    },
    deliver(request) {
      const { answer } = request;
      const waiters = waiting.get(request.id);
      if (!waiters || !answer) return false;
      for (const give of [...waiters]) give(answer);
      return true;
    },
  };
}
