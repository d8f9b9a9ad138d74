import { PassThrough } from 'node:stream';
import { endGroup, startChild, within } from './agents/child';
import { buildEnvironment, taskMarker } from './agents/environment';
import { readLines } from './agents/lines';
import { findProgram } from './agents/locate';
import { plainText } from './agents/plain';
import { CodedError } from './contract/errors';
import { mostMessageBytes } from './contract/relay';

/** A program that speaks with the relay by lines on its input and output. */
export interface Bridge {
  /** What it prints, a line at a time, read only as fast as this is. */
  readonly lines: AsyncIterable<string>;
  /** Gives it a line; false when it does not read any more. */
  write(line: string): boolean;
  /** The exit code it ended with, once what it wrote to its error output was told; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends it with everything it started. */
  end(): Promise<void>;
}

/** A longer line of the error output is left out, so that no program fills the memory. */
const longestErrorBytes = 64 * 1024;
/** How long the error output is waited for once the program has ended: something it started may hold it open. */
const lastWordsMs = 500;

/**
 * Starts a program as a group of its own, with an environment made of the allow-list of agents, what the person lets them see, and
 * the names of its session and role. Throws AGENT_MISSING when there is no such program, and AGENT_FAILED when it cannot be started.
 */
export async function startBridge(options: {
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** The environment this program was started with, and what of it is passed beyond the allow-list. */
  readonly environment: Readonly<Record<string, string>>;
  readonly pass: readonly string[];
  readonly session: string;
  readonly role: string;
  /** Told each line of its error output as it comes, as plain text. */
  readonly onError: (line: string) => void;
}): Promise<Bridge> {
  const { command, args, directory, session, role, onError } = options;
  const { environment } = buildEnvironment({
    login: {},
    process: options.environment,
    pass: options.pass,
    extra: {
      ...taskMarker(`bridge-${process.pid}-${Date.now().toString(36)}`),
      SWITCHYARD_SESSION: session,
      SWITCHYARD_ROLE: role,
    },
  });
  const path = await findProgram(command, environment);
  if (path === null) {
    const todo = 'Install it, or name it by its whole path.';
    throw new CodedError('AGENT_MISSING', `There is no program ${plainText(command)} to start. ${todo}`, {
      facts: { command },
    });
  }
  const errors = new PassThrough();
  const child = await startChild({ command: path, args, directory, environment }, errors);
  const told = (async () => {
    const onDropped = (bytes: number) => onError(`(a line of ${bytes} bytes is left out)`);
    for await (const line of readLines(errors, { maximumBytes: longestErrorBytes, onDropped }))
      onError(plainText(line));
  })();
  return {
    lines: readLines(child.stdout, { maximumBytes: mostMessageBytes }),
    write: (line) => child.write(`${line}\n`),
    ended: child.ended.then(async ({ code }) => {
      await within(told, lastWordsMs);
      return code;
    }),
    async end() {
      await endGroup(child, { polite: child.closeInput });
    },
  };
}
