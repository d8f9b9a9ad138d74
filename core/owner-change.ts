import { watch } from 'node:fs';

/**
 * Resolves when something happens in the run folder of a data folder, where its owner comes and goes, or after
 * `limitMs` at the latest.
 */
export function ownerChange(run: string, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(run, () => finish());
    // What happened before the watching began would be missed, so nobody waits for long without looking again.
    const timer = setTimeout(() => finish(), Math.min(limitMs, 500));
    const finish = () => {
      clearTimeout(timer);
      watcher.close();
      resolve();
    };
    watcher.on('error', finish);
  });
}
