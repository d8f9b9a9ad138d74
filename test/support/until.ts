import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again, for half a minute at most, until something is so. For what tells nobody when it happens. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const late = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > late) throw new Error(`It did not come to be: ${isSo}`);
    await pause(20);
  }
}
