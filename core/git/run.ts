import { devNull, tmpdir } from 'node:os';
import { delimiter, isAbsolute } from 'node:path';
import { CodedError } from '../contract/errors';
import type { Executed } from '../starter/process';
import type { Owner, Place } from './checkout';
import { allListed, listing, ownListed, readSetting } from './config-list';
import { allSettings, configuredKeys, type Listed, ownSettings, type Setting } from './configured';
import type { Git } from './git';
import { always, neutralise, type Override, silent, untrusted } from './overrides';
import type { Protocol } from './remote-url';

/** A folder in which git is to find the repository by itself. Used before the repository is known, never after. */
export interface Discovery {
  readonly git: Git;
  readonly directory: string;
}

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
  /** Read what the system configures even for an untrusted repository. Only for reading configuration. */
  readonly systemConfiguration?: boolean;
  /** Run no hook, filter or driver even of a trusted repository. What else is configured counts as it does for one. */
  readonly silent?: boolean;
  /** Told what git says on its standard error, as it comes. */
  readonly onStderr?: ((text: string) => void) | undefined;
  /** The one protocol by which it may reach another repository, for a person's own act. */
  readonly protocol?: Protocol | undefined;
}

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
  const silencers = programs ? await named(where, options) : [];
  const result = await call(where, args, { ...options, overrides: [...always, ...overrides, ...silencers] });
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

/** As `runGit`, and gives the text git printed without the line end. */
export async function readGit(
  where: Place | Discovery,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { stdout } = await runGit(where, args, options);
  return stdout.toString('utf8').replace(/\n$/, '');
}

/** The entries of output whose parts each end with NUL. */
export function splitNul(output: Buffer | string): string[] {
  const parts = output.toString('utf8').split('\0');
  if (parts[parts.length - 1] === '') parts.pop();
  return parts;
}

/** The error for a git command that ended badly, with the code its words deserve. */
export function gitError(failed: {
  readonly where: Place | Discovery;
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly stderr: string;
}): CodedError {
  const { args, exitCode, stderr } = failed;
  const directory = directoryOf(failed.where);
  const lines = stderr.trim().split('\n').slice(-20);
  const last = lines.join('\n').slice(-4_000);
  const facts = { args: [...args], exitCode, stderr: last, directory };
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    return new CodedError(
      'DISK_FULL',
      `git ${args[0]} in ${directory} stopped because the disk is full. Free some space, then try again.\n${last}`,
      { facts },
    );
  }
  if (/Read-only file system|Permission denied/.test(stderr)) {
    return new CodedError(
      'NOT_WRITABLE',
      `git ${args[0]} in ${directory} was refused access. Make the folder and what is in it readable and writable for you, then try again.\n${last}`,
      { facts },
    );
  }
  return new CodedError('GIT_FAILED', `git ${args[0]} in ${directory} failed with status ${exitCode}: ${last}`, {
    facts,
  });
}

/** Naming things and reading configuration run nothing, whatever is configured. */
const runNothing: ReadonlySet<string | undefined> = new Set(['config', 'rev-parse']);

/** Silencers for what is configured by name here and now: configuration may change any moment. */
async function named(where: Place | Discovery, options: RunOptions): Promise<Override[]> {
  if (!('checkout' in where)) return neutralise(await listKeys(where, options));
  if (where.trusted || options.systemConfiguration) {
    return neutralise((await listSettings(where, options.signal)).map(([key]) => key));
  }
  const known = await configuredKeys(where, (content) => parse(where, content));
  return neutralise(known ?? (await listKeys(where, options)));
}

/**
 * Everything that is configured for a checkout, or in a folder: by the system, even where nothing is trusted, by the person
 * and by the repository itself. Of what is set twice, the last counts.
 */
export async function listSettings(where: Place | Discovery, signal?: AbortSignal): Promise<readonly Setting[]> {
  const list = () => listAll(where, signal);
  return 'checkout' in where ? allSettings(where, list) : (await list()).settings;
}

async function listAll(where: Place | Discovery, signal: AbortSignal | undefined): Promise<Listed> {
  const { stdout } = await runGit(where, listing, { silent: true, systemConfiguration: true, signal });
  return allListed(splitNul(stdout));
}

async function listKeys(where: Place | Discovery, options: RunOptions): Promise<string[]> {
  const args = ['config', '--list', '-z', '--name-only', '--includes'];
  const result = await call(where, args, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    silent: true,
    overrides: [...always, ...untrusted],
  });
  if (result.exitCode !== 0) throw gitError({ where, args, exitCode: result.exitCode, stderr: result.stderr });
  return splitNul(result.stdout);
}

/**
 * What the repository itself configures, included files and all; not what the person or the system does. The place must
 * not be trusted.
 */
export async function listOwnSettings(place: Place): Promise<readonly Setting[]> {
  const known = await ownSettings(place, (content) => parse(place, content));
  if (known !== null) return known;
  return ownListed(splitNul((await runGit(place, listing)).stdout));
}

/** What git reads out of the bytes of one file of configuration; null when it refuses them. */
async function parse(where: Place | Discovery, content: Buffer): Promise<readonly Setting[] | null> {
  const { stdout, exitCode, truncated } = await call(
    where,
    ['config', '--list', '-z', '--no-includes', '--file', '-'],
    {
      silent: true,
      overrides: [],
      input: content,
    },
  );
  return exitCode === 0 && !truncated ? splitNul(stdout).map(readSetting) : null;
}

function call(
  where: Place | Discovery,
  args: readonly string[],
  options: RunOptions & { readonly overrides: readonly Override[] },
): Promise<Executed> {
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

function directoryOf(where: Place | Discovery): string {
  return 'checkout' in where ? where.checkout.workTree : where.directory;
}

/** What git itself needs of the environment. Programs find their home and their language by it. */
const plain = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TZ', 'XDG_CONFIG_HOME', 'SystemRoot', 'USERPROFILE'];

/** What a trusted repository's hooks, filters and signing programs also need to act as in the owner's terminal. */
const forTrusted = ['SHELL', 'SSH_AUTH_SOCK', 'GNUPGHOME', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY', 'APPDATA'];

function environmentOf(
  where: Place | Discovery,
  options: RunOptions & { readonly overrides: readonly Override[] },
): Record<string, string> {
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
