import { within } from '../agents/child';
import type { Hosts } from '../host/hosts';
import type { TerminalRow } from '../store/terminals';
import type { Deps } from './deps';
import type { Growth } from './growth';
import { terminalName } from './terminal-name';

/** So long a program is given to end by itself once it was asked to, in milliseconds. */
export const graceMs = 2000;
const endingMs = 5000;

/** Ends programs on terminals, each with all that it started. */
interface TerminalEnds {
  /** Resolves when it has ended, or nothing more can be done about it. Harmless when it has ended. */
  end(id: number): Promise<void>;
  /** Ends them all. Never throws. */
  closeAll(rows: readonly TerminalRow[]): Promise<void>;
}

/** Makes what ends programs. What it asks to end is in `asked` until it has; `opening` holds what no host knows yet. */
export function createEnds(given: {
  readonly hosts: Hosts;
  readonly growth: Growth;
  readonly opening: ReadonlyMap<number, Promise<unknown>>;
  readonly asked: Set<number>;
  readonly isOver: (id: number) => boolean;
  /** Ends what is left of it without its host. */
  readonly endRest: (id: number) => Promise<void>;
  readonly log: Deps['log'];
}): TerminalEnds {
  const { hosts, growth, opening, asked, isOver, endRest, log } = given;

  async function ended(id: number): Promise<void> {
    while (!isOver(id)) {
      const more = growth.next(id);
      if (!isOver(id)) await more.happened;
      more.forget();
    }
  }

  async function end(id: number): Promise<void> {
    if (isOver(id)) return;
    // A host that hangs answers nothing, and whoever waits here holds up a decision or the quitting.
    if ((await within(endPolitely(id), endingMs)) !== null) return;
    await endRest(id);
  }

  async function endPolitely(id: number): Promise<'ended'> {
    await opening.get(id);
    if (isOver(id)) return 'ended';
    asked.add(id);
    try {
      await hosts.end(terminalName(id), graceMs);
    } catch (cause) {
      // Nobody heard the request, so it is not what ends it.
      asked.delete(id);
      throw cause;
    }
    await ended(id);
    return 'ended';
  }

  async function closeAll(rows: readonly TerminalRow[]): Promise<void> {
    await Promise.all(
      rows.map((row) =>
        end(row.id).catch((cause) => log('warning', 'A terminal could not be ended.', { cause: String(cause) })),
      ),
    );
  }

  return { end, closeAll };
}
