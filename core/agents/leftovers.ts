import { readdirSync, readFileSync } from 'node:fs';

/** The environment variable that marks everything a task's agent starts. Its value must be unique to us and the task. */
export const markerName = 'SWITCHYARD_TASK';

/** What leftovers are known by: the id of their group and session, or the marker in their environment. */
export interface Leftovers {
  readonly group: number | null;
  readonly marker: string | null;
}

/** The living processes that belong to a child that was started, on Linux; elsewhere there is no way to see them. */
export function findLeftovers(leftovers: Leftovers): readonly number[] {
  return look(leftovers).found;
}

/** What was found, and whether a process was seen that does not say yet whose it is. */
interface Look {
  readonly found: readonly number[];
  readonly unsure: boolean;
}

function look({ group, marker }: Leftovers): Look {
  const found: number[] = [];
  let unsure = false;
  if (process.platform !== 'linux') return { found, unsure };
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const stat = readStat(pid);
    if (stat === null || stat.state === 'Z' || stat.state === 'X') continue;
    const ours = group !== null && (stat.group === group || stat.session === group);
    // The kernel's own have no memory, nor an environment in it.
    const marked = ours || marker === null || stat.memory === 0 ? ours : hasMarker(pid, marker);
    if (marked === true) found.push(pid);
    unsure ||= marked === null;
  }
  return { found, unsure };
}

/**
 * Ends every process that belongs to the child, with SIGKILL, until none is left; a process that forks while it is
 * looked for, or that takes the place of the one that started it, is found in a later round. Gives back how many were ended.
 */
export async function endLeftovers(leftovers: Leftovers): Promise<number> {
  const ended = new Set<number>();
  let unsureRounds = 0;
  for (let round = 0; round < 50; round++) {
    const { found, unsure } = look(leftovers);
    if (found.length === 0) {
      // One without any environment for good is not waited for.
      unsureRounds += 1;
      if (!unsure || unsureRounds > mostUnsure) break;
    }
    for (const pid of found) {
      ended.add(pid);
      signalProcess(pid, 'SIGKILL');
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return ended.size;
}

/** So often is looked again for a process that shows no environment, as it does for a moment when it begins a program. */
const mostUnsure = 5;

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
function readStat(pid: number): { state: string; group: number; session: number; memory: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [group, session, memory] = [fields[2], fields[3], fields[20]].map(Number);
    return { state: fields[0] ?? '', group: group ?? 0, session: session ?? 0, memory: memory ?? 0 };
  } catch {
    return null;
  }
}

/** Null where it shows no environment. Whole entries are compared, so that task 1 never ends what belongs to task 10. */
function hasMarker(pid: number, marker: string): boolean | null {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    if (environment === '') return null;
    return environment.split('\0').includes(Buffer.from(`${markerName}=${marker}`).toString('latin1'));
  } catch {
    return false;
  }
}
