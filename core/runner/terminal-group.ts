import { sameBoot, startOf } from '../git/live';
import type { TerminalRow } from '../store/terminals';

/**
 * The process group of the program a terminal had; null where its number may be a stranger's by now. A number is given to nobody
 * while one of its group lives, and after a start of the machine says nothing of what ran before.
 */
export async function standingGroup({
  pid,
  startTime,
}: Pick<TerminalRow, 'pid' | 'startTime'>): Promise<number | null> {
  if (pid === null || startTime === null) return null;
  const leader = await startOf(pid);
  if (leader !== null) return leader === startTime ? pid : null;
  const here = await startOf(process.pid);
  return here !== null && sameBoot(here, startTime) ? pid : null;
}
