import { lowest } from '../contract/stack';
import { createLoop } from '../runner/loop';
import { createUnderWay } from '../runner/under-way';
import { dueLandings } from '../store/due-landings';
import { pullRequestOf } from '../store/pull-requests';
import { partsOf, stackOf, staleStacks } from '../store/stacks';
import { landFinished, mayLand } from './land-finished';
import { followAfter } from './pull-requests';
import { elsewhere } from './pushing';
import type { Room } from './room';
import { noteBroken, restack, tryNow } from './stacking';

/** Keeps the tasks in review on what they are after. */
export interface Restacker {
  /** Begins; nothing is restacked before, as long as what a crash left is being settled. */
  start(): void;
  /** A task changed, or a base: look whether something stands on what is not as it was. Cheap when nothing does. */
  wake(): void;
  /** Resolves when nothing is being restacked; none begins afterwards. */
  close(): Promise<void>;
}

/** So long a forge that was asked is waited for when this is closed. */
const askedMs = 5_000;

/** Makes what restacks by itself. What is not as it is to be is read from the store, so that a crash loses nothing. */
export function createRestacker(room: () => Room): Restacker {
  /** What was tried by this runtime, so that nothing that fails is tried without end. */
  const tried = new Map<number, string>();
  const asked = createUnderWay();
  let isStarted = false;

  async function due(): Promise<number[]> {
    const { db } = room();
    const stale: number[] = [];
    for (const task of staleStacks(db)) {
      const now = await tryNow(room(), task);
      const stack = stackOf(db, task);
      if (tried.get(task) !== now && (stack?.problem == null || stack.tried !== now)) stale.push(task);
    }
    return lowest(stale, (task) => partsOf(db, task).map(({ id }) => id));
  }

  async function goThrough(signal: AbortSignal): Promise<void> {
    for (let next = await due(); next.length > 0 && !signal.aborted; next = await due()) {
      for (const task of next) {
        tried.set(task, await tryNow(room(), task));
        await one(task);
        tellForge(task, signal);
      }
    }
  }

  async function one(task: number): Promise<void> {
    const { log } = room();
    try {
      const { kind } = await restack(room(), task);
      if (kind === 'restacked') tried.delete(task);
    } catch (cause) {
      log('warning', 'A task could not be restacked.', { task, cause: String(cause) });
      const why = cause instanceof Error ? cause.message : String(cause);
      await noteBroken(
        room(),
        task,
        `It could not be restacked: ${why} Mend that, then restack (in the terminal: task restack ${task}).`,
      );
    }
  }

  /** Nobody waits for a forge: what it is asked to do differently by now can be asked of it at the next look, too. */
  function tellForge(task: number, signal: AbortSignal): void {
    if (pullRequestOf(room().db, task)?.state !== 'open') return;
    void asked
      .during(() => elsewhere(task, () => followAfter(room(), task, signal)))
      .catch((cause) =>
        room().log('warning', 'A pull request could not be looked at.', { task, cause: String(cause) }),
      );
  }

  async function landDue(signal: AbortSignal): Promise<void> {
    for (const task of dueLandings(room().db)) {
      if (signal.aborted || !mayLand(room(), task)) continue;
      // Whoever put it up for review is about to let go of it.
      await room().runner.over(task);
      await landFinished(room(), task, signal);
    }
  }

  const loop = createLoop(
    async (signal) => {
      await goThrough(signal);
      await landDue(signal);
    },
    { onError: (cause) => room().log('error', 'Restacking failed.', { cause: String(cause) }) },
  );
  return {
    start() {
      isStarted = true;
      loop.wake();
    },
    wake() {
      if (isStarted) loop.wake();
    },
    async close() {
      await loop.close();
      await asked.over(askedMs);
    },
  };
}
