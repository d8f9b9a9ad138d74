import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { parse } from 'node:path';
import { CodedError } from '../contract/errors';
import { pack, type Said, type Told, unpack } from './messages';
import {
  cancelled,
  type Execute,
  type Executed,
  type Execution,
  endGroup,
  execute,
  nameOf,
  usualTimeoutMs,
} from './process';
import { findUntold } from './untold';

/** How a shell starts the starter's program: itself as plain Node where it is a desktop app, else Node. */
export interface StarterProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Runs programs from a small process beside this one. */
export interface Starter {
  /** As `execute` of process.ts. When the small process dies, what ran throws GIT_FAILED, and the next one has a new one. */
  readonly execute: Execute;
  /**
   * Ends the small process once nothing runs through it any more: what has a signal, or is followed in all it prints, is cancelled,
   * and all else, as a git that moves a checkout, has ten seconds to finish before it is. Each call is told how it went.
   * Programs asked for later are started from this process.
   */
  close(): Promise<void>;
}

/**
 * A process copies itself to start a program: a large one for milliseconds, in which it does nothing else. The starter is
 * a small one that does it in its stead. It is begun with the first program. Where it cannot be, programs are started
 * from this process.
 */
export function createStarter(options: {
  readonly program: StarterProgram;
  readonly environment: Readonly<Record<string, string>>;
  /** Told once why this process has to start programs itself from now on. */
  readonly onUnusable: (reason: string) => void;
}): Starter {
  let line: Line | undefined;
  let usable = true;
  const giveUp = (reason: string) => {
    if (usable) options.onUnusable(reason);
    usable = false;
  };
  return {
    execute(what) {
      if (!usable) return execute(what);
      try {
        line ??= openLine(options, (how, able) => {
          line = undefined;
          if (!able) giveUp(how);
        });
      } catch (cause) {
        giveUp(String(cause));
        return execute(what);
      }
      return line.run(what);
    },
    async close() {
      usable = false;
      await line?.close();
    },
  };
}

/** One small process and what runs through it. */
interface Line {
  run(what: Execution): Promise<Executed>;
  close(): Promise<void>;
}

interface Pending {
  readonly what: Execution;
  readonly resolve: (executed: Executed | Promise<Executed>) => void;
  readonly reject: (error: CodedError) => void;
  pid: number | undefined;
}

/** How long past its own limit a program is waited for before the starter itself counts as hung. */
const patienceMs = 10_000;

/**
 * What keeps a Node small that starts programs: little room for what is new, no threads of the engine with memory of their
 * own, a call that has it give back what is old, and an allocator that gives back each large piece by itself. A Node that does not know one of the flags ends with status 9, and this process starts all programs itself.
 */
