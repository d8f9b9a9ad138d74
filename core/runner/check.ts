import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { enclose, type Namespace } from '../agents/namespace';

/** How a check command ended: its exit status (null when a signal ended it) and the end of what it printed. */
export interface CheckEnd {
  readonly exitCode: number | null;
  readonly output: string;
}

const keptBytes = 64 * 1024;
const limitMs = 30 * 60_000;
const graceMs = 3000;

/**
 * Runs the repository's check command line in the worktree, in a process group of its own that is ended as a whole
 * when it takes more than 30 minutes or the signal is aborted. The command line is the person's own setting, so it is
 * given to their shell as they wrote it.
 */
export function runCheck(check: {
  readonly command: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly namespace: Namespace | null;
  readonly signal: AbortSignal;
  /** Why the signal was aborted, a sentence. */
  readonly why: () => string;
  /** It printed something; `read` gives the end of all it printed so far. */
  readonly onOutput: (read: () => string) => void;
  readonly onProcess: (process: { readonly pid: number; readonly command: string }) => void;
}): Promise<CheckEnd> {
  const windows = process.platform === 'win32';
  return new Promise((resolve) => {
    const { command, args } = enclose(check.namespace, {
      command: windows ? 'cmd.exe' : '/bin/sh',
      args: windows ? ['/d', '/s', '/c', check.command] : ['-c', check.command],
    });
    const child = spawn(command, [...args], {
      cwd: check.directory,
      env: check.environment,
      detached: !windows,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let tail = Buffer.alloc(0);
    let why = '';
    let hard: NodeJS.Timeout | undefined;
    let linger: NodeJS.Timeout | undefined;
    const printed = () => stripVTControlCharacters(tail.subarray(-keptBytes).toString('utf8'));
    const keep = (chunk: Buffer) => {
      tail = Buffer.concat([tail, chunk]);
      if (tail.length > keptBytes * 2) tail = tail.subarray(-keptBytes);
      check.onOutput(printed);
    };
    const end = (reason: string) => {
      why = reason;
      signalGroup(child.pid, 'SIGTERM');
      hard ??= setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
    };
    const limit = setTimeout(() => end('Ended after 30 minutes without finishing.'), limitMs);
    const onAbort = () => end(check.why());
    check.signal.addEventListener('abort', onAbort, { once: true });
    if (check.signal.aborted) onAbort();
    if (child.pid !== undefined) check.onProcess({ pid: child.pid, command: check.command });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const finish = (exitCode: number | null, note: string) => {
      clearTimeout(limit);
      clearTimeout(hard);
      clearTimeout(linger);
      check.signal.removeEventListener('abort', onAbort);
      resolve({ exitCode, output: [printed().trimEnd(), note].filter((part) => part !== '').join('\n') });
    };
    child.once('error', (error) => finish(null, `The command could not be started: ${error.message}`));
    child.once('exit', () => {
      // What the command left running in its group has no owner any more, and would hold the pipes open.
      signalGroup(child.pid, 'SIGKILL');
      linger = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, graceMs);
    });
    child.once('close', (code) => finish(code, why));
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // Already gone.
  }
}
