import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../core/client';
import { assertNever, CodedError } from '../core/contract/errors';
import type { OwnerRecord } from '../core/contract/owner';
import { memoryHoldWords } from '../core/contract/process';
import { type ServerState, type Status, whereItRuns } from '../core/contract/status';
import { isRetried, taskStates } from '../core/contract/task';
import { type Waited, waitedInWords } from '../core/contract/waited';
import { type Left, readLeft } from '../core/left';
import { assertCanBeFolder } from '../core/make-folder';
import { isStarting, nextOwner, ownerGone, ownerPatience } from '../core/owner-patience';
import { readOwner } from '../core/owner-record';
import { killedWithServices, readServicesMark } from '../core/services-mark';
import { version } from '../core/version';
import { goesOnWith, unfinished } from './begun';
import { spentText } from './budget';
import { type Command, type Surroundings, UsageError } from './command';
import { here } from './hint';
import { plainLine } from './plain';
import { serviceText } from './service';
import { ago, counted, table } from './text';
import { waitedToday } from './waited';

const start: Command = {
  words: ['start'],
  usage: '[--without-services]',
  summary: 'Start the runtime in the background, if none runs',
  options: { 'without-services': { type: 'boolean' } },
  names: { least: 0, most: 0 },
  examples: ['start', 'start --without-services'],
  more: `  Where \`up\` or \`run --services\` was killed, nothing goes on without the services it was started with until that is asked for:
  with them by the same command again, without them by --without-services.
`,
  async run(given, around) {
    const connection = await around.reach({ withoutServices: given.flag('without-services') });
    try {
      const { client } = connection;
      const [status, waited] = await Promise.all([client.runtime.status(), waitedToday(client)]);
      return { json: runningJson(status, waited), text: statusText(status, around.program, await parkedNow(client)) };
    } finally {
      connection.close();
    }
  },
};

const stop: Command = {
  words: ['stop'],
  usage: '[--app] [--keep | --end]',
  summary: 'Stop the runtime in the background; what is in hand is parked and goes on later. --app quits the app too',
  options: { app: { type: 'boolean' }, keep: { type: 'boolean' }, end: { type: 'boolean' } },
  names: { least: 0, most: 0 },
  examples: ['stop', 'stop --keep', 'stop --app'],
  more: `  What runs on terminals ends with the runtime, unless the setting keepTerminals is true. --keep leaves it running this time,
  for the next start to find, and --end ends it, whatever the setting says. Nothing is asked.
`,
  async run(given, around) {
    if (given.flag('keep') && given.flag('end'))
      throw new UsageError('--keep and --end say the opposite of each other.');
    const said = given.flag('keep') || given.flag('end');
    const how: Asked = { app: given.flag('app'), keepTerminals: said ? given.flag('keep') : undefined };
    const before = readLeft(around.config);
    const stopped = await askToStop(around, how);
    if (stopped === null) return { json: { stopped: false, running: false }, text: 'No runtime is running.\n' };
    const { pid } = stopped;
    const next = await tookOver(around, stopped);
    if (next?.owner === 'app' && how.app) {
      const { folders } = around.config;
      const app = await askToStop(around, how, ownerPatience(folders));
      if (app === null && !(await ownerGone(folders, next, 0))) throw notStopped(next, folders.data);
      const left = readLeft(around.config);
      return {
        json: { stopped: true, pid, app: { pid: next.pid }, left },
        text: `Stopped (process ${pid}), and the app (process ${next.pid}).\n${leftText(around, left, before)}`,
      };
    }
    if (next === null) {
      const left = readLeft(around.config);
      return {
        json: { stopped: true, pid, left },
        text: `Stopped (process ${pid}).\n${leftText(around, left, before)}`,
      };
    }
    const who = next.owner === 'app' ? 'The app' : 'Another runtime';
    return {
      json: { stopped: true, pid, takenOverBy: { owner: next.owner, pid: next.pid } },
      text: `Stopped (process ${pid}). ${who} (process ${next.pid}) has taken over, and what was in hand goes on there.\n`,
    };
  },
};

