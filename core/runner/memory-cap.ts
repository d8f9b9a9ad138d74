import { memoryWords } from '../contract/process';
import type { Ledger } from './ledger';

/** Ends the work on tasks whose processes hold more memory than a task may. */
export interface MemoryCap {
  stop(): void;
}

const lookEveryMs = 5000;
const megabyte = 1024 * 1024;

/**
 * Starts to watch. It looks only while tasks are in hand and there is a cap (`megabytes`, 0 for none), and calls `onOver`
 * for a task that is over it. The person's own terminals do not count: the agent's work is not to end for their dev server.
 */
export function watchMemoryCap(options: {
  readonly megabytes: () => number;
  readonly inHand: () => readonly number[];
  readonly ledger: Pick<Ledger, 'look'>;
  readonly onOver: (task: number) => void;
  readonly onError: (cause: unknown) => void;
  readonly everyMs?: number;
}): MemoryCap {
  let looking = false;
  const look = async (): Promise<void> => {
    const cap = options.megabytes() * megabyte;
    const tasks = options.inHand();
    if (looking || cap === 0 || tasks.length === 0) return;
    looking = true;
    try {
      const { processes, terminals } = await options.ledger.look();
      for (const task of tasks) {
        const held = processes
          .filter((one) => one.task === task && !terminals.has(one.pid))
          .reduce((sum, { memory }) => sum + memory, 0);
        if (held > cap) options.onOver(task);
      }
    } catch (cause) {
      options.onError(cause);
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), options.everyMs ?? lookEveryMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** What the person is told of a task that was ended for it. */
export function overMemory(megabytes: number): string {
  return `Its processes held more than ${memoryWords(megabytes * megabyte)} of memory, the most a task may (setting taskMemoryMegabytes), so they were ended. Raise it, or ask for the work in smaller steps, then retry.`;
}
