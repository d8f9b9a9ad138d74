import { type Ahead, lookAhead, lookAtLeases } from '../store/ahead';
import { claimTasks, expireClaims, extendClaim, type Released } from '../store/claims';
import type { Database } from '../store/database';
import { settleLimits } from '../store/limits';
import type { Writer } from '../store/writer';
import type { Claim, Source } from './source';

export interface QueueOptions {
  readonly db: Database;
  readonly writer: Writer;
  /** The worker's name, stamped on what it claims. */
  readonly worker: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly leaseMs: number;
  /** Told after the commit which tasks were taken from a worker that let its lease run out. */
  readonly onReleased?: (released: readonly Released[]) => void;
  /** Told after the commit which due tasks were parked instead of given out, and which wait for another reason now. */
  readonly onHeld?: (tasks: readonly number[]) => void;
  /** Asked before due tasks are handed out, and told whether there is one; while it says no it is asked again. */
  readonly admits?: (due: boolean) => boolean;
  /** Told when a sweep could not be written; it is tried again. */
  readonly onError?: (error: unknown) => void;
}

/** The source in the store. `notify` makes it look again at once. */
export interface QueueSource extends Source {
  notify(): void;
}

interface Waiter {
  readonly limit: number;
  readonly give: (claims: readonly Claim[]) => void;
}

/** A waiter, and what it is given after the COMMIT. */
interface Served {
  readonly waiter: Waiter;
  readonly claims: readonly Claim[];
}

/** setTimeout counts in 32 bits; anything further away is waited for in steps. */
const longestTimerMs = 2 ** 31 - 1;

/** How much later than planned a timer may fire before we believe that the computer slept. */
const sleptMs = 2000;

/** After a sleep, how long live workers have to renew their leases before any is taken for dead. */
const renewFirstMs = 2000;

/** How long due tasks that were not admitted wait until they are looked at again. */
const lookAgainMs = 2000;

/** After a failed write, how long before the next try. */
const retryMs = 1000;

/**
 * The durable queue as a source. It never polls: whoever waits is served at the end of the very transaction that made a
 * task due, or by one timer set to the earliest `runAfter` or end of a lease. The database and its writer outlive it.
 */
export function createQueueSource(options: QueueOptions): QueueSource {
  const { db, writer, worker, now, leaseMs } = options;
  const waiters = new Set<Waiter>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let graceUntil = 0;
  let closed = false;

  /** Once in every transaction: claims for those who wait and tells them after the COMMIT. */
  function serve(): () => void {
    const at = now();
    // What is due matters to nobody while no slot is free, and this is done in every transaction.
    const leases = waiters.size === 0 ? lookAtLeases(db, at) : undefined;
    if (leases?.limited === false) return () => setTimer(leases.next);
    const before = lookAhead(db, at);
    const held = before.limited ? settleLimits(db, at) : [];
    const ahead = held.length > 0 ? lookAhead(db, at) : before;
    const admitted = waiters.size === 0 || (options.admits?.(ahead.due) ?? true);
    const served = admitted ? serveWaiters({ at, ahead, onHeld: (task) => held.push(task) }) : [];
    const next = nextTime({ ahead, at, served, parked: held.length > 0 });
    const due = admitted ? next : Math.min(next ?? Number.POSITIVE_INFINITY, at + lookAgainMs);
    return () => {
      for (const { waiter, claims } of served) waiter.give(claims);
      setTimer(due);
      if (held.length > 0) options.onHeld?.(held);
    };
  }

  function serveWaiters({ at, ahead, onHeld }: { at: number; ahead: Ahead; onHeld: (task: number) => void }): Served[] {
    const served: Served[] = [];
    for (const waiter of ahead.due ? waiters : []) {
      const claims = claimTasks(db, { worker, limit: waiter.limit, now: at, leaseMs, onHeld, ahead });
      if (claims.length === 0) break;
      served.push({ waiter, claims });
    }
    return served;
  }

  /** When something becomes due by the clock after what was claimed just now; what was parked has a new time and is asked for anew. */
  function nextTime(after: { ahead: Ahead; at: number; served: readonly Served[]; parked: boolean }): number | null {
    if (after.parked) return lookAhead(db, after.at).next;
    const leases = after.served.flatMap(({ claims }) => claims.map((claim) => claim.leaseUntil));
    const times = after.ahead.next === null ? leases : [after.ahead.next, ...leases];
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Has `serve` called at the end of the next transaction. */
  function look(): void {
    if (!closed) writer.runTails().catch(tryLater);
  }

  function sweep(): void {
    writer
      .write((store) => expireClaims(store, { now: now() }))
      .then((released) => {
        if (released.length > 0) options.onReleased?.(released);
      }, tryLater);
  }

  function tryLater(error: unknown): void {
    if (closed) return;
    options.onError?.(error);
    setTimer(now() + retryMs);
  }

  function setTimer(due: number | null): void {
    clearTimeout(timer);
    if (closed || due === null) return;
    timerAt = Math.max(due, now(), graceUntil);
    timer = setTimeout(wake, Math.min(timerAt - now(), longestTimerMs));
  }

  function wake(): void {
    const late = now() - timerAt;
    if (late < 0) {
      setTimer(timerAt);
    } else if (late > sleptMs) {
      // The renewals slept as well: they must come first, or live work would be taken away.
      graceUntil = now() + renewFirstMs;
      setTimer(graceUntil);
    } else {
      sweep();
    }
  }

  const removeTail = writer.addTail(serve);
  setTimer(lookAhead(db, now()).next);

  return {
    name: 'queue',
    notify: look,
    next(limit, signal) {
      if (closed || signal.aborted || limit <= 0) return Promise.resolve([]);
      return new Promise<readonly Claim[]>((resolve) => {
        const waiter: Waiter = {
          limit,
          give(claims) {
            waiters.delete(waiter);
            signal.removeEventListener('abort', leave);
            resolve(claims);
          },
        };
        const leave = () => waiter.give([]);
        signal.addEventListener('abort', leave, { once: true });
        waiters.add(waiter);
        look();
      });
    },
    extend(claim) {
      return writer.write((store) => extendClaim(store, { claim, leaseUntil: now() + leaseMs }));
    },
    close() {
      closed = true;
      clearTimeout(timer);
      removeTail();
      for (const waiter of waiters) waiter.give([]);
    },
  };
}
