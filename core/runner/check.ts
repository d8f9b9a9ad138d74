import { stripVTControlCharacters } from 'node:util';
import { enclose, type Namespace } from '../agents/namespace';
import { CodedError } from '../contract/errors';
import type { Execute } from '../starter/process';

/** How a check command ended: its exit status (null when a signal ended it) and the end of what it printed. */
export interface CheckEnd {
  readonly exitCode: number | null;
  readonly output: string;
}

const keptBytes = 64 * 1024;
const limitMs = 30 * 60_000;
const graceMs = 3000;
const interruptedWords = 'It was interrupted: the process that starts programs ended. Run it again.';

/**
 * Runs the repository's check command line in the worktree, in a process group of its own that is ended as a whole
 * when it takes more than 30 minutes or the signal is aborted. The command line is the person's own setting, so it is
 * given to their shell as they wrote it.
 */
export async function runCheck(check: {
  readonly command: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly namespace: Namespace | null;
  /** How it is started: by something to which nothing of this process is left, for it may outlive this process. */
  readonly execute: Execute;
  readonly signal: AbortSignal;
  /** Why the signal was aborted, a sentence. */
  readonly why: () => string;
  /** It printed something; `read` gives the end of all it printed so far. */
  readonly onOutput: (read: () => string) => void;
  readonly onProcess: (process: { readonly pid: number; readonly command: string }) => void;
}): Promise<CheckEnd> {
  const windows = process.platform === 'win32';
  const { command, args } = enclose(check.namespace, {
    command: windows ? 'cmd.exe' : '/bin/sh',
    args: windows ? ['/d', '/s', '/c', check.command] : ['-c', check.command],
  });
  let tail = Buffer.alloc(0);
  const printed = () => stripVTControlCharacters(tail.subarray(-keptBytes).toString('utf8'));
  const ended = (exitCode: number | null, note: string): CheckEnd => ({
    exitCode,
    output: [printed().trimEnd(), note].filter((part) => part !== '').join('\n'),
  });
  const end = new AbortController();
  let why = '';
  const endFor = (reason: string) => {
    why ||= reason;
    end.abort();
  };
  const limit = setTimeout(() => endFor('Ended after 30 minutes without finishing.'), limitMs);
  const onAbort = () => endFor(check.why());
  check.signal.addEventListener('abort', onAbort, { once: true });
  if (check.signal.aborted) onAbort();
  try {
    const { exitCode, signalled } = await check.execute({
      ...{ name: check.command, program: command, args, directory: check.directory, environment: check.environment },
      // Beyond the limit of its own, which says so in the check's words.
      ...{ signal: end.signal, timeoutMs: 2 * limitMs, graceMs },
      onOutput(chunk) {
        tail = Buffer.concat([tail, chunk]);
        if (tail.length > keptBytes * 2) tail = tail.subarray(-keptBytes);
        check.onOutput(printed);
      },
      onProcess: ({ pid }) => check.onProcess({ pid, command: check.command }),
    });
    // One that ends itself when it is told to gives a status that says nothing of the change.
    return ended(signalled || why !== '' ? null : exitCode, why);
  } catch (error) {
    if (why !== '') return ended(null, why);
    if (!(error instanceof CodedError)) throw error;
    if (error.code === 'GIT_FAILED') return ended(null, interruptedWords);
    return ended(null, `The command could not be started: ${error.message}`);
  } finally {
    clearTimeout(limit);
    check.signal.removeEventListener('abort', onAbort);
  }
}
