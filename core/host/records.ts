import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type HostRecord, hostRecordSchema } from './protocol';
import { isSocketPlace, makeSocketPlace, removeSocketPlace } from './socket-place';

/** The file that says where the host with this id is. */
export function recordFile(run: string, id: string): string {
  return join(run, `host-${id}.json`);
}

/**
 * The hosts that left their record in a run folder. Any of them may be dead. What was copied here with another data folder
 * speaks of that one's hosts and is left out.
 */
export function readRecords(run: string): HostRecord[] {
  return readdirSync(run)
    .filter((name) => /^host-[0-9a-f]{16}\.json$/.test(name))
    .flatMap((name) => {
      try {
        const read = hostRecordSchema.safeParse(JSON.parse(readFileSync(join(run, name), 'utf8')));
        if (!read.success) return [];
        const { id, socket } = read.data;
        return isSocketPlace(run, socketName(id), socket) ? [read.data] : [];
      } catch {
        return [];
      }
    });
}

/** Whether a host of this run folder may live: a quick look, which takes a stranger with a dead host's number for it. */
export function someHostLives(run: string): boolean {
  return readRecords(run).some(({ pid }) => lives(pid));
}

/** Whether a process with this number runs. One that is dead and that nobody has waited for yet does not, where the system says so. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return process.platform !== 'linux' || !isDead(pid);
}

function isDead(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name may hold blanks and brackets; the state comes after the last of them.
    return /^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    return false;
  }
}

/** Forgets a host that is dead: its record, its socket and the folder that was made for it alone. Touches nothing else. */
export function removeRecord(run: string, record: HostRecord): void {
  rmSync(recordFile(run, record.id), { force: true });
  removeSocketPlace(run, socketName(record.id), record.socket);
}

/** Where a new host will listen. Throws when no place is short enough for the system. */
export function socketFor(run: string, id: string): string {
  return makeSocketPlace(run, socketName(id));
}

function socketName(id: string): string {
  return `host-${id}.socket`;
}
