import { giveAllBack } from './commands/giving-back';
import { landAllFinished } from './commands/land-finished';
import { settlePicks } from './commands/picking';
import { sweepNowAndThen } from './commands/retention';
import type { Room } from './commands/room';
import { settleOpenings } from './runner/pull-requests';
import { settlePushes } from './runner/pushing';

/** Does what an earlier runtime left to be done, beside all that begins meanwhile. Resolves when that is done, or the signal is aborted. */
export async function settleLeft(room: Room, signal: AbortSignal): Promise<void> {
  // Remotes may not answer for a while, and nobody waits for that.
  const pushes = settlePushes(room, signal).then(() => settleOpenings(room, signal));
  await Promise.all([
    ...[pushes, landAllFinished(room, signal), sweepNowAndThen(room, signal)],
    giveAllBack(room, signal),
    settlePicks(room, signal),
  ]);
}
