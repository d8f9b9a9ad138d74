import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attach } from '../core/client';
import { readConfig } from '../core/config';
import { version } from '../core/version';
import { browse } from './browse';
import type { Console, Reaching, Surroundings } from './command';
import { here } from './hint';
import { ownWords } from './parse';
import { programOf } from './program';
import { look, reach } from './reach';
import { run } from './run';

const interrupted = new AbortController();
const config = readConfig();
const program = programOf(process.env);
const self = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];

const desktop = process.env.ELECTRON_EXEC_PATH ?? null;
const say = (line: string): void =>
  void (ownWords(process.argv).includes('--json') || process.stderr.write(`${here(line, program)}\n`));
const reachIt = (how?: Reaching) => reach(config, self, say, how);

const around: Surroundings = {
  directory: folderOf(process),
  config,
  program,
  out: {
    write: (text) => void process.stdout.write(text),
    isTTY: process.stdout.isTTY === true,
    columns: process.stdout.columns,
  },
  err: {
    write: (text) => void process.stderr.write(text),
    isTTY: process.stderr.isTTY === true,
    columns: process.stderr.columns,
  },
  readInput,
  console: process.stdin.isTTY && process.stdout.isTTY ? ownConsole() : null,
  attach: () => attach({ folder: config.folders.data, version }),
  reach: reachIt,
  look: () => look({ config, desktop }, reachIt, say),
  askHuman: programBeside(process.argv[1], 'ask-human.js'),
  hook: programBeside(process.argv[1], 'hook.js'),
  host: programBeside(process.argv[1], 'host.js'),
  starter: programBeside(process.argv[1], 'starter.js'),
  page: pageBeside(process.argv[1]),
  browse,
  desktop,
  signal: interrupted.signal,
};

// A reader that has gone (`| head`) is no failure of ours; a full disk is one that nobody needs a stack for.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`The output could not be written: ${error.message}\n`);
  process.exit(1);
});
process.once('SIGINT', () => {
  interrupted.abort();
  // Whoever presses it twice does not want to wait for anything.
  process.once('SIGINT', () => process.exit(130));
});
void run(process.argv.slice(2), around).then((code) => {
  process.exitCode = code;
});

/** The folder this was typed in. Ends the program when somebody removed it: relative to what would a path be? */
function folderOf({ cwd }: Pick<NodeJS.Process, 'cwd'>): string {
  try {
    return cwd();
  } catch {
    process.stderr.write('The folder you are in is not there any more. Go to another one, then type that again.\n');
    return process.exit(1);
  }
}

/** The built programs lie beside the built main program; run from its sources there are none. */
function programBeside(program: string | undefined, name: string): Surroundings['askHuman'] {
  const file = program === undefined ? '' : join(dirname(program), name);
  return existsSync(file) ? { command: process.execPath, args: [file], env: {} } : null;
}

/** The built page lies beside the folder of the built programs. */
function pageBeside(program: string | undefined): string | null {
  const folder = program === undefined ? '' : join(dirname(program), '..', 'renderer');
  return existsSync(join(folder, 'index.html')) ? folder : null;
}

function ownConsole(): Console {
  const { stdin, stdout } = process;
  return {
    // What only records a terminal may say that it has no size.
    size: () => ({ columns: stdout.columns || 100, rows: stdout.rows || 30 }),
    listen({ onKeys, onSize }) {
      stdin.setRawMode(true);
      stdin.setEncoding('utf8').on('data', onKeys).resume();
      stdout.on('resize', onSize);
      return () => {
        stdout.off('resize', onSize);
        stdin.off('data', onKeys).pause();
        stdin.setRawMode(false);
      };
    },
  };
}

async function readInput(): Promise<string> {
  let text = '';
  for await (const piece of process.stdin.setEncoding('utf8')) text += piece;
  return text;
}
