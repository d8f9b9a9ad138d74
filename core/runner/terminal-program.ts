import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { taskMarker } from '../agents/environment';
import { CodedError } from '../contract/errors';
import type { OpenedKind } from '../contract/terminal';
import type { WorktreePlace } from '../git/checkout';
import { guardVariables } from '../git/guard';
import { checkoutAt } from '../git/links';
import { taskWork } from '../store/task-work';
import { worktreeOf } from '../store/worktrees';
import type { DepsWithoutTerminals } from './deps';
import { repositoryPlace } from './place';
import { portsFor, portVariables } from './ports';
import { trustedWithoutAsking } from './trust';

/** The person's own surroundings, for a shell of theirs. */
export interface Person {
  readonly shell: string | null;
  /** The environment this program was started with. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a terminal is to run, and where. */
export interface TerminalProgram {
  /** In words the person knows: the command line, or the shell. */
  readonly shown: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * What to start for a terminal of a task. Throws WRONG_STATE when the task has no worktree or its repository no run
 * command, NOT_TRUSTED when that command may not run, CONFLICT when the worktree is not whole.
 */
export async function terminalProgram(
  deps: DepsWithoutTerminals & { readonly person: Person },
  task: number,
  kind: OpenedKind,
): Promise<TerminalProgram> {
  const { repository, worktree } = taskWork(deps.db, task);
  const row = worktreeOf(deps.db, task);
  if (worktree === null || row?.state !== 'ready') {
    throw new CodedError('WRONG_STATE', `Task ${task} has no worktree now, so no program can run in it.`);
  }
  const place = await repositoryPlace(deps.git, repository);
  if (kind === 'run') mayRun(repository, place.trusted);
  const checkout = await checkoutAt(place.checkout.commonDir, row.path);
  if (checkout === null) {
    throw new CodedError('CONFLICT', `${row.path} is no whole worktree any more. Nothing was started in it.`);
  }
  const untrusted: WorktreePlace = { git: deps.git, checkout, trusted: false };
  const guards = (await trustedWithoutAsking(untrusted, place)) ? {} : await guardVariables(untrusted);
  const { port } = await portsFor(deps, task, kind === 'run');
  const ours = { ...guards, ...portVariables(port), ...terminalVariables };
  const directory = checkout.workTree;
  if (kind === 'shell') {
    const shell = deps.person.shell ?? (process.platform === 'win32' ? 'cmd.exe' : '/bin/sh');
    const environment = { ...shellEnvironment(deps.person.environment), ...ours };
    return { shown: shell, command: shell, args: loginArguments(shell), directory, environment };
  }
  const line = repository.runCommand ?? '';
  // The command line is the person's own setting; what it runs may be the agent's, which is why it sees no secrets.
  const environment = { ...(await deps.agentEnvironment()), ...ours };
  const windows = process.platform === 'win32';
  const args = windows ? ['/d', '/s', '/c', line] : ['-c', line];
  return { shown: line, command: windows ? 'cmd.exe' : '/bin/sh', args, directory, environment };
}

/** What marks everything a terminal's program starts. It is no task's own marker: a check that ends must not end a shell. */
export function terminalMarker(owner: string, task: number, terminal: number): Readonly<Record<string, string>> {
  return taskMarker(`${owner}:${task}/terminal-${terminal}`);
}

/**
 * Whether a shell is dash, the one shell that cannot give its terminal back to a group it does not see, as it does to exit
 * and to `exec`.
 */
export async function isDash(shell: string): Promise<boolean> {
  return basename(await realpath(shell).catch(() => shell)) === 'dash';
}

/** What tells a program which terminal it is on. */
export const terminalVariables = { TERM: 'xterm-256color', COLORTERM: 'truecolor', TERM_PROGRAM: 'Switchyard' };

function mayRun(repository: { readonly name: string; readonly runCommand: string | null }, trusted: boolean): void {
  if (repository.runCommand === null) {
    throw new CodedError(
      'WRONG_STATE',
      `${repository.name} has no run command. Set one first, for example npm run dev.`,
    );
  }
  if (trusted) return;
  throw new CodedError(
    'NOT_TRUSTED',
    `The run command of ${repository.name} was not started, because ${repository.name} is not trusted to run its programs. Trust it first.`,
  );
}

/** A shell reads what the person set up for logging in only when it is told so; one we do not know is left as it is. */
function loginArguments(shell: string): readonly string[] {
  return ['bash', 'zsh', 'fish', 'sh', 'dash', 'ksh'].includes(basename(shell)) ? ['-l'] : [];
}

/** What this program, npm or another terminal put into the environment for themselves, which a new terminal has not. */
const notTheirs =
  /^(ELECTRON_.*|NODE_OPTIONS|npm_.*|INIT_CWD|SWITCHYARD_.*|CHROME_DESKTOP|APPDIR|APPIMAGE|ARGV0|TMUX|TMUX_PANE|STY|WINDOW|WINDOWID|TERMCAP|COLUMNS|LINES|GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|PREFIX))$/;

/** The environment a terminal of the person's own would have: all of theirs, and nothing of ours. */
export function shellEnvironment(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const theirs = Object.fromEntries(Object.entries(environment).filter(([name]) => !notTheirs.test(name)));
  if (environment.npm_lifecycle_event === undefined) return theirs;
  // npm says these for its scripts, and names an editor where the person has none; its own folders come first on PATH.
  const { NODE: _node, COLOR: _color, EDITOR: editor, PATH: path, ...rest } = theirs;
  const own = path?.split(':').filter((entry) => !/\/node_modules\/\.bin$|\/node-gyp-bin$/.test(entry));
  return {
    ...rest,
    ...(editor !== undefined && editor !== 'vi' && { EDITOR: editor }),
    ...(own !== undefined && { PATH: own.join(':') }),
  };
}
