import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dayMs } from '../contract/retention';
import { bytesKept } from '../host/output';
import { keptTerminals, type TerminalRow, terminalRemoved } from '../store/terminals';
import type { Deps } from './deps';

/** All terminals together are given this many times what one of them is. */
const together = 8;

/**
 * Removes what ended terminals printed: what is older than the settings say, then the oldest until the rest is small
 * enough. Each is noted, so that whoever looks at it is told why there is nothing.
 */
export async function removeOldOutput(
  deps: Pick<Deps, 'db' | 'writer' | 'now' | 'settings'> & { readonly folders: { readonly terminals: string } },
  removed: (terminal: number) => void,
): Promise<void> {
  const { terminalDays, terminalMegabytes } = deps.settings();
  const kept = keptTerminals(deps.db);
  const folderOf = ({ id }: TerminalRow) => join(deps.folders.terminals, `terminal-${id}`);
  const sizes = new Map<TerminalRow, number>();
  for (const row of kept) sizes.set(row, await bytesKept(folderOf(row)));
  let sum = [...sizes.values()].reduce((one, other) => one + other, 0);
  const limit = terminalMegabytes * 1_000_000 * together;
  for (const row of kept) {
    const old = (row.endedAt ?? 0) < deps.now() - terminalDays * dayMs;
    if (!old && sum <= limit) continue;
    await rm(folderOf(row), { recursive: true, force: true });
    await deps.writer.write((db) => terminalRemoved(db, row.id, deps.now()));
    sum -= sizes.get(row) ?? 0;
    removed(row.id);
  }
}
