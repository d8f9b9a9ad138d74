import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Console, Surroundings } from '../../cli/command';
import { here } from '../../cli/hint';
import { look as lookAt } from '../../cli/reach';
import { run } from '../../cli/run';
import { attach, type Client } from '../../core/client';
import { readConfig } from '../../core/config';
import { type OpenRuntime, openRuntime } from '../../core/open';
import { version } from '../../core/version';
import { temporaryFolder } from '../core/server/door';
import { hostProgram } from '../support/host';
import { layStore } from '../support/laid-store';
import { runSync } from '../support/quick-sync';
import { execute } from '../support/starter';
import { copyTemplate } from '../support/template';

/** What one command printed and how it ended. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever fields the JSON should have.
  readonly json: any;
}

/** A terminal with a data folder, a home and a git repository of its own, and a real runtime behind its socket. */
export async function openTerminal() {
  const folder = temporaryFolder('switchyard-cli-');
  const home = join(folder.path, 'home');
  const repository = join(folder.path, 'my repository');
  mkdirSync(home);
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    // A name as people have it, and then some.
    SWITCHYARD_HOME: join(folder.path, 'my dätä #%20?'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n',
  );
  const git = (...args: string[]) => runSync('git', args, { cwd: repository, env: environment });
  await copyTemplate('terminal', repository, (made) => {
    const make = (...args: string[]) => runSync('git', args, { cwd: made, env: environment });
    make('init', '-q');
    writeFileSync(join(made, 'a.txt'), 'one\n');
    make('add', '.');
    make('commit', '-qm', 'first');
  });
  // The copies are files of their own, by their times and numbers.
  git('update-index', '-q', '--refresh');
  const config = readConfig(environment);
  let runtime: OpenRuntime | null = null;
  const start = async (owner: 'app' | 'background' = 'background') => {
    layStore(config.folders.database);
    const opening = openRuntime({
      config,
      owner,
      askHuman: null,
      host: hostProgram,
      execute,
      desktop: null,
      // One may ask as soon as it can be reached, which is before opening is over.
      onStopRequested: (manner) =>
        void opening.then((one) => (one.kind === 'owned' ? one.close(undefined, manner) : undefined)),
    });
    const opened = await opening;
    if (opened.kind === 'taken') throw new Error('the data folder is taken');
    runtime = opened;
  };
  const connect = () => attach({ folder: config.folders.data, version });

  /** Runs one command line in this process; the words are its arguments. */
  async function type(
    words: readonly string[],
    options: {
      input?: string;
      tty?: boolean;
      /** How the program was started; by its name unless said. */
      program?: string;
      keys?: readonly (readonly [shown: string, press: string])[];
      /** What stands between the command and the runtime. */
      through?: (client: Client) => Client;
      /** Presses Ctrl+C. */
      signal?: AbortSignal;
      /** Told whenever something was printed, with all of it. */
      onPrinted?: (printed: Pick<Printed, 'out' | 'err'>) => void;
    } = {},
  ): Promise<Printed> {
    const printed = { out: '', err: '' };
    const keys = [...(options.keys ?? [])];
    let onKeys: ((text: string) => void) | null = null;
    /** Presses the next keys when what they wait for is shown. */
    const look = () => {
      const [next] = keys;
      if (next === undefined || onKeys === null || !printed.out.includes(next[0])) return;
      keys.shift();
      onKeys(next[1]);
      look();
    };
    const console: Console = {
      size: () => ({ columns: 90, rows: 20 }),
      listen(hear) {
        ({ onKeys } = hear);
        // What is waited for may have been shown before.
        queueMicrotask(look);
        return () => {
          onKeys = null;
        };
      },
    };
    const { program = 'switchyard' } = options;
    const around: Surroundings = {
      directory: folder.path,
      config,
      program,
      out: {
        write(text) {
          printed.out += text;
          look();
          options.onPrinted?.(printed);
        },
        isTTY: options.tty ?? false,
      },
      err: {
        write(text) {
          printed.err += text;
          options.onPrinted?.(printed);
        },
        isTTY: options.tty ?? false,
      },
      readInput: async () => options.input ?? '',
      console: options.keys === undefined ? null : console,
      attach: connect,
      reach: async () => {
        const connection = await connect();
        if (connection === null) throw new Error('there is no runtime');
        const { client } = connection;
        return { ...connection, client: options.through?.(client) ?? client };
      },
      look: () =>
        lookAt(
          { config, desktop: null },
          async () => {
            throw new Error('there is no runtime');
          },
          (line) => void (words.includes('--json') || around.err.write(`${here(line, program)}\n`)),
        ),
      askHuman: null,
      desktop: null,
      signal: options.signal ?? new AbortController().signal,
    };
    const code = await run(words, around);
    const json = words.includes('--json') && options.signal === undefined ? JSON.parse(printed.out) : undefined;
    return { code, ...printed, json };
  }
  return {
    folder: folder.path,
    repository,
    environment,
    config,
    git,
    type,
    start,
    async stop() {
      await runtime?.close();
    },
    async close() {
      await runtime?.close();
      folder.remove();
    },
  };
}
