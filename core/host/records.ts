import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type HostRecord, hostRecordSchema } from './protocol';

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
        return read.success && socketPlace(run, read.data) !== null ? [read.data] : [];
      } catch {
        return [];
      }
    });
}

/** Whether a host of this run folder may live: a quick look, which takes a stranger with a dead host's number for it. */
export function someHostLives(run: string): boolean {
  return readRecords(run).some(({ pid }) => lives(pid));
}

/** Whether there is a process with this number. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Forgets a host that is dead: its record, its socket and the folder that was made for it alone. Touches nothing else. */
export function removeRecord(run: string, record: HostRecord): void {
  rmSync(recordFile(run, record.id), { force: true });
  if (process.platform === 'win32') return;
  const place = socketPlace(run, record);
  if (place === null) return;
  rmSync(record.socket, { force: true });
  if (place === 'run') return;
  try {
    rmdirSync(dirname(record.socket));
  } catch {
    // It is gone already, or holds what is not ours.
  }
}

/** Where a record's socket is, by real paths; null when no host of this run folder listens there. */
function socketPlace(run: string, { id, socket }: HostRecord): 'run' | 'own folder' | null {
  if (process.platform === 'win32') return socket === pipeOf(id) ? 'run' : null;
  const folder = dirname(socket);
  if (basename(socket) === socketName(id)) return isSame(folder, run) ? 'run' : null;
  const own = basename(socket) === ownSocket && basename(folder).startsWith(ownFolder);
  return own && isSame(dirname(folder), tmpdir()) ? 'own folder' : null;
}

function isSame(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

const ownFolder = 'switchyard-';
const ownSocket = 'socket';

function socketName(id: string): string {
  return `host-${id}.socket`;
}

function pipeOf(id: string): string {
  return `\\\\.\\pipe\\switchyard-host-${id}`;
}

/** The longest path a Unix socket may have on every system we run on, less a margin. */
const longestPath = 100;

/** Where a new host will listen: in the run folder, or, when that path is too long for the system, in a folder of its own. */
export function socketFor(run: string, id: string): string {
  if (process.platform === 'win32') return pipeOf(id);
  const usual = join(run, socketName(id));
  return Buffer.byteLength(usual) <= longestPath ? usual : join(mkdtempSync(join(tmpdir(), ownFolder)), ownSocket);
}