const status: Command = {
  words: ['status'],
  usage: '',
  summary: 'Who owns the data folder and what is in it; exit code 0 whether or not a runtime runs',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['status', 'status --json'],
  async run(_given, around) {
    const connection = await around.attach();
    const dataFolder = around.config.folders.data;
    if (connection === null) assertCanBeFolder(dataFolder);
    if (connection === null && isStarting(dataFolder)) {
      return {
        json: { running: false, starting: true, version, dataFolder, url: null },
        text: `The runtime for ${dataFolder} starts. It can be reached in a moment.\n`,
      };
    }
    if (connection === null) {
      const left = readLeft(around.config);
      const killedWith = readServicesMark(dataFolder);
      const todo =
        killedWith === null
          ? `Start one: ${around.program} start`
          : plainLine(here(killedWithServices(dataFolder, killedWith), around.program), longestPath);
      return {
        json: { running: false, version, dataFolder, left, killedWith, url: null },
        text: `No runtime is running for ${dataFolder}.\n${leftText(around, left, null)}${todo}\n`,
      };
    }
    try {
      const { client } = connection;
      const [status, waited] = await Promise.all([client.runtime.status(), waitedToday(client)]);
      return {
        json: runningJson(status, waited),
        text: statusText(status, around.program, await parkedNow(client), waited),
      };
    } finally {
      connection.close();
    }
  },
};

/** What goes on with the next start, and what runs on or was ended with the runtime; `before` is what there was before it. */
function leftText({ program }: Surroundings, left: Left | null, before: Left | null): string {
  if (left === null) return '';
  const open = unfinished.filter((state) => left.tasks[state] > 0).map((state) => `${left.tasks[state]} ${state}`);
  const goesOn = goesOnWith(left.tasks, left.trains);
  const states = open.length === 0 ? '' : `: ${open.join(', ')}`;
  const { review } = left.tasks;
  const ended = (before?.terminals ?? 0) - left.terminals;
  return [
    left.landing.length === 0
      ? ''
      : `The next start finishes what had begun to land, or finds that nothing had: task ${left.landing.join(', ')}.\n`,
    goesOn === null ? '' : `The next start goes on with ${goesOn}${states}.\n`,
    left.asking === 0 ? '' : `Waiting for your answer: ${counted(left.asking, 'task')}. See: ${program} inbox\n`,
    review === 0 ? '' : `In review for you: ${counted(review, 'change')}.\n`,
    ended > 0
      ? `${counted(ended, 'program')} on terminals ended with it. To keep such programs running: ${program} stop --keep, or always: ${program} settings set keepTerminals true\n`
      : '',
    left.terminals > 0
      ? `${counted(left.terminals, 'program')} on terminals may run on, and can be seen after a start.\n`
      : '',
  ].join('');
}

/** Starting, stopping and looking at the runtime. */
export const runtimeCommands: readonly Command[] = [start, stop, status];

/** How the owner is asked to stop. */
interface Asked {
  /** Also when it is the app. */
  readonly app: boolean;
  /** What becomes of what runs on terminals; undefined leaves that to the setting. */
  readonly keepTerminals: boolean | undefined;
}

/**
 * The owner that was asked to stop and has, or null when there was none. One that still starts is asked when it can be
 * reached, as long as there is patience. Throws when it is the app and that is not wanted.
 */
async function askToStop(
  around: Surroundings,
  how: Asked,
  patience: () => Promise<boolean> = async () => false,
): Promise<OwnerRecord | null> {
  const folder = around.config.folders.data;
  const owner = readOwner(folder);
  let connection: Awaited<ReturnType<Surroundings['attach']>>;
  try {
    connection = await around.attach();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'OTHER_VERSION' || owner === null) throw error;
    if (owner.owner === 'app' && !how.app) throw appOwns(owner, around);
    if (how.keepTerminals !== undefined) throw cannotSay(owner, how.keepTerminals);
    // A runtime of another version does not speak with us, but it knows the system's own way of asking.
    process.kill(owner.pid, 'SIGTERM');
    if (await ownerGone(around.config.folders, owner, stopMs)) return owner;
    throw notStopped(owner, folder);
  }
  if (connection === null) {
    if (owner !== null && (await patience())) return askToStop(around, how, patience);
    if (isStarting(folder)) throw stillStarting(folder);
    return null;
  }
  try {
    if (connection.owner.owner === 'app' && !how.app) throw appOwns(connection.owner, around);
    // The answer may be lost when the runtime hangs up first; that it hangs up is the answer.
    const { keepTerminals } = how;
    const manner = keepTerminals === undefined ? {} : { keepTerminals };
    await Promise.race([connection.client.runtime.stop(manner).catch(() => {}), connection.closed]);
    await connection.closed;
    return connection.owner;
  } finally {
    connection.close();
  }
}

