import { execFile as execFileCallback } from 'node:child_process';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const execFile = promisify(execFileCallback);

/** One run of a process, told apart from a later one that got the same number. */
export interface ProcessRun {
  readonly pid: number;
  /** When it started, in ticks since boot, with the boot's id; null where the system does not say. */
  readonly started: string | null;
}

/** This process. */
export async function thisProcess(): Promise<ProcessRun> {
  return { pid: process.pid, started: await startOf(process.pid) };
}

/** Whether that very process still lives. */
export async function lives(run: ProcessRun): Promise<boolean> {
  try {
    process.kill(run.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return run.started === null || (await startOf(run.pid)) === run.started;
}

/** Whether some process has the file open. False where the system does not say. */
export async function heldOpen(path: string): Promise<boolean> {
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if ((await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')) === path) return true;
    }
  }
  return false;
}

/**
 * Whether a git, whoever started it, works in a folder: while it waits for an editor or a hook it has its locks and does not
 * hold them open. False where the system does not say.
 */
export async function gitWorksIn(folder: string): Promise<boolean> {
  const top = await realpath(folder).catch(() => folder);
  const places = await (process.platform === 'linux' ? placesOfGits() : listedPlacesOfGits());
  return places.some((place) => place === top || place.startsWith(`${top}${sep}`));
}

/** The process ids of the gits that run, as /proc names them. */
async function gits(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (/^git(-|\n|$)/.test(name)) found.push(pid);
  }
  return found;
}

async function placesOfGits(): Promise<string[]> {
  return Promise.all((await gits()).map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
}

/** The same where there is a program that lists what processes have open, as macOS brings it. */
async function listedPlacesOfGits(): Promise<string[]> {
  const listed = execFile('lsof', ['-a', '-c', 'git', '-d', 'cwd', '-F', 'n'], { env: { PATH: '/usr/sbin:/usr/bin' } });
  const { stdout } = await listed.catch(() => ({ stdout: '' }));
  return stdout.split('\n').flatMap((line) => (line.startsWith('n') ? [line.slice(1)] : []));
}

/**
 * Waits up to half a minute until no git is about to move a ref to this commit: one may outlive by a moment the process
 * that started it and was killed. False when one still is. Where the system does not say, none is seen.
 */
export async function movesOver(oid: string): Promise<boolean> {
  const moves = (words: readonly string[]) => words.includes('update-ref') && words.includes(oid);
  for (let tries = 0; tries < 300; tries++) {
    if (!(await (process.platform === 'linux' ? wordsOfGits() : listedWords())).some(moves)) return true;
    await setTimeout(100);
  }
  return false;
}

async function wordsOfGits(): Promise<readonly string[][]> {
  const lines = await Promise.all(
    (await gits()).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.map((line) => line.split('\0'));
}

async function listedWords(): Promise<readonly string[][]> {
  if (process.platform === 'win32') return [];
  const { stdout } = await execFile('/bin/ps', ['-axww', '-o', 'args=']).catch(() => ({ stdout: '' }));
  return stdout.split('\n').map((line) => line.split(' '));
}

/** Waits up to half a minute until no process has the file open. False when one still has. */
export async function released(path: string): Promise<boolean> {
  for (let tries = 0; tries < 300; tries++) {
    if (!(await heldOpen(path))) return true;
    await setTimeout(100);
  }
  return false;
}

/** When a process started, in the system's own words with the boot it was in; null when it is gone or nobody can say. */
export async function startOf(pid: number): Promise<string | null> {
  if (process.platform === 'win32') return null;
  if (process.platform !== 'linux') {
    const { stdout } = await execFile('/bin/ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
    return stdout.trim() || null;
  }
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  if (stat === null) return null;
  // The name may hold blanks and brackets, so fields are counted from its end: the state, and the 20th, the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A dead process that nobody has waited for yet still has its entry.
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return `${boot.trim()}:${fields[19]}`;
}

/** When each of these processes started, as `startOf` says it, asked for all at once; one that is gone is left out. */
export async function startsOf(pids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (pids.length === 0 || process.platform === 'win32') return new Map();
  if (process.platform !== 'linux') {
    const args = ['-o', 'pid=', '-o', 'lstart=', '-p', pids.join(',')];
    const { stdout } = await execFile('/bin/ps', args).catch(() => ({ stdout: '' }));
    return listedStarts(stdout);
  }
  const starts = await Promise.all(pids.map(async (pid) => [pid, await startOf(pid)] as const));
  return new Map(starts.flatMap(([pid, start]) => (start === null ? [] : [[pid, start]])));
}

/** The starts that `ps -o pid= -o lstart=` prints, by process. */
export function listedStarts(text: string): ReadonlyMap<number, string> {
  const rows = [...text.matchAll(/^\s*(\d+)\s+(\S.*?)\s*$/gm)];
  return new Map(rows.map(([, pid, start = '']) => [Number(pid), start]));
}

/** Whether two starts, as `startOf` says them, are of one boot; false where the system's words do not tell the boot. */
export function sameBoot(one: string, other: string): boolean {
  const [boot, otherBoot] = [one, other].map((start) => /^([0-9a-f-]{36}):\d+$/.exec(start)?.[1]);
  return boot !== undefined && boot === otherBoot;
}