const small = {
  args: ['--max-semi-space-size=1', '--single-threaded', '--expose-gc'],
  environment: { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536' },
} as const;

/** Throws when the system has no descriptors left for it. */
function openLine(
  { program, environment }: Pick<Parameters<typeof createStarter>[0], 'program' | 'environment'>,
  /** Told how it ended, and whether it ever could start programs. */
  onEnd: (how: string, able: boolean) => void,
): Line {
  const child = spawn(program.command, [...small.args, ...program.args], {
    cwd: parse(process.cwd()).root,
    env: { ...environment, ...program.env, ...small.environment },
    // What a terminal tells this process is for this process to decide.
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  if (!child.stdin) throw new Error(`${program.command} cannot be given pipes.`);
  // Pipes are sockets underneath; only as such they can let this process end.
  const [input, output, errors] = [child.stdin, child.stdout, child.stderr].map(
    (pipe) => pipe as unknown as Socket,
  ) as [Socket, Socket, Socket];
  let complaint = '';
  errors.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString('utf8')).slice(-2_000);
  });
  const pending = new Map<number, Pending>();
  let last = 0;
  let ready = false;
  let closing = false;

  const hold = (held: boolean): void => {
    for (const one of [child, input, output, errors]) held || closing ? one.ref() : one.unref();
  };
  const tell = (message: Told, bytes?: Buffer): void => {
    input.cork();
    for (const piece of pack(message, bytes)) input.write(piece);
    input.uncork();
  };
  const take = (id: number): Pending | undefined => {
    const one = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) hold(false);
    return one;
  };
  const hear = (message: Said, bytes: Buffer): void => {
    if (message.kind === 'ready') ready = true;
    else if (message.kind === 'started') {
      const one = pending.get(message.id);
      if (one === undefined) return;
      one.pid = message.pid;
      one.what.onProcess?.({ pid: message.pid, command: message.command });
    } else if (message.kind === 'stderr') {
      pending.get(message.id)?.what.onStderr?.(bytes.toString('utf8'));
    } else if (message.kind === 'output') {
      pending.get(message.id)?.what.onOutput?.(bytes);
    } else if (message.kind === 'ended') {
      const { kind: _, id, ...how } = message;
      take(id)?.resolve({ ...how, stdout: bytes });
    } else take(message.id)?.reject(new CodedError(message.code, message.message, { facts: message.facts }));
  };
  const over = new Promise<void>((resolve) => {
    const end = (how: string, died: boolean) => {
      onEnd(how, ready);
      const known = new Set([...pending.values()].flatMap(({ pid }) => pid ?? []));
      for (const [id] of pending) {
        const one = take(id);
        if (one === undefined) continue;
        // One that never was ready has run nothing.
        if (!ready) one.resolve(execute(one.what));
        else {
          // One that ended of its own accord had nothing left that runs: the number may be a stranger's by now.
          const pid = died ? (one.pid ?? findUntold(one.what, known)) : undefined;
          if (pid !== undefined) known.add(pid);
          endGroup(pid, 'SIGKILL');
          one.reject(interrupted(one.what, how));
        }
      }
      resolve();
    };
    child.once('error', (error) => end(error.message, true));
    child.once('close', (code, signal) =>
      end(`ended with ${signal ?? `status ${code}`}${complaint && `: ${complaint.trim()}`}`, code !== 0),
    );
  });
  for (const stream of [input, output, errors]) stream.on('error', () => {});
  output.on('data', unpack<Said>(hear));
  hold(false);

  return {
    run(what) {
      const {
        name,
        program,
        args,
        directory,
        environment,
        input: given,
        timeoutMs = usualTimeoutMs,
        graceMs,
        maxBytes,
        signal,
      } = what;
      if (signal?.aborted) return Promise.reject(cancelled(what));
      const id = ++last;
      const cancel = () => tell({ kind: 'cancel', id });
      // Twice, because after this process stood still a timer comes before the answer that lies ready to be read.
      let hung = setTimeout(() => {
        hung = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      }, timeoutMs + patienceMs);
      return new Promise<Executed>((resolve, reject) => {
        pending.set(id, { what, resolve, reject, pid: undefined });
        if (pending.size === 1) hold(true);
        signal?.addEventListener('abort', cancel, { once: true });
        const bytes = typeof given === 'string' ? Buffer.from(given) : given;
        const asked = { name, program, args, directory, environment, timeoutMs, graceMs, maxBytes };
        const follows = what.onOutput ? 'output' : what.onStderr ? 'stderr' : null;
        tell({ kind: 'run', id, what: asked, reads: bytes !== undefined, follows }, bytes);
      }).finally(() => {
        clearTimeout(hung);
        signal?.removeEventListener('abort', cancel);
      });
    },
    async close() {
      closing = true;
      hold(true);
      // Whoever gave a signal reckons with being cut short at any point; whoever gave none does not.
      for (const [id, { what }] of pending) if (what.signal || what.onOutput) tell({ kind: 'cancel', id });
      input.end();
      await over;
    },
  };
}

function interrupted(what: Execution, how: string): CodedError {
  const { args, directory } = what;
  return new CodedError(
    'GIT_FAILED',
    `${nameOf(what)} in ${directory} was interrupted: the process that starts programs ${how}. Try again.`,
    { facts: { args: [...args], directory } },
  );
}
