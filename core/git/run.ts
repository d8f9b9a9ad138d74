import { callGit, type RunOptions } from './call';
import type { Place } from './checkout';
import type { Discovery } from './directory';
import { always, neutralise, silent, untrusted } from './overrides';
import { configuredNow } from './settings';

/** What git printed, and how it ended. */
export interface RunResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exitCode: number;
  readonly truncated: boolean;
}

/**
 * The one way git is run: an argument vector, an environment made from scratch, the repository's parts named one by
 * one, and the overrides of `overrides.ts`. Throws GIT_FAILED with the arguments, the status and the last lines git
 * printed; DISK_FULL and NOT_WRITABLE when those say so; CANCELLED when the signal is aborted.
 */
export async function runGit(
  where: Place | Discovery,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const trusted = 'checkout' in where && where.trusted;
  const overrides = trusted ? (options.silent ? silent : []) : untrusted;
  const programs = (!trusted || options.silent) && !runNothing.has(args[0]);
  // Configuration may change any moment.
  const silencers = programs ? neutralise(await configuredNow(where, options)) : [];
  return callGit(where, args, {
    ...options,
    overrides: [...always, ...overrides, ...silencers, ...(options.configured ?? [])],
  });
}

/** As `runGit`, and gives the text git printed without the line end. */
export async function readGit(
  where: Place | Discovery,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { stdout } = await runGit(where, args, options);
  return stdout.toString('utf8').replace(/\n$/, '');
}

/** Naming things and reading configuration run nothing, whatever is configured. */
const runNothing: ReadonlySet<string | undefined> = new Set(['config', 'rev-parse']);
