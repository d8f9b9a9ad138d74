import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { endGroup, startChild, within } from './child';
import { pathOf } from './environment';
import { readLines } from './lines';
import { plainText } from './plain';

type Environment = Readonly<Record<string, string>>;

/** The absolute path of a program on the environment's PATH, or null. A path is taken as it is when it can be run. */
export async function findProgram(name: string, environment: Environment): Promise<string | null> {
  const windows = process.platform === 'win32';
  const endings = windows ? ['', ...(environment.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';')] : [''];
  const folders = isAbsolute(name) ? [''] : pathOf(environment).split(windows ? ';' : ':');
  for (const folder of folders) {
    // A relative entry would find programs in the worktree, which is whatever the repository put there.
    if (folder !== '' && !isAbsolute(folder)) continue;
    if (folder === '' && !isAbsolute(name)) continue;
    for (const ending of endings) {
      const path = folder === '' ? name + ending : join(folder, name + ending);
      if (await canRun(path)) return path;
    }
  }
  return null;
}

async function canRun(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const versions = new Map<string, string | null>();
const versionMs = 5000;

/**
 * The version a program prints for `--version`, or null when it says none within 5 s. Asked once for each state of
 * the program's file.
 */
export async function programVersion(path: string, environment: Environment): Promise<string | null> {
  const { mtimeMs } = await stat(path);
  const key = `${path}\0${mtimeMs}`;
  const known = versions.get(key);
  if (known !== undefined) return known;
  const version = await askVersion(path, environment);
  // A machine that was too busy once must not make the program look broken for good.
  if (version !== null) versions.set(key, version);
  return version;
}

async function askVersion(path: string, environment: Environment): Promise<string | null> {
  try {
    const child = await startChild({ command: path, args: ['--version'], directory: tmpdir(), environment });
    child.closeInput();
    const version = await within(firstVersion(readLines(child.stdout, { maximumBytes: 64 * 1024 })), versionMs);
    await endGroup(child, { graceMs: 200 });
    return version;
  } catch {
    return null;
  }
}

async function firstVersion(lines: AsyncIterable<string>): Promise<string | null> {
  for await (const line of lines) {
    const found = /\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.-]+)?/.exec(plainText(line));
    if (found !== null) return found[0];
  }
  return null;
}
