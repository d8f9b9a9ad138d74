import { assertNever } from '../core/contract/errors';
import type { OwnerRecord } from '../core/contract/owner';
import { isAlive, ownerGone } from '../core/owner-patience';
import { readOwner } from '../core/owner-record';
import type { Outcome } from './command';

/** One that stops lets go of its data folder at once; one that hung up and lives on is not waited for any longer. */
const goneMs = 5_000;

/**
 * What is said of a runtime that hung up on a command that only showed what it did. One that was stopped or followed by another has ended
 * as somebody wanted, which is no failure of the command; one that died has.
 */
export async function hungUp(
  folders: { readonly data: string; readonly run: string },
  owner: OwnerRecord,
  program: string,
  limitMs = goneMs,
): Promise<Pick<Outcome, 'text' | 'exit'>> {
  const end = await endOf(folders, owner, limitMs);
  switch (end) {
    case 'stopped':
      return { text: `The runtime has stopped. To start it again: ${program} start\n`, exit: 0 };
    case 'followed':
      return {
        text: `The runtime has stopped, and another one has taken over. To see that: ${program} watch\n`,
        exit: 0,
      };
    case 'died': {
      const what = `The runtime (process ${owner.pid}) ended without having been stopped: it was killed, or it crashed.`;
      return { text: `${what} The next one goes on with what it had in hand: ${program} start\n`, exit: 1 };
    }
    case 'lives': {
      const what = `The runtime (process ${owner.pid}) hung up, and lives on.`;
      return { text: `${what} Look how it is, and try again: ${program} status\n`, exit: 1 };
    }
    default:
      return assertNever(end);
  }
}

async function endOf(
  folders: { readonly data: string; readonly run: string },
  owner: OwnerRecord,
  limitMs: number,
): Promise<'stopped' | 'followed' | 'died' | 'lives'> {
  if (!(await ownerGone(folders, owner, limitMs))) return 'lives';
  const now = readOwner(folders.data);
  if (now === null) return 'stopped';
  // Who is killed leaves its record behind.
  if (now.pid === owner.pid && now.startedAt === owner.startedAt) return 'died';
  return isAlive(now.pid) ? 'followed' : 'died';
}
