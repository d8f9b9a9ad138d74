import type { Status } from '../core/contract/status';
import { taskStates } from '../core/contract/task';
import { isStarting } from '../core/owner-patience';
import { readOwner } from '../core/owner-record';
import { version } from '../core/version';
import type { Command, Surroundings } from './command';
import { plainLine } from './plain';
import { ago, table } from './text';

const start: Command = {
  words: ['start'],
  usage: '',
  summary: 'Start the runtime in the background, if none runs',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['start'],
  async run(_given, around) {
    const connection = await around.reach();
    try {
      const status = await connection.client.runtime.status();
      return { json: { running: true, ...status }, text: statusText(status) };
    } finally {
      connection.close();
    }
  },
};

const stop: Command = {
  words: ['stop'],
  usage: '',
  summary: 'Stop the runtime; what is in hand is parked and goes on later',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['stop'],
  async run(_given, around) {
    const pid = await askToStop(around);
    if (pid === null) return { json: { stopped: false, running: false }, text: 'No runtime is running.\n' };
    return { json: { stopped: true, pid }, text: `Stopped (process ${pid}).\n` };
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
    if (connection === null && isStarting(dataFolder)) {
      return {
        json: { running: false, starting: true, version, dataFolder },
        text: `The runtime for ${dataFolder} starts. It can be reached in a moment.\n`,
      };
    }
    if (connection === null) {
      return {
        json: { running: false, version, dataFolder },
        text: `No runtime is running for ${dataFolder}.\nStart one: ${around.program} start\n`,
      };
    }
    try {
      const status = await connection.client.runtime.status();
      return { json: { running: true, ...status }, text: statusText(status) };
    } finally {
      connection.close();
    }
  },
};

/** Starting, stopping and looking at the runtime. */
export const runtimeCommands: readonly Command[] = [start, stop, status];

/** The process that was asked to stop and has, or null when there was none. */
async function askToStop(around: Surroundings): Promise<number | null> {
  let connection: Awaited<ReturnType<Surroundings['attach']>>;
  try {
    connection = await around.attach();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'OTHER_VERSION') throw error;
    return signalOther(around);
  }
  if (connection === null) return null;
  const { pid } = connection.owner;
  // The answer may be lost when the runtime hangs up first; that it hangs up is the answer.
  await Promise.race([connection.client.runtime.stop().catch(() => {}), connection.closed]);
  await connection.closed;
  return pid;
}

/** A runtime of another version does not speak with us, but it knows the system's own way of asking. */
function signalOther(around: Surroundings): number | null {
  const owner = readOwner(around.config.folders.data);
  if (owner === null) return null;
  process.kill(owner.pid, 'SIGTERM');
  return owner.pid;
}

function statusText(status: Status): string {
  const counts = taskStates
    .filter((state) => status.tasks[state] > 0)
    .map((state) => `${status.tasks[state]} ${state}`);
  const owner = status.owner === 'app' ? 'the app' : 'the background';
  return table([
    ['runtime', `${status.version}, in ${owner}, process ${status.pid}, for ${ago(status.startedAt)}`],
    ['data folder', plainLine(status.dataFolder, 300)],
    ['tasks', counts.length === 0 ? 'none' : counts.join(', ')],
    ...status.workers.map((worker) => [
      'worker',
      `${worker.name}: ${worker.state}, ${worker.running} of ${worker.limit} running, ${worker.waiting} waiting`,
    ]),
  ]);
}
