import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { attach, type Connection } from '../core/client';
import type { Config } from '../core/config';
import { CodedError } from '../core/contract/errors';
import { makeFolder } from '../core/make-folder';
import { isAlive, isStarting, ownerPatience } from '../core/owner-patience';
import { readOwner } from '../core/owner-record';
import { killedWithServices, readServicesMark } from '../core/services-mark';
import { version } from '../core/version';
import { begunText } from './begun';
import type { Looked, Reaching } from './command';
import { plain } from './plain';

/** After this long without a runtime the person is told what is waited for. */
const silentMs = 1500;

/** What a runtime started in the background said on its way up. */
export type Started =
  | { readonly state: 'ready' | 'taken' }
  | { readonly state: 'failed'; readonly code: string; readonly message: string };

/**
 * Connects to the runtime that owns the data folder, starting one in the background when there is none. Throws what
 * kept it from starting. `say` hears what is waited for when that takes long, and that a runtime was started.
 */
export async function reach(
  config: Config,
  program: readonly string[],
  say: (line: string) => void,
  how: Reaching = {},
): Promise<Connection> {
  const late = setTimeout(
    () => say('Waiting for the runtime. It first looks through what was in hand before.'),
    silentMs,
  );
  try {
    const { connection, isOurs } = await insist(config, [
      ...program,
      'serve',
      ...(how.withoutServices ? ['--without-services'] : []),
    ]);
    if (isOurs) say(await begunText(connection));
    return connection;
  } finally {
    clearTimeout(late);
  }
}

/**
 * Connects to the runtime that owns the data folder; where it ended of its own accord, opens what is stored to be read, and starts
 * nothing. One that was killed is replaced with `reachIt`, because nobody stopped its work, unless it had services: that is not replaced
 * unasked, so what it left is read too. One that never was is replaced as well, and one whose store is of another version.
 */
export async function look(
  { config, desktop }: { readonly config: Config; readonly desktop: string | null },
  reachIt: () => Promise<Connection>,
  say: (line: string) => void,
): Promise<Looked> {
  const { data, database } = config.folders;
  const tryAgain = ownerPatience(config.folders);
  for (;;) {
    const there = await attach({ folder: data, version });
    if (there !== null) return there;
    // One that lives is about to be reached, or about to let go.
    const owner = readOwner(data);
    if (owner === null || !isAlive(owner.pid)) break;
    if (!(await tryAgain())) return reachIt();
  }
  // Loaded here, so that every other command starts without SQLite.
  const { openLook } = await import('../core/look');
  // One with services left word of them, also where starts without them were refused since.
  const services = readServicesMark(data);
  const wasKilled = services === null && readOwner(data) !== null;
  const opened = existsSync(database) && !wasKilled ? await openLook({ config, desktop }) : null;
  if (opened === null) return reachIt();
  const goOn = services === null ? '`switchyard start` goes on with it.' : killedWithServices(data, services);
  say(`No runtime is running: this is what it left, and nothing was started. ${goOn}`);
  return opened;
}

async function insist(
  config: Config,
  program: readonly string[],
): Promise<{ readonly connection: Connection; readonly isOurs: boolean }> {
  const { data } = config.folders;
  let isOurs = false;
  const tryAgain = ownerPatience(config.folders);
  for (;;) {
    const there = await attach({ folder: data, version });
    if (there !== null) return { connection: there, isOurs };
    // Beside an owner that starts, a process of our own would find the folder taken and nothing else.
    if (!isStarting(data)) {
      const started = await startInBackground(config, program);
      if (started.state === 'failed') throw new CodedError(started.code as never, started.message);
      if (started.state === 'ready') {
        isOurs = true;
        continue;
      }
    }
    if (!(await tryAgain())) throw unreachable(data);
  }
}

/** Starts a program, `switchyard serve`, as a process of its own and waits until it says how that went. */
async function startInBackground(config: Config, program: readonly string[]): Promise<Started> {
  const { logs, data } = config.folders;
  const { output, before } = openOutput(logs);
  const [command, ...args] = program;
  if (command === undefined) throw new Error('There is no program to start the runtime with.');
  try {
    // The fourth descriptor is where the child says that it is ready. It is closed then, so nothing inherits it.
    const child = spawn(command, args, {
      cwd: data,
      detached: true,
      stdio: ['ignore', output, output, 'pipe'],
      windowsHide: true,
    });
    const failed = new Promise<Started>((resolve) =>
      child.once('error', (error) =>
        resolve({ state: 'failed', code: 'INTERNAL', message: `Could not start ${command}: ${error.message}` }),
      ),
    );
    const said = await Promise.race([readReport(child.stdio[3] as Readable, logs, before), failed]);
    child.unref();
    return said;
  } finally {
    closeSync(output);
  }
}

/** Beyond this many bytes what runtimes printed is put aside, so that two files of it are kept. */
const longestOutput = 1024 * 1024;

/** Where a runtime in the background prints, and how much stands there already. */
function openOutput(logs: string): { readonly output: number; readonly before: number } {
  makeFolder(logs);
  const file = join(logs, 'background.log');
  // Added to and never emptied: of two that start at once, one finds the other at work, which prints here.
  const open = () => {
    const output = openSync(file, 'a', 0o600);
    return { output, before: fstatSync(output).size };
  };
  try {
    const opened = open();
    if (opened.before <= longestOutput) return opened;
    closeSync(opened.output);
    renameSync(file, `${file}.1`);
    return open();
  } catch (error) {
    const message = `Switchyard cannot write to ${logs} (${error instanceof Error ? error.message : String(error)}). Make it writable, or set SWITCHYARD_HOME to a folder that is.`;
    throw new CodedError('NOT_WRITABLE', message, { cause: error });
  }
}

async function readReport(pipe: Readable, logs: string, before: number): Promise<Started> {
  let text = '';
  for await (const piece of pipe.setEncoding('utf8')) text += piece;
  if (text !== '') return JSON.parse(text) as Started;
  const said = plain(readFileSync(join(logs, 'background.log')).subarray(before).toString('utf8'))
    .trim()
    .split('\n')
    .slice(-5)
    .join('\n');
  return {
    state: 'failed',
    code: 'INTERNAL',
    message: `The runtime ended while it started. ${said === '' ? `See ${logs}.` : `Its last words:\n${said}`}`,
  };
}

function unreachable(folder: string): CodedError {
  return new CodedError(
    'DATA_FOLDER_OWNED',
    `Another Switchyard owns ${folder} but does not answer. Quit the app, or end the process named in ${join(folder, 'run', 'owner.json')}, then try again.`,
    { facts: { folder } },
  );
}
