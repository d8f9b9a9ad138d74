import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { CodedError } from '../contract/errors';

/** What to run. */
export interface Execution {
  /** What messages call it, as the person knows it; without it, they call it by its program. */
  readonly name?: string | undefined;
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Written to its input, which is then closed; without it there is nothing to read. */
  readonly input?: string | Buffer | undefined;
  /** Ends it, with everything it started; the call then throws CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /** After so many milliseconds it is ended and the call throws GIT_FAILED. */
  readonly timeoutMs?: number | undefined;
  /** The most it may print. Beyond it the process is ended and `truncated` is set. */
  readonly maxBytes?: number | undefined;
  /** Told what it says on its standard error, as it comes. */
  readonly onStderr?: ((text: string) => void) | undefined;
  /** Told what it prints on its output and on its standard error, as it comes; no output is kept then. */
  readonly onOutput?: ((bytes: Buffer) => void) | undefined;
  /**
   * Asked after each piece that `onOutput` was told: what is to settle before more is read, so that a program is held up which
   * prints faster than that is taken. Only where it is started from this process.
   */
  readonly untilTaken?: (() => Promise<void> | undefined) | undefined;
  /** How long it has to end after it was asked to, before it is killed; two seconds unless given. */
  readonly graceMs?: number | undefined;
  /** Told of the process as soon as it runs. */
  readonly onProcess?: ((process: { readonly pid: number; readonly command: string }) => void) | undefined;
}

/** How it ended. */
export interface Executed {
  readonly stdout: Buffer;
  readonly stderr: string;
  /** The exit status; 128 when a signal ended it. */
  readonly exitCode: number;
  /** A signal ended it. */
  readonly signalled: boolean;
  /** It printed more than was allowed; `stdout` holds the beginning. */
  readonly truncated: boolean;
}

/** A way to run a program, as `execute` does it. */
export type Execute = (what: Execution) => Promise<Executed>;

/** How many milliseconds a program may take when nothing else is said. */
export const usualTimeoutMs = 600_000;

const keepOfStderr = 64 * 1024;
const usualGraceMs = 2_000;
const mostOfName = 80;

/**
 * Runs a program in a process group of its own, without a shell and without a terminal. It is over when the program
 * is, about the grace later at most if something it left behind holds its output open. Throws CANCELLED, GIT_FAILED on
 * a timeout, NOT_A_REPOSITORY when the folder is gone, NOT_FOUND when the program is, NOT_STARTED when the system starts none so.
 */
