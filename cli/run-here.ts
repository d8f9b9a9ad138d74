import { type Command, type Given, suppliedBy, UsageError } from './command';

/** Where tasks come from: those that were put into the queue of this machine. */
const modes = ['local'] as const;

/** The port of the server when only `--status-port` is said. */
const usualPort = '8080';

const run: Command = {
  words: ['run'],
  usage: '[--mode local] [--status-port [PORT]] [--heartbeat URL]',
  summary:
    'Run the runtime here, in the foreground, until Ctrl+C: for a service manager, a container or a second terminal',
  options: { mode: { type: 'string' }, 'status-port': { type: 'string' }, heartbeat: { type: 'string' } },
  bare: { 'status-port': usualPort },
  names: { least: 0, most: 0 },
  examples: ['run', 'run --status-port', 'run --status-port 8080 --heartbeat https://example.com/workers/1'],
  more: `  --status-port has the server listen on that port of 127.0.0.1, 8080 unless named and any for 0, whatever the setting server says;
  where it is taken nothing is started. --heartbeat posts every 30 seconds, as JSON: status, tasks, cpu_percent, memory_mb, disk_usage_gb and
  uptime_seconds. Who does not hear it stops no work.
`,
  async run(given, around) {
    const mode = given.text('mode') ?? 'local';
    if (!modes.some((each) => each === mode)) throw new UsageError(`--mode must be one of ${modes.join(', ')}.`);
    const statusPort = portOf(given);
    const heartbeat = heartbeatOf(given);
    // Loaded here, so that every other command starts without SQLite.
    const { runInBackground } = await import('./background');
    const ended = await runInBackground({
      ...suppliedBy(around),
      statusPort,
      heartbeat,
      idleMs: null,
      say: (line) => around.err.write(`${line}\n`),
      report: ({ state }) => {
        if (state === 'ready') around.err.write('Switchyard runs here. Ctrl+C stops it; what is in hand is parked.\n');
      },
    });
    return { json: ended, text: `${ended.reason}\n`, exit: ended.kind === 'taken' ? 1 : 0 };
  },
};

/** The runtime in the foreground. */
export const runCommands: readonly Command[] = [run];

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
