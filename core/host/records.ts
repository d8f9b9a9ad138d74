import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type HostRecord, hostRecordSchema } from './protocol';

/** The file that says where the host with this id is. */
export function recordFile(run: string, id: string): string {
  return join(run, `host-${id}.json`);
}

/** The hosts that left their record in a run folder. Any of them may be dead. */
export function readRecords(run: string): HostRecord[] {
  return readdirSync(run)
    .filter((name) => /^host-[0-9a-f]{16}\.json$/.test(name))
    .flatMap((name) => {
      try {
        const read = hostRecordSchema.safeParse(JSON.parse(readFileSync(join(run, name), 'utf8')));
        return read.success ? [read.data] : [];
      } catch {
        return [];
      }
    });
}

/** Forgets a host that is dead. */
export function removeRecord(run: string, record: HostRecord): void {
  rmSync(recordFile(run, record.id), { force: true });
  if (process.platform === 'win32') return;
  rmSync(record.socket, { force: true });
  if (dirname(record.socket) !== run) rmSync(dirname(record.socket), { recursive: true, force: true });
}

/** The longest path a Unix socket may have on every system we run on, less a margin. */
const longestPath = 100;

/** Where a new host will listen: in the run folder, or, when that path is too long for the system, in a folder of its own. */
export function socketFor(run: string, id: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\switchyard-host-${id}`;
  const usual = join(run, `host-${id}.socket`);
  return Buffer.byteLength(usual) <= longestPath ? usual : join(mkdtempSync(join(tmpdir(), 'switchyard-')), 'socket');
}
