import { isAbsolute } from 'node:path';
import { endGroup, startChild, within } from './child';
import { markerName } from './leftovers';
import { readLines } from './lines';

type Environment = Readonly<Record<string, string>>;

/** What an agent sees unasked: enough to find programs and speak the person's language, and no secret. */
const allowed = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TERM', 'COLORTERM', 'TMPDIR', 'TZ'],
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA'],
  ...['LOCALAPPDATA', 'PROGRAMDATA', 'PROGRAMFILES', 'HOMEDRIVE', 'HOMEPATH'],
]);

/** What would change what the agent's program is or what it believes it may do, so that nobody can pass it. */
const refused = [
  /^IS_SANDBOX$/,
  /^CLAUDECODE$/,
  /^CLAUDE_CODE_ENTRYPOINT$/,
  /^ELECTRON_/,
  /^NODE_OPTIONS$/,
  /^LD_/,
  /^DYLD_/,
];

/** What a child's environment is made of. */
export interface EnvironmentParts {
  /** The environment of the person's login shell; empty when it could not be read. */
  readonly login: Environment;
  /** The environment this program was started with. */
  readonly process: Environment;
  /** Names the person lets agents see beyond the allow-list. */
  readonly pass: readonly string[];
  /** Our own additions, which win: the marker of the task, the git guards. */
  readonly extra?: Environment;
}

/** A child's environment, and the names the person asked for that are never passed. */
export interface BuiltEnvironment {
  readonly environment: Environment;
  readonly refused: readonly string[];
}

/**
 * The whole environment of an agent: the allow-list, what the person names, and our own additions. PATH is this
 * program's, then what the login shell adds; entries that are not absolute are left out, for they would find programs
 * inside the worktree.
 */
export function buildEnvironment(parts: EnvironmentParts): BuiltEnvironment {
  const both = { ...parts.login, ...parts.process };
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(both)) {
    const plain = name.toUpperCase();
    if (allowed.has(plain) || plain.startsWith('LC_')) environment[name] = value;
  }
  for (const name of Object.keys(environment)) {
    if (name.toUpperCase() === 'PATH') delete environment[name];
  }
  environment.PATH = joinPaths(pathOf(parts.process), pathOf(parts.login));
  const refusedNames: string[] = [];
  for (const name of parts.pass) {
    const value = both[name];
    if (refused.some((pattern) => pattern.test(name.toUpperCase()))) refusedNames.push(name);
    else if (value !== undefined && name.toUpperCase() !== 'PATH') environment[name] = value;
  }
  return { environment: { ...environment, ...parts.extra }, refused: refusedNames };
}

/** The entry that marks everything a task's agent starts. The value must be unique to this data folder and task. */
export function taskMarker(value: string): Environment {
  return { [markerName]: value };
}

/** The search path of an environment; Windows spells the name as it likes. */
export function pathOf(environment: Environment): string {
  const name = Object.keys(environment).find((each) => each.toUpperCase() === 'PATH');
  return name === undefined ? '' : (environment[name] ?? '');
}

function joinPaths(...paths: readonly string[]): string {
  const separator = process.platform === 'win32' ? ';' : ':';
  const entries = paths.flatMap((path) => path.split(separator)).filter((entry) => isAbsolute(entry));
  return [...new Set(entries)].join(separator);
}

/** Where a login shell is and who asks it. */
export interface LoginShell {
  /** The shell's absolute path, or null when there is none. */
  readonly shell: string | null;
  readonly home: string;
  /** The environment this program was started with; the shell sees only its allow-listed part. */
  readonly process: Environment;
  /** Default 3 s. */
  readonly timeoutMs?: number;
}

/** What the login shell says its environment is, or why that is not known. */
export interface LoginEnvironment {
  readonly environment: Environment;
  /** Null when it was read. */
  readonly reason: string | null;
}

/**
 * Runs the person's login shell once and reads the environment it sets up, so that programs are found even when this
 * one was started from a dock. Never throws and never waits longer than the time limit.
 */
export async function readLoginEnvironment(login: LoginShell): Promise<LoginEnvironment> {
  const { shell, home } = login;
  if (process.platform === 'win32') return failedLogin('Windows has no login shell');
  if (shell === null || !isAbsolute(shell)) return failedLogin('no login shell is known');
  const mark = `switchyard-${process.pid}-${Date.now().toString(36)}`;
  const { environment } = buildEnvironment({ login: {}, process: login.process, pass: [] });
  try {
    const child = await startChild({
      command: shell,
      args: ['-ilc', `printf '\\n%s\\n' '${mark}'; /usr/bin/env -0; printf '\\n%s\\n' '${mark}'`],
      directory: home,
      environment: { ...environment, HOME: home, SHELL: shell, TERM: 'dumb', [markerName]: mark },
    });
    child.closeInput();
    const text = await within(
      readBetween(readLines(child.stdout, { maximumBytes: 1024 * 1024 }), mark),
      login.timeoutMs ?? 3000,
    );
    await endGroup(child, { graceMs: 100 });
    if (text === null) return failedLogin(`${shell} did not finish starting within ${login.timeoutMs ?? 3000} ms`);
    if (text === '') return failedLogin(`${shell} printed no environment${saying(child.stderr())}`);
    return { environment: parseEnvironment(text), reason: null };
  } catch (error) {
    return failedLogin(error instanceof Error ? error.message : String(error));
  }
}

/** What stands between the two marks; start-up files may print anything around them. */
async function readBetween(lines: AsyncIterable<string>, mark: string): Promise<string> {
  let inside: string[] | null = null;
  for await (const line of lines) {
    if (line === mark) {
      if (inside !== null) return inside.join('\n');
      inside = [];
    } else inside?.push(line);
  }
  return '';
}

function parseEnvironment(text: string): Environment {
  const entries: [string, string][] = [];
  for (const entry of text.split('\0')) {
    const at = entry.indexOf('=');
    const name = entry.slice(0, at);
    if (at > 0 && name !== markerName && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      entries.push([name, entry.slice(at + 1)]);
  }
  return Object.fromEntries(entries);
}

function failedLogin(reason: string): LoginEnvironment {
  return { environment: {}, reason: `The login shell's environment is not known: ${reason}.` };
}

function saying(stderr: string): string {
  return stderr === '' ? '' : ` and said: ${stderr.slice(-500)}`;
}
