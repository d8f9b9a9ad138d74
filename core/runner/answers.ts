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
  const waiting = new Map<number, (answer: Answer) => void>();
  return {
    wait(request, signal) {
      return new Promise((resolve, reject) => {
        const give = () => {
          waiting.delete(request);
          reject(signal.reason);
        };
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        signal.addEventListener('abort', give, { once: true });
        waiting.set(request, (answer) => {
          waiting.delete(request);
          signal.removeEventListener('abort', give);
          resolve(answer);
        });
      });
    },
    deliver(request) {
      const give = waiting.get(request.id);
      if (!give || !request.answer) return false;
      give(request.answer);
      return true;
    },
  };
}
