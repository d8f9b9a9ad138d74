import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { errorsFolder } from './errors';
import { NotNow } from './failure';
import { createOutput } from './output';
import type { Hearing, Program } from './program';
import type { NewChild } from './protocol';
import { noteSaid } from './said';

/** How long stdout may be silent after the program ended before what still holds it open is given up on. */
const lingerMs = 500;
/** How often that is waited for at the most: something it started may print for ever. */
const mostLooks = 60;
/** The least that is kept of what it printed to stderr. */
const errorBytes = 1024 * 1024;

/**
 * Starts a program on pipes. What it is given to read is noted before it is given it, and what it prints to stderr is
 * kept beside its output. Rejects when it cannot be started.
 */
export async function startOnPipes(
  child: Pick<NewChild, 'command' | 'args' | 'directory' | 'environment'> & {
    readonly folder: string;
    /** How many bytes of its output are kept so far. */
    readonly printed: () => number;
  },
  hear: Hearing,
): Promise<Program> {
  // First, because a program that runs must not be left with nobody to hold it.
  const errors = createOutput({ folder: errorsFolder(child.folder), keepBytes: errorBytes });
  const started = await spawnChild(child).catch((cause: unknown) => {
    errors.close();
    throw cause;
  });
  const { stdin, stdout, stderr } = started;
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {});
  started.on('error', () => {});
  let given = 0;
  stdout.on('data', hear.onBytes);
  // What a full disk does not take of it is lost: it is read only to say why a program failed.
  stderr.on('data', (bytes: Buffer) => void errors.append(bytes));
  tellEnd(started, (end) => {
    errors.close();
    hear.onEnd(end);
  });
  return {
    pid: started.pid ?? 0,
    write(text, after) {
      if (after !== given) throw new Error(`It was given ${given} texts and not ${after}.`);
      try {
        noteSaid(child.folder, { printed: child.printed(), text });
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException;
        throw code === 'ENOENT' ? cause : new NotNow(`What it is told cannot be noted: ${message}`, { cause });
      }
      given += 1;
      if (stdin.writable) stdin.write(text);
    },
    closeInput() {
      if (stdin.writable) stdin.end();
    },
    resize: () => {},
    pause: () => void stdout.pause(),
    resume: () => void stdout.resume(),
  };
}

/** The one place where a program on pipes is started: in a session and group of its own. */
async function spawnChild({
  command,
  args,
  directory,
  environment,
}: Pick<NewChild, 'command' | 'args' | 'directory' | 'environment'>): Promise<ChildProcessWithoutNullStreams> {
  const started = spawn(command, [...args], {
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
  return started;
}

/** Tells how the program ended once all it printed was read, or, when something else holds the pipe, soon after. */
function tellEnd(child: ChildProcessWithoutNullStreams, tell: Hearing['onEnd']): void {
  const { stdout } = child;
  child.once('exit', (code, name) => {
    const signal = name === null ? null : (constants.signals[name] ?? 0);
    let seen = -1;
    let looks = 0;
    const timer = setInterval(() => {
      const { bytesRead } = stdout as typeof stdout & { readonly bytesRead: number };
      const busy = stdout.isPaused() || stdout.readableLength > 0 || bytesRead !== seen;
      seen = bytesRead;
      looks += stdout.isPaused() ? 0 : 1;
      if (!busy || looks > mostLooks) {
        for (const stream of [stdout, child.stderr]) stream.destroy();
      }
    }, lingerMs);
    child.once('close', () => {
      clearInterval(timer);
      tell({ exitCode: code, signal });
    });
  });
}
