import { homedir, platform, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Where the parts of the data folder live. */
export interface Folders {
  readonly data: string;
  readonly database: string;
  readonly transcripts: string;
  /** What programs on terminals printed, a folder each. */
  readonly terminals: string;
  readonly worktrees: string;
  readonly run: string;
  readonly logs: string;
  /** What the built-in echo agent remembers between turns. */
  readonly echo: string;
}

/** Everything the runtime takes from its surroundings, read once. */
export interface Config {
  readonly folders: Folders;
  /** A SQLite binding to load instead of the packaged one; set only on the older desktop runtime. */
  readonly nativeBinding: string | null;
  /** The environment the program was started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables agents may see beyond the allow-list, named in SWITCHYARD_PASS_ENV. */
  readonly passEnvironment: readonly string[];
  readonly home: string;
  readonly shell: string | null;
}

/** The data folder: SWITCHYARD_HOME, else the platform's application-data folder. */
export function dataFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment.SWITCHYARD_HOME;
  if (named) return isAbsolute(named) ? named : resolve(named);
  const home = environment.HOME || homedir();
  if (platform() === 'darwin') return join(home, 'Library', 'Application Support', 'switchyard');
  if (platform() === 'win32') return join(environment.APPDATA || join(home, 'AppData', 'Roaming'), 'switchyard');
  const xdg = environment.XDG_DATA_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'switchyard');
}

/** The named parts of a data folder. */
export function foldersOf(data: string): Folders {
  return {
    data,
    database: join(data, 'switchyard.db'),
    transcripts: join(data, 'transcripts'),
    terminals: join(data, 'terminals'),
    worktrees: join(data, 'worktrees'),
    run: join(data, 'run'),
    logs: join(data, 'logs'),
    echo: join(data, 'echo'),
  };
}

/** Reads the environment once. Everyone else is handed values. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return {
    folders: foldersOf(dataFolder(environment)),
    nativeBinding: present.SWITCHYARD_SQLITE_BINDING || null,
    environment: present,
    passEnvironment: (present.SWITCHYARD_PASS_ENV ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    home: present.HOME || homedir(),
    shell: present.SHELL || loginShell(),
  };
}

/** The NATS server that carries the relay: named in SWITCHYARD_NATS_URL, else by the setting; null for none. */
export function natsServer(
  environment: Readonly<Record<string, string | undefined>>,
  setting: string,
): { readonly url: string; readonly credentials: string | null } | null {
  const url = environment.SWITCHYARD_NATS_URL || setting;
  return url === '' ? null : { url, credentials: environment.SWITCHYARD_NATS_CREDS || null };
}

/** The shell of the password file; a program started from a dock may have no SHELL. */
function loginShell(): string | null {
  try {
    return userInfo().shell;
  } catch {
    return null;
  }
}
