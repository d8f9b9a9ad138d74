import { CodedError } from '../contract/errors';
import { workSubject } from '../contract/relay';
import { type Address, type Bus, type Heard, type HeardMessage, mostWaitingAgents } from './bus';
import { heardMessage, messageText } from './frame';
import { replay } from './replay';
import type { Ring } from './ring';
import { createSubscribers } from './subject';
import { createTakings } from './takings';
import type { KeptWork } from './work';

/** What the embedded bus stands on. */
export interface HubParts {
  /** The newest messages. The bus closes it. */
  readonly ring: Ring;
  readonly work: KeptWork;
  readonly now: () => number;
  /** Told of what nobody waits for: messages that could not be read, or work that could not be given. */
  readonly onError: (cause: unknown) => void;
}

/** A message that has its number and is not told yet. */
interface Entry {
  readonly message: HeardMessage;
  /** Work that is told to followers; whether it can be is nothing its sender waits for, because its row is kept. */
  readonly isWork: boolean;
  /** `held`: nothing after it is told before it is decided on. `dropped`: its number is left out. */
  state: 'ready' | 'held' | 'dropped';
  readonly kept: (seq: number) => void;
  readonly failed: (cause: unknown) => void;
}

/**
 * The bus within this process. All that is published in one turn of the event loop is written to the ring at once, and then told.
 * Work is kept as a row before it is told, and what comes after it waits for that: what is told is in the order of its numbers.
 */
export function createHub({ ring, work, now, onError }: HubParts): Bus {
  const subscribers = createSubscribers<(heard: Heard) => void>();
  const leaves = new Set<() => void>();
  const takings = createTakings({ work, now, onError });
  let last = Math.max(ring.given, work.last());
  let entries: Entry[] = [];
  let scheduled = false;
  let closed = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    const until = entries.findIndex(({ state }) => state === 'held');
    const ready = until === -1 ? entries : entries.slice(0, until);
    entries = until === -1 ? [] : entries.slice(until);
    tell(ready.filter(({ state }) => state === 'ready'));
  }

  function tell(ready: readonly Entry[]): void {
    if (ready.length === 0) return;
    try {
      ring.append(ready.map(({ message }) => message));
    } catch (cause) {
      for (const { isWork, message, kept, failed } of ready) {
        if (isWork) kept(message.seq);
        else failed(cause);
      }
      return;
    }
    for (const { message, kept } of ready) {
      for (const hear of subscribers.of(message.subject)) hear(message);
      kept(message.seq);
    }
  }

  /** Gives a message its number. */
  function enter(
    subject: string,
    text: string,
    entry: Omit<Entry, 'message'>,
  ): { readonly entry: Entry; readonly at: number } {
    if (closed) throw new CodedError('CANCELLED', `Nothing was published on ${subject}: the relay is closing.`);
    last += 1;
    const at = now();
    const entered = { ...entry, message: heardMessage({ seq: last, subject, at }, text) };
    entries.push(entered);
    return { entry: entered, at };
  }

  return {
    publish: (subject, message, raw) =>
      new Promise((kept, failed) => {
        enter(subject, messageText(message, raw), { isWork: false, state: 'ready', kept, failed });
        schedule();
      }),
    async subscribe(pattern, hear, { after, pace = () => {} } = {}) {
      const leave =
        after === undefined
          ? subscribers.add(pattern, hear)
          : replay({ ring, subscribers, pattern, hear, after, pace, onError });
      leaves.add(leave);
      return () => {
        leaves.delete(leave);
        leave();
      };
    },
    async sendWork(to: Address, message, raw) {
      const text = messageText(message, raw);
      const subject = workSubject(to.session, to.role);
      let kept = (_seq: number) => {};
      const told = new Promise<number>((resolve) => {
        kept = resolve;
      });
      const { entry, at } = enter(subject, text, { isWork: true, state: 'held', kept, failed: () => {} });
      const { seq } = entry.message;
      try {
        const known = await work.keep({ ...to, id: message.id, seq, at, text });
        entry.state = known === seq ? 'ready' : 'dropped';
        if (known !== seq) return known;
      } catch (cause) {
        entry.state = 'dropped';
        throw cause;
      } finally {
        schedule();
      }
      takings.came(to, message.id);
      return told;
    },
    takeWork: async (of, deliver) => takings.take(of, deliver),
    unanswered: async (of) => work.ids(of).length,
    waiting: async () => work.agents(mostWaitingAgents),
    status: async () => ({ bus: 'embedded', url: null, first: ring.first(), last: ring.last() }),
    async close() {
      closed = true;
      while (entries.length > 0) await new Promise((resolve) => setImmediate(resolve));
      for (const leave of leaves) leave();
      takings.close();
      ring.close();
    },
  };
}
