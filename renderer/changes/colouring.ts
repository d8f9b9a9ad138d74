import { ColouringPool } from './colouring-pool';
import ColouringWorker from './colouring-worker?worker';
import { colouringOptions } from './look';

let pool: ColouringPool | undefined;

/**
 * Where the code of diffs is coloured: beside the window, which shows it plain until then and never waits. The same for
 * all diffs, as long as the window lives.
 */
export function colouringPool(): ColouringPool {
  pool ??= new ColouringPool(
    {
      workerFactory: () => new ColouringWorker(),
      // One core is the window's own.
      poolSize: Math.max(1, Math.min(2, navigator.hardwareConcurrency - 1)),
      totalASTLRUCacheSize: 200,
    },
    { ...colouringOptions, langs: [] },
  );
  return pool;
}
