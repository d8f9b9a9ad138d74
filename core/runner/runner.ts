import type { Request } from '../contract/request';
import type { Status } from '../contract/status';
import type { Claim } from '../sources/source';
import { giveUpClaims } from '../store/claims';
import { isDriven } from '../store/takeovers';
import { taskRow } from '../store/task-row';
import { type Answers, createAnswers } from './answers';
import type { Deps, Stop } from './deps';
import { keepLease } from './lease';
import { watchMemoryCap } from './memory-cap';
import { work } from './work';

/** Claims tasks up to the limit and does them. */
export interface Runner {
  /** Begins to claim, and goes on with what an earlier runtime had in hand. */
  start(held: readonly Claim[]): void;
  /**
   * Stops claiming, parks what is in hand and resolves when every agent is gone, or after `limitMs`; what is in hand then
   * is given up, so that the next start does not take it for a crash.
   */
  stop(limitMs: number): Promise<void>;
  /** A task was stored or the limit changed: look again. */
  wake(): void;
  /** Ends the work on a task the person cancelled. */
  cancel(task: number): void;
  /** Resolves when nothing works on the task any more. */
  over(task: number): Promise<void>;
  /** Hands a committed answer to the agent that waits for it, when one does. */
  deliver(request: Request): void;
  status(): Status['workers'][number];
}

/** A task being worked on. */
interface InHand {
  readonly claim: Claim;
  readonly end: AbortController;
  /** Stops renewing the lease. */
  readonly release: () => void;
  readonly done: Promise<void>;
}

/** Tasks that wait for a person, or that one drives, hold no slot, but at most this many times the limit are in hand in all. */
const inHandFactor = 4;

const retryClaimMs = 1000;

/** What comes after a task's work. */
interface Afterwards {
  /** Lands a finished change when its repository says so. Never rejects. */
  readonly landFinished: (task: number) => Promise<void>;
}

/** Makes the runner of this process. It claims nothing until it is started. */
export function createRunner(given: Deps, { landFinished }: Afterwards): Runner {
  // A task that begins to wait frees its slot, so every change is a reason to look again.
  const deps: Deps = {
    ...given,
    announce(task) {
      try {
        given.announce(task);
      } catch (cause) {
        // Telling is no part of the work: whoever listens reads the truth from the store next time.
        given.log('warning', 'A change could not be told.', { task, cause: String(cause) });
      }
      slotsChanged();
    },
  };
  const answers: Answers = createAnswers();
  const inHand = new Map<number, InHand>();
  const landings = new Set<Promise<void>>();
  const closing = new AbortController();
  const cap = watchMemoryCap({
    megabytes: () => given.settings().taskMemoryMegabytes,
    inHand: () => [...inHand.keys()],
    ledger: given.ledger,
    onOver: (task) => inHand.get(task)?.end.abort('over memory' satisfies Stop),
    onError: (cause) => given.log('warning', 'What tasks hold in memory could not be seen.', { cause: String(cause) }),
  });
  let slotsChanged = () => {};
  let round = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  function waitingCount(): number {
    return [...inHand.keys()].filter((task) => taskRow(given.db, task).state === 'waiting' || isDriven(given.db, task))
      .length;
  }

  function freeSlots(): number {
    const limit = deps.settings().concurrency;
    return Math.min(limit - (inHand.size - waitingCount()), limit * inHandFactor - inHand.size);
  }

  async function claimAndWork(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await claimOnce();
      } catch (cause) {
        // One broken round must not end all work; the pause keeps a broken disk from being asked without end.
        deps.log('error', 'Claiming failed; it is tried again.', { cause: String(cause) });
        await pause(retryClaimMs, closing.signal);
      }
    }
  }

  async function claimOnce(): Promise<void> {
    const free = freeSlots();
    if (free <= 0) {
      await new Promise<void>((resolve) => {
        slotsChanged = resolve;
      });
      return;
    }
    // Asked anew when the limit changes, so that a lower one holds at once.
    round = new AbortController();
    const stop = () => round.abort();
    closing.signal.addEventListener('abort', stop, { once: true });
    if (closing.signal.aborted) stop();
    try {
      for (const claim of await deps.source.next(free, round.signal)) begin(claim);
    } finally {
      closing.signal.removeEventListener('abort', stop);
    }
  }

  function begin(claim: Claim): void {
    const end = new AbortController();
    const stop = (reason: Stop) => end.abort(reason);
    if (closing.signal.aborted) stop('closing');
    const release = keepLease(deps, claim, () => stop('lost'));
    deps.announce(claim.task);
    // A task cancelled and queued again at once waits until its former agent has left the worktree.
    const before = inHand.get(claim.task)?.done ?? Promise.resolve();
    const done = before
      .then(() => work(deps, answers, claim, end.signal))
      .catch((cause) => deps.log('error', 'A task could not be put down.', { task: claim.task, cause: String(cause) }))
      .finally(() => {
        release();
        if (inHand.get(claim.task)?.claim === claim) inHand.delete(claim.task);
        deps.announce(claim.task);
        slotsChanged();
      });
    inHand.set(claim.task, { claim, end, release, done });
    // No part of the work: whoever discards the task meanwhile waits for that to be over, and landing waits for them.
    const landing = done.then(() => (closing.signal.aborted ? undefined : landFinished(claim.task)));
    landings.add(landing);
    void landing.finally(() => landings.delete(landing));
  }

  /** What did not end in time goes on with the next start, and must not pass for a crash there. */
  async function giveUp(): Promise<void> {
    const left = [...inHand.values()];
    // A renewal after this would take the lease back.
    for (const { release } of left) release();
    deps.log('warning', 'Closed before everything in hand was parked.', { tasks: [...inHand.keys()] });
    const claims = left.map(({ claim }) => claim);
    try {
      await deps.writer.write((db) => giveUpClaims(db, claims));
    } catch (cause) {
      // Closing goes on all the same; at worst the next start counts a crash.
      deps.log('error', 'What was in hand could not be given up.', { cause: String(cause) });
    }
  }

  return {
    start(held) {
      for (const claim of held) begin(claim);
      loop = claimAndWork();
    },
    async stop(limitMs) {
      closing.abort();
      cap.stop();
      slotsChanged();
      for (const task of inHand.values()) task.end.abort('closing' satisfies Stop);
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      const gone = Promise.all([loop, ...[...inHand.values()].map((task) => task.done), ...landings]);
      await Promise.race([gone, limit]);
      clearTimeout(timer);
      if (inHand.size > 0) await giveUp();
    },
    wake() {
      deps.source.notify();
      round.abort();
      slotsChanged();
    },
    cancel(task) {
      inHand.get(task)?.end.abort('cancelled' satisfies Stop);
    },
    async over(task) {
      await inHand.get(task)?.done;
    },
    deliver(request) {
      answers.deliver(request);
    },
    status() {
      const waiting = waitingCount();
      return {
        name: 'local',
        state: closing.signal.aborted ? 'stopping' : inHand.size > waiting ? 'busy' : 'idle',
        running: inHand.size - waiting,
        waiting,
        limit: deps.settings().concurrency,
      };
    },
  };
}

/** Waits a while, or until the signal is aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
