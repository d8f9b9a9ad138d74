import { execFile as execFileCallback } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { markerName } from './leftovers';

const execFile = promisify(execFileCallback);

/** One living process of this machine. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Null where the system does not say. */
  readonly session: number | null;
  readonly command: string;
  readonly startedAt: number | null;
  /** Resident set size, in bytes. */
  readonly memory: number;
  /** Processor time so far, in milliseconds. */
  readonly cpuMs: number;
  /** What marks it as started for one of our tasks; null when nothing does, or where that cannot be read. */
  readonly marker: string | null;
}

/** The processes of this user and others, as far as the system says; null where it does not. */
export async function readProcessTable(): Promise<readonly ProcessFacts[] | null> {
  if (process.platform === 'linux') return readProc();
  if (process.platform === 'win32') return null;
  const columns = 'pid=,ppid=,pgid=,rss=,time=,lstart=,args=';
  // Its own words, whatever language the person speaks.
  const env = { LC_ALL: 'C', TZ: 'UTC' };
  const found = await execFile('/bin/ps', ['-axo', columns], { env, maxBuffer: 16 * 1024 * 1024 }).catch(() => null);
  return found === null ? null : parsePs(found.stdout);
}

/** The kernel counts processor time and starts in these for programs, whatever its own clock does. */
const ticksPerSecond = 100;

async function readProc(): Promise<readonly ProcessFacts[]> {
  const [entries, boot] = await Promise.all([readdir('/proc'), bootTime()]);
  const facts = await Promise.all(entries.filter((entry) => /^\d+$/.test(entry)).map((pid) => readOne(pid, boot)));
  return facts.filter((one) => one !== null);
}

async function readOne(pid: string, boot: number | null): Promise<ProcessFacts | null> {
  const read = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '');
  const [stat, status, line, environ] = await Promise.all([
    read('stat'),
    read('status'),
    read('cmdline'),
    read('environ'),
  ]);
  // The name may hold blanks and brackets, so fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  if (state === undefined || parent === undefined || state === 'Z' || state === 'X') return null;
  const memory = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  // Threads of the kernel hold none and are nobody's.
  if (memory === undefined) return null;
  const startedAt = boot === null ? null : Math.round(boot + (Number(fields[19]) / ticksPerSecond) * 1000);
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    command: commandOf(line, stat),
    startedAt,
    memory: Number(memory) * 1024,
    cpuMs: ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000,
    marker: markerIn(environ),
  };
}

function commandOf(line: string, stat: string): string {
  const words = Buffer.from(line, 'latin1').toString('utf8').split('\0').filter(Boolean).join(' ');
  return words === '' ? stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) : words;
}

function markerIn(environ: string): string | null {
  const entry = environ.split('\0').find((one) => one.startsWith(`${markerName}=`));
  return entry === undefined
    ? null
    : Buffer.from(entry, 'latin1')
        .toString('utf8')
        .slice(markerName.length + 1);
}

/** When this machine was started, in epoch milliseconds. */
async function bootTime(): Promise<number | null> {
  const text = await readFile('/proc/stat', 'latin1').catch(() => '');
  const seconds = /^btime (\d+)$/m.exec(text)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}

/**
 * What `ps -axo pid=,ppid=,pgid=,rss=,time=,lstart=,args=` prints in the C locale and UTC, as on macOS; Linux prints the same.
 */
export function parsePs(text: string): readonly ProcessFacts[] {
  return text.split('\n').flatMap((row) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([\d:.-]+)\s+(\w{3} +\w{3} +\d+ [\d:]{8} \d{4})\s+(.*)$/.exec(
      row,
    );
    if (found === null) return [];
    const [, pid, parent, group, kilobytes, time = '', started, command = ''] = found;
    const startedAt = Date.parse(`${started} UTC`);
    return [
      {
        ...{ pid: Number(pid), parent: Number(parent), group: Number(group), session: null, marker: null, command },
        startedAt: Number.isNaN(startedAt) ? null : startedAt,
        memory: Number(kilobytes) * 1024,
        cpuMs: cpuOf(time),
      },
    ];
  });
}

/** `1-02:03:04`, `02:03:04`, `3:04.56`. */
function cpuOf(time: string): number {
  const [days, clock = ''] = time.includes('-') ? time.split('-') : ['0', time];
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1000;
}
