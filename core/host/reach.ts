import { setTimeout as pause } from 'node:timers/promises';
import { connectHost } from './connection';
import { lives } from './records';

/** How often a host that lives is tried when the system does not let us, and how long is waited between. */
const reachTries = 5;
const reachEveryMs = 200;

/** Attaches to a host, a few times while the system itself stands in the way. */
export async function reachHost(options: Parameters<typeof connectHost>[0]): ReturnType<typeof connectHost> {
  for (let tries = 1; ; tries += 1) {
    const found = await connectHost(options);
    if (found !== 'out of reach' || tries === reachTries || !lives(options.record.pid)) return found;
    await pause(reachEveryMs);
  }
}
