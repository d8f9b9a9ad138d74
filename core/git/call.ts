import { devNull, tmpdir } from 'node:os';
import { delimiter, isAbsolute } from 'node:path';
import { CodedError } from '../contract/errors';
import type { Executed } from '../starter/process';
import type { Owner, Place } from './checkout';
import { type Discovery, directoryOf } from './directory';
import { gitError } from './git-error';
import type { Override } from './overrides';
import type { Protocol } from './remote-url';

/** What is said of one command. */
export interface RunOptions {
  /** Exit statuses that are answers, beside 0. Any other throws. */
  readonly successExitCodes?: readonly number[];
  readonly input?: string | Buffer;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; ten minutes unless given. */
  readonly timeoutMs?: number;
  /** The most it may print; 64 MiB unless given. More throws, unless `truncate` is set. */
  readonly maxBytes?: number;
  /** Give back the beginning of what is too long instead of throwing. */
  readonly truncate?: boolean;
  /** Another index than the checkout's own. */
  readonly indexFile?: string;
  /** More variables for the command: identities and dates of a commit. */
  readonly variables?: Readonly<Record<string, string>>;
  /** What counts as configured for this command alone. It is in no argument, which other users of the machine may read. */
  readonly configured?: readonly Override[];
  /** Read what the system configures even for an untrusted repository. Only for reading configuration. */
  readonly systemConfiguration?: boolean;
  /** Run no hook, filter or driver even of a trusted repository. What else is configured counts as it does for one. */
  readonly silent?: boolean;
  /** Told what git says on its standard error, as it comes. */
  readonly onStderr?: ((text: string) => void) | undefined;
  /** The one protocol by which it may reach another repository, for a person's own act. */
  readonly protocol?: Protocol | undefined;
}

/** A command with all that is laid over what is configured. */
type Overridden = RunOptions & { readonly overrides: readonly Override[] };

/** Runs git with the overrides given and none else. Throws as `runGit` does. */
export async function callGit(
  where: Place | Discovery,
  args: readonly string[],
  options: Overridden,
): Promise<Executed> {
  const result = await startGit(where, args, options);
  if (result.truncated && !options.truncate) {
    throw new CodedError(
      'GIT_FAILED',
      `git ${args[0]} in ${directoryOf(where)} printed more than ${options.maxBytes ?? 64 * 1024 * 1024} bytes and was ended. Look at this part of the repository with git itself.`,
      { facts: { args: [...args], directory: directoryOf(where) } },
    );
  }
  if (!result.truncated && result.exitCode !== 0 && !options.successExitCodes?.includes(result.exitCode)) {
    throw gitError({ where, args, exitCode: result.exitCode, stderr: result.stderr });
  }
  return result;
}

/** As `callGit`, and however git ended is an answer, also where that was for printing too much. */
export function startGit(where: Place | Discovery, args: readonly string[], options: Overridden): Promise<Executed> {
  const runsPrograms = 'checkout' in where && where.trusted && !options.silent;
  return where.git.execute({
    name: `git ${args.find((arg) => !arg.startsWith('-')) ?? ''}`,
    program: where.git.program,
    args: ['--no-pager', '--no-optional-locks', '--literal-pathspecs', ...args],
    directory: directoryOf(where),
    environment: environmentOf(where, options),
    input: options.input,
    signal: options.signal,
    timeoutMs: options.timeoutMs,
    maxBytes: options.maxBytes,
    onStderr: options.onStderr,
    // What talks with another machine may take as long as that does.
    onProcess: runsPrograms || options.protocol !== undefined ? ownerOf(where)?.onProcess : undefined,
  });
}

function ownerOf(where: Place | Discovery): Owner | undefined {
  return 'checkout' in where ? where.owner : undefined;
}

/** What git itself needs of the environment. Programs find their home and their language by it. */
const plain = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TZ', 'XDG_CONFIG_HOME', 'SystemRoot', 'USERPROFILE'];

/** What a trusted repository's hooks, filters and signing programs also need to act as in the owner's terminal. */
const forTrusted = ['SHELL', 'SSH_AUTH_SOCK', 'GNUPGHOME', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY', 'APPDATA'];

function environmentOf(where: Place | Discovery, options: Overridden): Record<string, string> {
  const trusted = 'checkout' in where && where.trusted;
  const environment: Record<string, string> = { TMPDIR: tmpdir() };
  for (const name of trusted ? [...plain, ...forTrusted] : plain) {
    const value = where.git.environment[name];
    if (value !== undefined) environment[name] = name === 'PATH' ? absolute(value) : value;
  }
  Object.assign(environment, {
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    // No translations: some answers of git are told apart by their words.
    LANGUAGE: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_EDITOR: 'true',
    GIT_SEQUENCE_EDITOR: 'true',
    GIT_PAGER: 'cat',
    // Nothing here is fetched on the way: an untrusted repository's remotes may name programs.
    GIT_ALLOW_PROTOCOL: options.protocol ?? (trusted ? 'https:ssh' : 'none'),
    // What is shown and what lands must be the same: whoever writes to the repository may have other objects, or other
    // parents, taken for a commit's own here, which it has nowhere else.
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: devNull,
    GIT_NO_LAZY_FETCH: trusted ? '0' : '1',
    ...('checkout' in where ? where.owner?.variables : {}),
    ...options.variables,
  });
  if (!trusted && !options.systemConfiguration) environment.GIT_CONFIG_NOSYSTEM = '1';
  if (options.indexFile !== undefined) environment.GIT_INDEX_FILE = options.indexFile;
  if ('checkout' in where) {
    environment.GIT_DIR = where.checkout.gitDir;
    environment.GIT_COMMON_DIR = where.checkout.commonDir;
    environment.GIT_WORK_TREE = where.checkout.workTree;
  }
  environment.GIT_CONFIG_COUNT = String(options.overrides.length);
  options.overrides.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return environment;
}

/** A search path without its relative folders: they would find programs in the very files git is working on. */
function absolute(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .join(delimiter);
}
