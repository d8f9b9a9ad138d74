import { join, resolve } from 'node:path';
import { readManifest, usualManifest } from '../core/service-manifest';
import { type Command, type Given, type Outcome, type Surroundings, suppliedBy, UsageError } from './command';
import { here } from './hint';
import { plain } from './plain';

/** Where tasks come from: those that were put into the queue of this machine. */
const modes = ['local'] as const;

/** The port of the server when only `--status-port` is said. */
const usualPort = '8080';

const options = {
  mode: { type: 'string' },
  services: { type: 'string' },
  'status-port': { type: 'string' },
  heartbeat: { type: 'string' },
} as const;

const without = { 'without-services': { type: 'boolean' } } as const;

const run: Command = {
  words: ['run'],
  usage: '[--mode local] [--services [FILE] | --without-services] [--status-port [PORT]] [--heartbeat URL]',
  summary:
    'Run the runtime here, in the foreground, until Ctrl+C: for a service manager, a container or a second terminal',
  options: { ...options, ...without },
  bare: { 'status-port': usualPort, services: '' },
  names: { least: 0, most: 0 },
  examples: [
    'run',
    'run --status-port',
    'run --services dev/services.json',
    'run --status-port 8080 --heartbeat https://example.com/workers/1',
  ],
  more: `  --status-port has the server listen on that port of 127.0.0.1, 8080 unless named and any for 0, whatever the setting server says;
  where it is taken nothing is started. --heartbeat posts every 30 seconds, as JSON: status, tasks, cpu_percent, memory_mb, disk_usage_gb and
  uptime_seconds. Who does not hear it stops no work. --services starts what a file names before any task is taken in hand,
  and stops it afterwards; bare, it is services.json in the data folder. After such a runtime was killed
  nothing goes on without them but with --without-services. See docs/services.md.
`,
  run(given, around) {
    const services = given.text('services');
    if (services !== undefined && given.flag('without-services'))
      throw new UsageError('--services and --without-services say the opposite of each other.');
    return runHere(given, around, services, given.flag('without-services'));
  },
};

const up: Command = {
  words: ['up'],
  usage: '[--services FILE] [--mode local] [--status-port [PORT]] [--heartbeat URL]',
  summary: 'The same as run --services: start what tasks need, then run the runtime here until Ctrl+C',
  options,
  bare: { 'status-port': usualPort, services: '' },
  names: { least: 0, most: 0 },
  examples: ['up', 'up --services dev/services.json', 'up --status-port'],
  more: `  Services are named in services.json in the data folder, unless --services names another file:
    {"services": [{"name": "database", "command": "docker compose up db", "ready": {"port": 5432}}]}
  They are started in that order, each once the one before is ready, and stopped in the other. What they print stands here,
  behind their name. One that ends is started again, a few times. See docs/services.md.
`,
  run: (given, around) => runHere(given, around, given.text('services') ?? ''),
};

/** The runtime in the foreground. */
export const runCommands: readonly Command[] = [run, up];

/** `services` names their manifest; none are started when it is undefined, and the empty name is the usual one's. */
async function runHere(
  given: Given,
  around: Surroundings,
  services: string | undefined,
  withoutServices = false,
): Promise<Outcome> {
  const mode = given.text('mode') ?? 'local';
  if (!modes.some((each) => each === mode)) throw new UsageError(`--mode must be one of ${modes.join(', ')}.`);
  const statusPort = portOf(given);
  const heartbeat = heartbeatOf(given);
  const { folders, home } = around.config;
  const file = services === '' ? join(folders.data, usualManifest) : resolve(around.directory, services ?? '');
  const wanted = services === undefined ? null : { file, manifest: readManifest(file, home) };
  // Loaded here, so that every other command starts without SQLite.
  const { runInBackground } = await import('./background');
  const ended = await runInBackground({
    ...suppliedBy(around),
    ...{ statusPort, heartbeat, services: wanted, withoutServices },
    foreground: true,
    idleMs: null,
    // What a service prints stands behind its name, and is shown as it is.
    say: (line) => around.err.write(`${plain(/^[\w-]+ \| /.test(line) ? line : here(line, around.program))}\n`),
    report: ({ state }) => {
      if (state === 'ready') around.err.write('Switchyard runs here. Ctrl+C stops it; what is in hand is parked.\n');
    },
  });
  const reason = here(ended.reason, around.program);
  return { json: { ...ended, reason }, text: `${reason}\n`, exit: ended.kind === 'taken' ? 1 : 0 };
}

function portOf(given: Given): number | null {
  const typed = given.text('status-port');
  if (typed === undefined) return null;
  const port = Number(typed);
  if (/^\d{1,5}$/.test(typed) && port < 65_536) return port;
  throw new UsageError(`--status-port must be a port up to 65535, or 0 for any, not ${JSON.stringify(typed)}.`);
}

function heartbeatOf(given: Given): string | null {
  const typed = given.text('heartbeat');
  if (typed === undefined) return null;
  if (isPlainAddress(typed)) return typed;
  throw new UsageError(
    '--heartbeat must be an address like https://example.com/workers/1, without a name and a password.',
  );
}

function isPlainAddress(typed: string): boolean {
  try {
    const { protocol, username, password } = new URL(typed);
    return /^https?:$/.test(protocol) && username === '' && password === '';
  } catch {
    return false;
  }
}
