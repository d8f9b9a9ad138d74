import { workSubject } from '../contract/relay';
import type { Address, HeardMessage, Taking } from './bus';
import { heardMessage } from './frame';
import type { KeptWork } from './work';

/** Who takes the work of which agent. */
export interface Takings {
  /** Takes the work of an agent, from now on alone. */
  take(of: Address, deliver: (work: HeardMessage) => Promise<void> | void): Taking;
  /** Tells that work of this id was kept and told. */
  came(of: Address, id: string): void;
  /** Tells that work of this id was taken back: it is not given any more, also where it was read already. */
  went(of: Address, id: string): void;
  /** Ends all of them. */
  close(): void;
}

interface Taker {
  /** The ids of what it has not answered: most of what an agent sends answers nothing, and is not looked up. */
  readonly open: Set<string>;
  readonly wake: () => void;
  /** What was read and not given is looked for anew. */
  readonly lookAnew: () => void;
  readonly end: () => void;
}

/** Gives out work that is kept. */
export function createTakings(parts: {
  readonly work: KeptWork;
  readonly now: () => number;
  /** The number up to which what is kept is told, too. What is newer is not given yet: it comes. */
  readonly told: () => number;
  /** Told of work that could not be read or given; it is given to the next one who takes it. */
  readonly onError: (cause: unknown) => void;
}): Takings {
  const { work, now, told, onError } = parts;
  const takers = new Map<string, Taker>();

  return {
    take(of, deliver) {
      const name = workSubject(of.session, of.role);
      takers.get(name)?.end();
      let ended = false;
      let isStale = false;
      let wake = () => {};
      const taker: Taker = {
        open: new Set(work.ids(of)),
        wake: () => wake(),
        lookAnew() {
          isStale = true;
        },
        end() {
          ended = true;
          wake();
        },
      };
      takers.set(name, taker);
      const giveAll = async () => {
        // Nothing is given before whoever takes it knows that it does.
        await new Promise((resolve) => setImmediate(resolve));
        let given = 0;
        while (!ended) {
          // Asked for before looking: what comes meanwhile must lead to another look.
          const more = new Promise<void>((resolve) => {
            wake = resolve;
          });
          let isAll = false;
          try {
            const newest = told();
            isStale = false;
            const waiting = work.waiting(of, given).filter(({ seq }) => seq <= newest);
            for (const { seq, at, text } of waiting) {
              if (ended) return;
              if (isStale) break;
              await deliver(heardMessage({ seq, subject: name, at }, text));
              given = seq;
            }
            isAll = waiting.length === 0;
          } catch (cause) {
            onError(cause);
            // Tried again with what comes next, and by the next one who takes it.
            isAll = true;
          }
          if (isAll && !ended) await more;
        }
      };
      void giveAll();
      return {
        async answered(id) {
          if (!taker.open.delete(id)) return;
          try {
            await work.answer({ ...of, id, at: now() });
          } catch (cause) {
            // It waits still: whoever is told so answers again.
            taker.open.add(id);
            throw cause;
          }
        },
        async leave() {
          taker.end();
          if (takers.get(name) === taker) takers.delete(name);
        },
      };
    },
    came(of, id) {
      const taker = takers.get(workSubject(of.session, of.role));
      if (taker === undefined) return;
      taker.open.add(id);
      taker.wake();
    },
    went(of, id) {
      const taker = takers.get(workSubject(of.session, of.role));
      taker?.open.delete(id);
      taker?.lookAnew();
    },
    close() {
      for (const taker of takers.values()) taker.end();
      takers.clear();
    },
  };
}
