import { CodedError } from '../contract/errors';
import { resultsSubject, workSubject } from '../contract/relay';
import { type Address, type Bus, type Heard, type HeardMessage, mostWaitingAgents } from './bus';
import { heardMessage, messageText, takenBack } from './frame';
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

/** How many bytes of work that the ring had no room for are told afterwards: the oldest. */
const mostOwed = 16 * 1024 * 1024;

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
 * The bus within this process. What is first published in a turn of the event loop is written to the ring and then told without
 * waiting for the others; all that is published later in the turn is written at once at its end: two writes a turn are the most.
 * Work is kept as a row before it is told, and what comes after it waits for that: what is told is in the order of its numbers.
 * It is given to its agent after it was told: what it is answered with is never there without it. Where this process was ended in
 * between, the next one tells it first of all. Throws DISK_FULL or NOT_WRITABLE when that cannot be written.
 */
export function createHub({ ring, work, now, onError }: HubParts): Bus {
  tellKept(ring, work);
  const subscribers = createSubscribers<(heard: Heard) => void>();
  const leaves = new Set<() => void>();
  /** Work that is being taken back: it is told once, also where two ask at once. */
  const going = new Map<string, Promise<void>>();
  let last = Math.max(ring.given, work.last());
  /** All up to this number are told, or left out. */
  let told = last;
  const takings = createTakings({ work, now, onError, told: () => told });
  let entries: Entry[] = [];
  /** Work that the ring had no room for: it is written before anything newer. */
  let owed: Entry[] = [];
  let scheduled = false;
  let turnBegan = false;
  let closed = false;

  /** Has what is published told as soon as it was all read; what follows in the same turn is told together at its end. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    if (turnBegan) return;
    turnBegan = true;
    process.nextTick(beginTurn);
  }

  function beginTurn(): void {
    flush();
    setImmediate(endTurn);
  }

  function endTurn(): void {
    turnBegan = false;
    if (scheduled) flush();
  }

  function flush(): void {
    scheduled = false;
    const ready: Entry[] = [];
    let decided = 0;
    for (const entry of entries) {
      if (entry.state === 'held') break;
      if (entry.state === 'ready') ready.push(entry);
      decided += 1;
    }
    told = entries[decided - 1]?.message.seq ?? told;
    entries = decided === entries.length ? [] : entries.slice(decided);
    tell(ready);
  }

  function tell(fresh: readonly Entry[]): void {
    if (fresh.length === 0) return;
    const ready = [...owed, ...fresh];
    try {
      ring.append(ready.map(({ message }) => message));
    } catch (cause) {
      for (const { isWork, message, kept, failed } of fresh) {
        if (isWork) kept(message.seq);
        else failed(cause);
      }
      owed = firstOf(ready.filter(({ isWork }) => isWork));
      return;
    }
    owed = [];
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

  const publish: Bus['publish'] = (subject, message, raw) =>
    new Promise((kept, failed) => {
      enter(subject, messageText(message, raw), { isWork: false, state: 'ready', kept, failed });
      schedule();
    });

  return {
    publish,
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
      const toldAs = new Promise<number>((resolve) => {
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
      await toldAs;
      takings.came(to, message.id);
      return seq;
    },
    takeWork: async (of, deliver) => takings.take(of, deliver),
    async takeBack(of, id) {
      const ids = work.ids(of).filter((waits) => id === undefined || waits === id);
      const results = resultsSubject(of.session, of.role);
      const goes = async (each: string) => {
        await publish(results, takenBack(each));
        await work.answer({ ...of, id: each, at: now() });
        takings.went(of, each);
      };
      await Promise.all(
        ids.map((each) => {
          const name = `${results} ${each}`;
          const gone = going.get(name) ?? goes(each).finally(() => going.delete(name));
          going.set(name, gone);
          return gone;
        }),
      );
      return ids;
    },
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

/** So many of them as may be owed. */
function firstOf(entries: readonly Entry[]): Entry[] {
  let bytes = 0;
  const end = entries.findIndex(({ message }) => {
    bytes += message.frame.length;
    return bytes > mostOwed;
  });
  return entries.slice(0, end === -1 ? undefined : end);
}

/** Writes what waits with a higher number than the ring has: it was kept, and its process ended before it was told. */
function tellKept(ring: Ring, work: KeptWork): void {
  const newest = () => Math.max(ring.last(), ring.lost());
  // Numbers have leapt: what is written with one from before the leap would hide from the next start that they have.
  if (ring.given > newest()) return;
  for (;;) {
    const kept = work.waitingOfAll(newest());
    if (kept.length === 0) return;
    ring.append(
      kept.map(({ session, role, seq, at, text }) =>
        heardMessage({ seq, subject: workSubject(session, role), at }, text),
      ),
    );
  }
}
