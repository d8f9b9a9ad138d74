import { createHash } from 'node:crypto';
import type { AnyMessage } from '@agentclientprotocol/sdk';

/** Gives some of our requests ids of another kind on their way to an agent, and their answers the former ones back. */
export interface Ids {
  readonly out: (message: AnyMessage) => AnyMessage;
  readonly back: (message: AnyMessage) => AnyMessage;
}

/** Above every id that is counted, and small enough for a number of JavaScript whatever is added. */
const base = 2 ** 52;
const bits = 48;

/**
 * Requests of this method get ids that hang on their words and not on their place in line. A person decides their order:
 * whoever goes through a turn again comes to them in another one, and must not take one for the other.
 */
export function idsByWords(method: string | null): Ids {
  const counted = new Map<unknown, AnyMessage>();
  const times = new Map<string, number>();
  return {
    out(message) {
      if (!('method' in message) || !('id' in message) || message.method !== method) return message;
      const words = JSON.stringify(message.params);
      const time = times.get(words) ?? 0;
      times.set(words, time + 1);
      const digest = createHash('sha256').update(`${time} ${words}`).digest();
      const id = base + digest.readUIntBE(0, bits / 8);
      counted.set(id, message);
      return { ...message, id };
    },
    back(message) {
      if ('method' in message || !('id' in message)) return message;
      const asked = counted.get(message.id);
      if (asked === undefined || !('id' in asked)) return message;
      counted.delete(message.id);
      return { ...message, id: asked.id } as AnyMessage;
    },
  };
}