/** An app that followed a runtime in the background owns the folder about this soon after it. */
const takeOverMs = 1500;

/** Who owns the data folder after the owner that stopped; null when nobody does. */
async function tookOver(around: Surroundings, stopped: OwnerRecord): Promise<OwnerRecord | null> {
  const { folders } = around.config;
  // Where no app has ever opened a window, nobody waits to take over and nothing is waited for.
  const patience = stopped.owner === 'background' && existsSync(join(folders.data, 'window')) ? takeOverMs : 0;
  return nextOwner(folders, stopped, patience);
}

/** Longer than any version takes to park what is in hand. */
const stopMs = 30_000;

function notStopped({ pid }: OwnerRecord, folder: string): CodedError {
  return new CodedError(
    'DATA_FOLDER_OWNED',
    `The runtime for ${folder} (process ${pid}) was asked to stop and has not within ${stopMs / 1000} s. See status, and end that process if it stays.`,
    { facts: { folder, pid } },
  );
}

function appOwns({ pid }: OwnerRecord, around: Surroundings): CodedError {
  const folder = around.config.folders.data;
  return new CodedError(
    'DATA_FOLDER_OWNED',
    `Nothing was stopped: the Switchyard app (process ${pid}) owns ${folder}, and stopping would close its window. Quit it there, or type: ${around.program} stop --app`,
    { facts: { folder, pid, owner: 'app' } },
  );
}

function cannotSay({ pid, version: other }: OwnerRecord, keep: boolean): CodedError {
  return new CodedError(
    'OTHER_VERSION',
    `Nothing was stopped: the runtime (process ${pid}) is of version ${plainLine(other)} and cannot be told ${keep ? '--keep' : '--end'}. Without that, its setting keepTerminals decides what runs on.`,
    { facts: { pid, version: other } },
  );
}

function stillStarting(folder: string): CodedError {
  return new CodedError(
    'DATA_FOLDER_OWNED',
    `Nothing was stopped: the runtime for ${folder} is still starting. Type the same again in a moment.`,
    { facts: { folder } },
  );
}

/** A path is there to be copied. */
const longestPath = 5000;

/** How many of the queued tasks do not run before a time; one that is only tried again is not parked. */
async function parkedNow(client: Client): Promise<number> {
  const queued = await client.tasks.list({ states: ['queued'], limit: 1000 });
  return queued.filter((task) => task.runAfter !== null && task.runAfter > Date.now() && !isRetried(task)).length;
}

function statusText(status: Status, program: string, parked: number, waited?: Waited): string {
  const counts = taskStates
    .filter((state) => status.tasks[state] > 0)
    .map((state) => `${status.tasks[state]} ${state}${state === 'queued' && parked > 0 ? ` (${parked} parked)` : ''}`);
  return table([
    ['runtime', `${status.version}, ${whereItRuns(status)}, process ${status.pid}, for ${ago(status.startedAt)}`],
    ['data folder', plainLine(status.dataFolder, longestPath)],
    ['server', serverText(status.server)],
    ...status.services.map((service) => ['service', serviceText(service)]),
    ...status.problems.map((problem) => ['problem', plainLine(here(problem, program), longestPath)]),
    ['tasks', counts.length === 0 ? 'none' : counts.join(', ')],
    ...status.workers.map((worker) => [
      'worker',
      `${worker.name}: ${worker.state}, ${worker.running} of ${worker.limit} running, ${worker.waiting} waiting`,
    ]),
    ['spent today', spentText(status.today.spent, status.today.budget)],
    ...(status.held === null ? [] : [['tasks held', memoryHoldWords(status.held)]]),
    ...(waited === undefined
      ? []
      : [['agents waited', waited.ms < 1000 ? 'not today' : `${waitedInWords(waited.ms)} today`]]),
  ]);
}

/** The same for a script, with where the server is at the top, or null while it is not open. */
function runningJson(status: Status, waited: Waited) {
  const { server } = status;
  return { running: true, ...status, waited, url: server.kind === 'listening' ? server.url : null };
}

/** Where other programs and browsers of this machine ask. */
function serverText(state: ServerState): string {
  switch (state.kind) {
    case 'listening':
      return state.url;
    case 'starting':
      return 'is being opened';
    case 'off':
      return 'closed, by the setting server';
    case 'failed':
      return `could not be opened: ${plainLine(state.reason, 300)}`;
    default:
      return assertNever(state);
  }
}
