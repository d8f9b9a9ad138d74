import { type RelayMessage, readRelayMessage } from '../core/contract/relay';
import type { AgentLine, Work } from './agent-line';

/** What an agent makes of the work it is given. */
export interface Answering {
  /** `by` is the number of the connection it was given by. */
  hear(work: Work, by: number): void;
}

/** Answers every work with what it was given. Given again, it answers again. */
export function echoing(line: Pick<AgentLine, 'send'>, role: string, onAnswer: (id: string) => void): Answering {
  return {
    hear({ id, payload }) {
      const result = { echo: payload, timestamp: new Date().toISOString(), agent: role };
      void line.send({ id, type: 'result', payload: result }).then(() => onAnswer(id));
    },
  };
}

/** How many answers are remembered: as many as a relay may have given without having heard the answer, and then some. */
const mostRemembered = 2_000;

/** A program's side of a bridge. */
export interface Bridging extends Answering {
  /** Passes a line of the program on; resolves when it has left. Gives why it was not passed on, or null. */
  said(line: string): Promise<string | null>;
}

/** An answer of the program, with the connection it left by; null while it is on its way. */
interface Remembered {
  readonly message: RelayMessage;
  readonly leftBy: number | null;
}

/**
 * Hands work to a program once, and passes on what it says. Work that the relay gives again, because the connection broke, is in the
 * program's hands already: it is answered with the answer it had, or later by the program. By one connection an answer leaves once:
 * what was held until there was one, and has left before the relay gave the work again, is the answer to that.
 */
export function bridging(line: Pick<AgentLine, 'send'>, give: (text: string) => boolean): Bridging {
  const answers = new Map<string, Remembered | null>();
  return {
    hear(work, by) {
      const answer = answers.get(work.id);
      if (answer === undefined) {
        if (give(JSON.stringify(work))) remember(work.id, null);
      } else if (answer !== null && answer.leftBy !== null && answer.leftBy !== by) void leave(answer.message);
    },
    async said(text) {
      if (text.trim() === '') return null;
      let message: RelayMessage;
      try {
        message = readRelayMessage(JSON.parse(text));
      } catch (error) {
        return error instanceof SyntaxError ? 'it is no JSON' : error instanceof Error ? error.message : String(error);
      }
      if (message.type !== 'event' && answers.has(message.id)) await leave(message);
      else await line.send(message);
      return null;
    },
  };

  async function leave(message: RelayMessage): Promise<void> {
    remember(message.id, { message, leftBy: null });
    const leftBy = await line.send(message);
    // The program may have said something else to the same work meanwhile.
    if (answers.get(message.id)?.message === message) remember(message.id, { message, leftBy });
  }

  function remember(id: string, answer: Remembered | null): void {
    answers.delete(id);
    answers.set(id, answer);
    for (const [oldest, said] of answers) {
      if (answers.size <= mostRemembered) return;
      // What the program still works on is not forgotten: it would be done twice.
      if (said !== null) answers.delete(oldest);
    }
  }
}
