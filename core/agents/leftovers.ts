import { readdirSync, readFileSync } from 'node:fs';

/** The environment variable that marks everything a task's agent starts. Its value must be unique to us and the task. */
export const markerName = 'SWITCHYARD_TASK';

/** What leftovers are known by: the id of their group and session, or the marker in their environment. */
export interface Leftovers {
  readonly group: number | null;
  readonly marker: string | null;
}

/** The living processes that belong to a child that was started, on Linux; elsewhere there is no way to see them. */
export function findLeftovers({ group, marker }: Leftovers): readonly number[] {
  if (process.platform !== 'linux') return [];
  const found: number[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const stat = readStat(pid);
    if (stat === null || stat.state === 'Z' || stat.state === 'X') continue;
    const ours = group !== null && (stat.group === group || stat.session === group);
    if (ours || (marker !== null && hasMarker(pid, marker))) found.push(pid);
  }
  return found;
}

/**
 * Ends every process that belongs to the child, with SIGKILL, until none is left; a process that forks while it is
 * looked for is found in a later round. Gives back how many were ended.
 */
export async function endLeftovers(leftovers: Leftovers): Promise<number> {
  const ended = new Set<number>();
  for (let round = 0; round < 50; round++) {
    const found = findLeftovers(leftovers);
    if (found.length === 0) break;
    for (const pid of found) {
      ended.add(pid);
      signalProcess(pid, 'SIGKILL');
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return ended.size;
}

/** Sends a signal to a process (or, with a negative id, a group); false when there is none. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** `pid (name) state ppid pgrp session …`; the name may hold spaces and brackets, so the last bracket counts. */
function readStat(pid: number): { state: string; group: number; session: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', group: Number(fields[2]), session: Number(fields[3]) };
  } catch {
    return null;
  }
}

/** Whole entries are compared, so that task 1 never ends what belongs to task 10. */
function hasMarker(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
      .split('\0')
      .includes(Buffer.from(`${markerName}=${marker}`).toString('latin1'));
  } catch {
    return false;
  }
}
