import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { CodedError } from '../contract/errors';
import { endLeftovers, findLeftovers, markerName, signalProcess } from './leftovers';
import { enclose, type Namespace } from './namespace';
import { plainText } from './plain';

/** What to start, and in which surroundings. */
export interface ChildOptions {
  /** The program's absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** The whole environment. Its SWITCHYARD_TASK, when there is one, marks whatever the child starts. */
  readonly environment: Readonly<Record<string, string>>;
  /** The pid namespace it is put into; without one it shares this process's. */
  readonly namespace?: Namespace | null;
}

/** How a process ended by itself or was ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process in a group and session of its own. Whoever starts it calls `endGroup`, always. */
export interface Child {
  readonly pid: number;
  /** The group it leads; null when it ended unseen, and the number may be a stranger's by now. */
  readonly group: number | null;
  readonly command: string;
  /** Read it with `readLines`; it ends soon after the process, even when something else still holds the pipe. */
  readonly stdout: Readable;
  /** Resolves when the process itself is gone; its group may still hold others. */
  readonly ended: Promise<Ending>;
  readonly marker: string | null;
  /** Writes to the child's stdin; false when it no longer reads. */
  readonly write: (text: string) => boolean;
  /** Tells the child that nothing more comes. */
  readonly closeInput: () => void;
  /** Sends a signal as a terminal would, to the whole group; false when it is gone. */
  readonly signal: (signal: NodeJS.Signals) => boolean;
  /** The end of what it wrote to stderr, at most 64 KiB, control sequences removed. */
  readonly stderr: () => string;
}

const stderrBytes = 64 * 1024;
/** How long a pipe may be silent after its process ended before it is taken as held by someone else. */
const lingerMs = 500;
const maximumLooks = 60;

/** How a process is started: `startChild`, or by somebody who holds it elsewhere and promises the same. */
export type StartChild = (options: ChildOptions) => Promise<Child>;

/**
 * Starts a process. `stderrTo` is given what it writes to stderr as it comes, only as fast as it is taken, and ended with it.
 * Throws AGENT_MISSING when there is no such program and AGENT_FAILED when it cannot be started.
 */
export async function startChild(options: ChildOptions, stderrTo?: Writable): Promise<Child> {
  const { command, args, directory, environment, namespace = null } = options;
  let started: ChildProcess;
  try {
    // What holds the namespace starts in any case, and would tell of a missing program too late.
    if (namespace !== null) await access(command, constants.X_OK);
    const enclosed = enclose(namespace, { command, args });
    started = spawn(enclosed.command, [...enclosed.args], {
      cwd: directory,
      env: { ...environment },
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      shell: false,
    });
    await new Promise<void>((resolve, reject) => {
      started.once('spawn', resolve);
      started.once('error', reject);
    });
  } catch (cause) {
    throw startFailure(options, cause);
  }
  const { pid, stdin, stdout, stderr } = started;
  if (pid === undefined || stdin === null || stdout === null || stderr === null) {
    throw startFailure(options, new Error('it has no process id'));
  }
  // Whoever dies while we write breaks the pipe; its end is told by `ended`, not by this.
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {});
  started.on('error', () => {});
  if (stderrTo !== undefined) stderr.pipe(stderrTo);
  const ended = new Promise<Ending>((resolve) => {
    started.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return {
    pid,
    group: pid,
    command: [command, ...args].join(' '),
    stdout: keepOutput(stdout, ended),
    ended,
    marker: environment[markerName] ?? null,
    write: (text) => {
      if (!stdin.writable) return false;
      stdin.write(text);
      return true;
    },
    closeInput: () => {
      if (stdin.writable) stdin.end();
    },
    signal: (signal) => signalProcess(process.platform === 'win32' ? pid : -pid, signal),
    stderr: keepTail(stderr),
  };
}

/** How long each step of ending a process may take. */
export interface EndSteps {
  /** Asks the child in its own words to stop; it then has `politeMs` to end by itself. */
  readonly polite?: () => void;
  /** Default 2 s. */
  readonly politeMs?: number;
  /** From SIGTERM to SIGKILL, for the whole group. Default 2 s. */
  readonly graceMs?: number;
}

/**
 * Ends a child and everything it started: the polite step, SIGTERM to the group, SIGKILL, then whatever left the group
 * but still carries its session or marker. Resolves when nothing of it is alive. Safe to call when it has already ended.
 */
export async function endGroup(child: Child, steps: EndSteps = {}): Promise<Ending> {
  if (steps.polite !== undefined) {
    steps.polite();
    await within(child.ended, steps.politeMs ?? 2000);
  }
  if (process.platform === 'win32') {
    await endTree(child.pid);
    return child.ended;
  }
  const { group } = child;
  if (group !== null && signalProcess(-group, 'SIGTERM')) {
    await within(child.ended, steps.graceMs ?? 2000);
    await groupGone(group, steps.graceMs ?? 2000);
    signalProcess(-group, 'SIGKILL');
  }
  const ending = await child.ended;
  await endLeftovers({ group, marker: child.marker });
  return ending;
}

/** What happened first: the promise, or null after the time. */
export async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A group tells nobody when its last member ends, so it is looked at again and again, for a bounded time. */
async function groupGone(group: number, milliseconds: number): Promise<void> {
  const until = Date.now() + milliseconds;
  while (Date.now() < until) {
    const alive =
      process.platform === 'linux' ? findLeftovers({ group, marker: null }).length > 0 : groupAnswers(group);
    if (!alive) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function groupAnswers(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

/** Windows has no groups; its own tool ends a process with its descendants. */
function endTree(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const tool = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    tool.once('error', () => resolve());
    tool.once('exit', () => resolve());
  });
}

/**
 * What a process prints, for one who may begin to read only after the process has ended: Node itself throws away what
 * nobody reads at that moment. Ends when the pipe does, or soon after the process while somebody it started still holds
 * the pipe.
 */
function keepOutput(pipe: Readable, ended: Promise<Ending>): Readable {
  const output = new PassThrough();
  pipe.pipe(output);
  pipe.once('close', () => output.end());
  void ended.then(() => {
    let seen = -1;
    let looks = 0;
    const timer = setInterval(() => {
      const { bytesRead } = pipe as Socket;
      // A reader that is slower than the pipe still gets what was written before the end.
      const busy = pipe.readableLength > 0 || bytesRead !== seen;
      seen = bytesRead;
      if (!busy || ++looks === maximumLooks) pipe.destroy();
    }, lingerMs);
    timer.unref();
    pipe.once('close', () => clearInterval(timer));
    if (pipe.destroyed) clearInterval(timer);
  });
  return output;
}

function keepTail(stream: Readable): () => string {
  let chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > 2 * stderrBytes) {
      const tail = Buffer.concat(chunks).subarray(-stderrBytes);
      chunks = [Buffer.from(tail)];
      size = tail.length;
    }
  });
  return () => plainText(Buffer.concat(chunks).subarray(-stderrBytes).toString('utf8')).trim();
}

/** Why a program could not be started, as AGENT_MISSING when there is none and else as AGENT_FAILED. */
export function startFailure(options: ChildOptions, cause: unknown): CodedError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodedError(
    /\bENOENT\b/.test(reason) ? 'AGENT_MISSING' : 'AGENT_FAILED',
    `Could not start ${options.command} in ${options.directory}: ${reason}. Check that the program and the folder exist and that it may be run.`,
    { facts: { command: options.command, directory: options.directory }, cause },
  );
}
