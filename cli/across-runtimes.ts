import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Connection } from '../core/client';
import type { Surroundings } from './command';

/** How long a runtime that ended is left alone before it is looked for again: longer and longer, for one that was stopped stays away. */
const firstLookMs = 100;
const longestLookMs = 1_000;

/**
 * Does what follows the runtime there is; where that runtime ends meanwhile, which is said, does it again with the next one. Gives null
 * when the person left before that was there. What is done must throw when the runtime ends, and go on where it was when done again.
 */
export async function acrossRuntimes<T>(
  { reach, attach, signal, err, program }: Surroundings,
  json: boolean,
  act: (client: Client) => Promise<T>,
): Promise<T | null> {
  let connection: Connection | null = await reach();
  for (;;) {
    try {
      return await act(connection.client);
    } catch (error) {
      if (signal.aborted) return null;
      if (!(await hasEnded(connection))) throw error;
    } finally {
      connection.close();
    }
    if (!json) err.write(`The runtime has ended. Waiting for the next one. To start it: ${program} start\n`);
    connection = null;
    for (let looks = 0; connection === null; looks += 1) {
      const ms = Math.min(longestLookMs, firstLookMs * 2 ** looks);
      await pause(ms, undefined, { signal }).catch(() => {});
      if (signal.aborted) return null;
      connection = await attach();
    }
  }
}

async function hasEnded({ closed }: Connection): Promise<boolean> {
  const soon = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 250).unref());
  return Promise.race([closed.then(() => true), soon]);
}
