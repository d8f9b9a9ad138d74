import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { HostRecord } from './protocol';
import { removeRecord, socketFor } from './records';

/** How a shell starts the host's program: itself as plain Node where it is a desktop app, else Node. */
export interface HostProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The host itself needs next to nothing; what its programs see is said with each. */
export function hostEnvironment(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TEMP', 'SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR'];
  return Object.fromEntries(Object.entries(environment).filter(([name]) => names.includes(name.toUpperCase())));
}

const longestLog = 1024 * 1024;
/** A machine that is busy and short of memory takes seconds to start a Node. */
const usualStartMs = 30_000;

/**
 * Starts a host as a process of its own and waits until it listens. Throws with its reason when it does not; one that says
 * nothing for `startMs` is ended.
 */
export async function startHost(options: {
  readonly program: HostProgram;
  readonly run: string;
  readonly outputs: string;
  readonly logs: string;
  readonly version: string;
  /** What it needs to run at all; what its children see is said with each. */
  readonly environment: Readonly<Record<string, string>>;
  readonly startMs?: number;
}): Promise<HostRecord> {
  const { program, run, outputs, startMs = usualStartMs } = options;
  const id = randomBytes(8).toString('hex');
  const socket = socketFor(run, id);
  const output = openLog(options.logs);
  try {
    const child = spawn(program.command, [...program.args, run, outputs, options.version, id, socket], {
      cwd: outputs,
      env: { ...options.environment, ...program.env },
      detached: true,
      // The fourth descriptor is where it says that it is ready. It is closed then, so nothing it starts inherits it.
      stdio: ['ignore', output, output, 'pipe'],
      windowsHide: true,
    });
    const failed = new Promise<string>((resolve) => child.once('error', (error) => resolve(error.message)));
    const ready = child.stdio[3] as Readable;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), startMs);
    });
    const said = await Promise.race([textOf(ready), failed, late]);
    clearTimeout(timer);
    child.unref();
    if (said === 'ready' && child.pid !== undefined) return { id, pid: child.pid, socket };
    child.kill('SIGKILL');
    ready.destroy();
    removeRecord(run, { id, pid: child.pid ?? 0, socket });
    const reason = said === null ? `nothing was heard of it for ${startMs / 1000} s, so it was ended` : said;
    throw new Error(
      `The process that holds terminals did not start: ${reason || 'it gave no reason'}. See ${options.logs}.`,
    );
  } finally {
    closeSync(output);
  }
}

function openLog(logs: string): number {
  const file = join(logs, 'host.log');
  try {
    if (statSync(file).size > longestLog) rmSync(file);
  } catch {
    // There is none yet.
  }
  return openSync(file, 'a', 0o600);
}

async function textOf(pipe: Readable): Promise<string> {
  let text = '';
  for await (const piece of pipe.setEncoding('utf8')) text += piece;
  return text;
}
