import { existsSync } from 'node:fs';
import { type Child, type Ending, endGroup, startChild, within } from './agents/child';
import { buildEnvironment, taskMarker } from './agents/environment';
import { readLines } from './agents/lines';
import type { Namespace } from './agents/namespace';
import { plainText } from './agents/plain';
import { CodedError } from './contract/errors';
import type { PlacedService } from './service-manifest';

/** A command line of a service, at work. */
export interface ServiceProgram {
  readonly ended: Promise<Ending>;
  /** The last lines it printed, once it has ended. */
  lastWords(): Promise<string>;
  /** Ends it with everything it started; resolves when nothing of it is left. */
  end(): Promise<void>;
}

/** What every service is started with. */
export interface ServiceSurroundings {
  /** The environment this program was started with: a service sees of it what an agent would, and what its manifest names. */
  readonly environment: Readonly<Record<string, string>>;
  /** What marks what is started, with the name of the service. */
  readonly owner: string;
  /** The namespace a service runs in, so that it ends with this process however this ends; null for none. */
  readonly namespace: () => Promise<Namespace | null>;
  /** Has each that was started kept in the ledger. */
  readonly started: (process: { readonly pid: number; readonly command: string }) => void;
  /** Hears what a service prints and what becomes of it, a line at a time. */
  readonly say: (line: string) => void;
}

const longestLine = 64 * 1024;
const lastLines = 5;
const patienceMs = 1_000;
/** A database may write for a while before it can end. */
const graceMs = 10_000;

/** Starts a command line of a service. With `stays`, what it starts may outlive it. Throws NOT_FOUND without its folder, and as `startChild` does. */
export async function startServiceProgram(
  { name, directory, environment, pass }: PlacedService,
  line: string,
  { owner, say, started, ...around }: ServiceSurroundings,
  stays = false,
): Promise<ServiceProgram> {
  // What starts a program would say that the program is missing.
  if (!existsSync(directory)) {
    const todo = 'Make it, or name another one as its directory in the manifest.';
    throw new CodedError('NOT_FOUND', `There is no folder ${directory}, in which service ${name} is to run. ${todo}`);
  }
  const windows = process.platform === 'win32';
  const marker = stays ? {} : taskMarker(`${owner}:service/${name}`);
  const built = buildEnvironment({
    login: {},
    process: around.environment,
    pass,
    extra: { ...environment, ...marker },
  });
  const child = await startChild({
    command: windows ? (around.environment.COMSPEC ?? 'cmd.exe') : '/bin/sh',
    // What it says of errors stands where it says the rest, in the order in which it says it.
    args: windows ? ['/d', '/s', '/c', `(${line}) 2>&1`] : ['-c', `exec 2>&1\n${line}`],
    directory,
    environment: built.environment,
    namespace: stays ? null : await around.namespace(),
  });
  child.closeInput();
  if (!stays) started({ pid: child.pid, command: line });
  const last: string[] = [];
  const reading = (async () => {
    for await (const printed of readLines(child.stdout, { maximumBytes: longestLine })) {
      const text = plainText(printed).trimEnd();
      say(`${name} | ${text}`);
      if (last.push(text) > lastLines) last.shift();
    }
  })();
  return {
    ended: child.ended,
    async lastWords() {
      // What it printed may be on its way still, or held by what it started.
      await within(reading, patienceMs);
      return last.filter((text) => text !== '').join('\n');
    },
    end: () => endAll(child, stays),
  };
}

async function endAll(child: Child, stays: boolean): Promise<void> {
  if (stays) {
    child.signal('SIGTERM');
    return;
  }
  await endGroup(child, { graceMs });
}

/** How a program ended, as the end of a sentence. */
export function endingWords({ code, signal }: Ending): string {
  return code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
}
