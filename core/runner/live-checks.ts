import type { CheckOutput } from '../contract/check';
import { CodedError } from '../contract/errors';
import type { CutOff } from '../store/checks';

/** The checks that run for a task now, one after the other. */
export interface Series {
  /** Aborted when they are to end. */
  readonly signal: AbortSignal;
  /** Why they end, a sentence; empty while they need not. */
  readonly why: () => string;
  /** What cuts them off; null while nothing does, and where they are stopped for what concerns them. */
  readonly cutOff: () => CutOff | null;
  /** One of them runs and printed more, or nothing yet; `read` gives the end of what it printed so far. */
  prints(run: number, read: () => string): void;
}

/** What ends checks that begin, beside somebody who stops them. */
export interface SeriesOrder {
  readonly signal: AbortSignal;
  /** What would cut them off, and is to leave them to finish instead. */
  readonly endures?: CutOff;
}

/** The checks that run, by task: at most one series for each. */
export interface LiveChecks {
  /**
   * Does what runs checks of a task, until the signal is aborted or somebody stops them, but for what they endure. Throws
   * WRONG_STATE while some run.
   */
  during<T>(task: number, order: SeriesOrder, act: (series: Series) => Promise<T>): Promise<T>;
  /** Whether any run for a task. */
  runs(task: number): boolean;
  /** Resolves when none runs for a task, or the signal is aborted. */
  over(task: number, signal?: AbortSignal): Promise<void>;
  /**
   * Ends those of a task, if any run, and resolves when they are over. `why` is the sentence their output ends with, and `cutOff`
   * what they could do nothing about. Those that endure that are left to finish, and not waited for.
   */
  stop(task: number, why: string, cutOff?: CutOff): Promise<void>;
  /** Resolves when those of a task that were told to end are over; at once when there are none. */
  ended(task: number): Promise<void>;
  /** Ends all, those that begin afterwards too, and resolves when they are over, or after `limitMs`. */
  close(limitMs: number): Promise<void>;
  /** Whether they end because Switchyard was closed. */
  isClosed(): boolean;
  /** What those of a task print, all that is kept of it each time; ends when they are over or the signal is aborted. */
  follow(task: number, signal: AbortSignal | undefined): AsyncGenerator<CheckOutput>;
}

/** Followers are told of what is printed at most this often. */
const pauseMs = 150;

const closedWords = 'Ended because Switchyard was closed.';

interface Live {
  readonly endures: CutOff | null;
  readonly stop: (why: string, cutOff?: CutOff) => void;
  readonly signal: AbortSignal;
  readonly over: Promise<void>;
  now: { readonly run: number; readonly read: () => string } | null;
  /** What is called when there is more to tell. */
  readonly waiting: Set<() => void>;
  isOver: boolean;
}

/** Makes what knows of the checks that run in this process. */
export function createLiveChecks(): LiveChecks {
  const live = new Map<number, Live>();
  let closed = false;

  function wake({ waiting }: Live): void {
    for (const go of [...waiting]) go();
  }

  async function stop(task: number, why: string, cutOff?: CutOff): Promise<void> {
    const one = live.get(task);
    // Those that end already are waited for all the same, for whoever begins anew after them.
    if (one === undefined || (cutOff === one.endures && !one.signal.aborted)) return;
    one.stop(why, cutOff);
    await one.over;
  }

  return {
    runs: (task) => live.has(task),
    async over(task, signal) {
      const one = live.get(task);
      while (one !== undefined && !one.isOver && !signal?.aborted) await next(one, signal);
    },
    stop,
    async ended(task) {
      const one = live.get(task);
      if (one?.signal.aborted) await one.over;
    },
    isClosed: () => closed,
    async close(limitMs) {
      closed = true;
      const late = new AbortController();
      const over = Promise.all([...live.keys()].map((task) => stop(task, closedWords, 'closing')));
      await Promise.race([over, pause(limitMs, late.signal)]);
      late.abort();
    },
    async during(task, { signal: outer, endures }, act) {
      if (live.has(task)) {
        throw new CodedError('WRONG_STATE', `Checks of task ${task} run already. Wait for them, or stop them.`, {
          facts: { task },
        });
      }
      const end = new AbortController();
      let why = '';
      let cutOff: CutOff | null = null;
      let finished = () => {};
      const one: Live = {
        endures: endures ?? null,
        stop(reason, by) {
          if (why === '') cutOff = by ?? null;
          why ||= reason;
          end.abort();
        },
        signal: end.signal,
        over: new Promise<void>((resolve) => {
          finished = resolve;
        }),
        now: null,
        waiting: new Set(),
        isOver: false,
      };
      live.set(task, one);
      const onAbort = () => one.stop('Ended because the task was stopped.');
      outer.addEventListener('abort', onAbort, { once: true });
      if (closed) one.stop(closedWords, 'closing');
      if (outer.aborted) onAbort();
      try {
        return await act({
          signal: end.signal,
          why: () => why,
          cutOff: () => cutOff,
          prints(run, read) {
            one.now = { run, read };
            wake(one);
          },
        });
      } finally {
        outer.removeEventListener('abort', onAbort);
        live.delete(task);
        one.isOver = true;
        wake(one);
        finished();
      }
    },
    async *follow(task, signal) {
      const one = live.get(task);
      let told: CheckOutput | null = null;
      while (one !== undefined && !one.isOver && !signal?.aborted) {
        // Asked before the look, so that what is printed between the two is not slept through.
        const more = next(one, signal);
        const now: CheckOutput | null = one.now === null ? null : { run: one.now.run, output: one.now.read() };
        if (now !== null && (now.run !== told?.run || now.output !== told.output)) {
          told = now;
          yield now;
          // A program that prints without end must not keep whoever follows at work without end.
          await pause(pauseMs, signal);
        } else await more;
      }
    },
  };
}

function next({ waiting }: Live, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      waiting.delete(done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    waiting.add(done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
