import { getOrCreateWorkerPoolSingleton, type WorkerPoolManager } from '@pierre/diffs/worker';
import ColouringWorker from './colouring-worker?worker';
import { colouringOptions } from './look';

let pool: WorkerPoolManager | undefined;

/**
 * Where the code of diffs is coloured: beside the window, which shows it plain until then and never waits. The same for
 * all diffs, as long as the window lives.
 */
export function colouringPool(): WorkerPoolManager {
  pool ??= getOrCreateWorkerPoolSingleton({
    poolOptions: {
      workerFactory: () => new ColouringWorker(),
      // One core is the window's own.
      poolSize: Math.max(1, Math.min(2, navigator.hardwareConcurrency - 1)),
      totalASTLRUCacheSize: 200,
    },
    highlighterOptions: { ...colouringOptions, langs: [] },
  });
  return pool;
}