export function execute(what: Execution): Promise<Executed> {
  const { program, args, signal, onOutput, timeoutMs = usualTimeoutMs, maxBytes = 64 * 1024 * 1024 } = what;
  const { graceMs = usualGraceMs } = what;
  if (signal?.aborted) return Promise.reject(cancelled(what));
  return new Promise((resolve, reject) => {
    let child: ReturnType<typeof begin>;
    try {
      child = begin(what);
    } catch (cause) {
      return reject(notStarted(what, cause as NodeJS.ErrnoException));
    }
    // Where no descriptors are left for its pipes it has none, and says why in a moment.
    if (!child.stdout) return void child.once('error', (cause) => reject(notStarted(what, cause)));
    if (child.pid !== undefined) what.onProcess?.({ pid: child.pid, command: [program, ...args].join(' ') });
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let truncated = false;
    let ended: CodedError | undefined;
    let received = 0;
    let kill: NodeJS.Timeout | undefined;
    let left: NodeJS.Timeout | undefined;

    const end = () => {
      // The gentle signal first: git removes its lock files on it.
      endGroup(child.pid, 'SIGTERM');
      kill ??= setTimeout(() => {
        endGroup(child.pid, 'SIGKILL');
        letGo();
      }, graceMs);
    };
    const letGo = () => {
      child.stdout.destroy();
      child.stderr.destroy();
    };
    // What left the group of its own accord may hold the pipes open for ever; the command itself is over.
    const letGoWhenRead = () => {
      left = setTimeout(() => {
        const before = received;
        // In between, what already lies in the pipes is read, however long this process was held up.
        setImmediate(() => {
          // What is followed was read as it came; what it left behind may print for ever.
          const more = onOutput === undefined ? received !== before : child.stdout.isPaused();
          if (more) letGoWhenRead();
          else letGo();
        });
      }, graceMs);
    };
    const onAbort = () => {
      ended ??= cancelled(what);
      end();
    };
    const timer = setTimeout(() => {
      ended ??= new CodedError(
        'GIT_FAILED',
        `${nameOf(what)} in ${what.directory} took longer than ${Math.round(timeoutMs / 1000)} seconds and was ended. Look at what held it up, as a busy disk or what it waits for, then try again.`,
        { facts: { args: [...args], directory: what.directory } },
      );
      end();
    }, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });

    const follow = (chunk: Buffer) => {
      onOutput?.(chunk);
      const taken = what.untilTaken?.();
      if (taken === undefined) return;
      for (const stream of [child.stdout, child.stderr]) stream.pause();
      void taken.finally(() => {
        for (const stream of [child.stdout, child.stderr]) stream.resume();
      });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (onOutput !== undefined) return follow(chunk);
      if (truncated) return;
      stdout.push(size + chunk.length > maxBytes ? chunk.subarray(0, maxBytes - size) : chunk);
      size += chunk.length;
      if (size > maxBytes) {
        truncated = true;
        end();
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      received += chunk.length;
      const text = chunk.toString('utf8');
      stderr = (stderr + text).slice(-keepOfStderr);
      what.onStderr?.(text);
      follow(chunk);
    });
    // A program that does not read its input to the end is not a failure of ours; its exit status says what it is.
    child.stdin?.on('error', () => {});
    child.stdin?.end(what.input);

    const settle = () => {
      clearTimeout(timer);
      clearTimeout(kill);
      clearTimeout(left);
      signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (cause) => {
      settle();
      reject(notStarted(what, cause));
    });
    // What a hook left in the background has no owner once its command is over, and would hold the pipes open.
    child.on('exit', () => {
      endGroup(child.pid, 'SIGKILL');
      letGoWhenRead();
    });
    child.on('close', (code) => {
      settle();
      if (ended) reject(ended);
      else
        resolve({ stdout: Buffer.concat(stdout), stderr, exitCode: code ?? 128, signalled: code === null, truncated });
    });
  });
}

/** Starts it. Throws what the system says at once, as that it is given too much. */
function begin({ program, args, directory, environment, input }: Execution) {
  return spawn(program, args, {
    cwd: directory,
    env: environment,
    // A session of its own: no terminal to prompt on, and one id to end the whole group by.
    detached: process.platform !== 'win32',
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
}

/** Why a program did not start: a folder that is gone looks to the system like a program that is. */
function notStarted(what: Execution, cause: NodeJS.ErrnoException): CodedError {
  const { program, directory } = what;
  const facts = { program, directory };
  if (cause.code === 'ENOENT' && !existsSync(directory)) {
    return new CodedError(
      'NOT_A_REPOSITORY',
      `The folder ${directory} is not there any more. If it was moved or its disk is not mounted, put it back there and try again.`,
      { facts, cause },
    );
  }
  const message = `Could not start ${nameOf(what)} in ${directory}: ${cause.message}. ${remedies[cause.code ?? ''] ?? 'Look at how it is called, then try again.'}`;
  const isMissing = cause.code === 'ENOENT' || cause.code === 'EACCES';
  return new CodedError(isMissing ? 'NOT_FOUND' : 'NOT_STARTED', message, { facts, cause });
}

const noRoom = 'The system has no room for another program now: close some, then try again.';
const tooLong =
  'What it is given is longer than the system takes: shorten its command or the environment, then try again.';

/** What to do about a program that the system did not start, by why. */
const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'Look whether it is installed and on the PATH.',
  EACCES: 'Look whether you may run it.',
  // The latter is what Windows says.
  ...{ E2BIG: tooLong, ENAMETOOLONG: tooLong },
  ...{ EAGAIN: noRoom, ENOMEM: noRoom, EMFILE: noRoom, ENFILE: noRoom },
};

/** What a program that was not let finish throws. */
export function cancelled(what: Execution): CodedError {
  return new CodedError('CANCELLED', `${nameOf(what)} was cancelled before it finished.`);
}

/** What a message calls what is run: no more than the beginning of a line. */
export function nameOf({ name, program }: Pick<Execution, 'name' | 'program'>): string {
  const [line = ''] = (name ?? basename(program)).trim().split('\n');
  return line.length > mostOfName ? `${line.slice(0, mostOfName).trimEnd()}…` : line;
}

/** Signals everything in the group of a program that `execute` started; a group that is already gone is what was wanted. */
export function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    // Some systems answer EPERM for a group of which only dead members are left.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
