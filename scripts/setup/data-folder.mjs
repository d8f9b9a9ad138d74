import { existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { SetupFailure } from './failure.mjs';

/**
 * Where the app keeps its data: the same rule as core/config.ts, which a test compares. The scripts cannot load the core.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} directory against which a relative SWITCHYARD_HOME is meant
 */
export function dataFolder(env, directory) {
  if (env.SWITCHYARD_HOME) return resolve(directory, env.SWITCHYARD_HOME);
  const home = env.HOME || homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'switchyard');
  if (process.platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'switchyard');
  const xdg = env.XDG_DATA_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'switchyard');
}

/**
 * Makes the data folder and tries to write to it, so that who starts the app from a terminal reads there what is wrong
 * instead of finding a window that cannot work. Throws a SetupFailure.
 * @param {string} folder
 */
export function ensureWritable(folder) {
  try {
    make(folder);
    rmdirSync(mkdtempSync(join(folder, 'probe-')));
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? '';
    const because = inWords[code] ?? (error instanceof Error ? error.message : String(error));
    throw new SetupFailure({
      tried: `to write to the data folder ${folder}`,
      because,
      type: 'SWITCHYARD_HOME=/folder/you/may/write npm start',
      cause: error,
    });
  }
}

/** @type {Record<string, string>} */
const inWords = {
  ENOENT: 'nothing can be made there',
  ENOTDIR: 'a file stands where a folder would have to be',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'that disk can only be read',
  ENOSPC: 'the disk is full',
};

/**
 * One level at a time: Node's recursive way does not end where nothing can be made, below /proc for instance.
 * @param {string} folder
 */
function make(folder) {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) make(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Two starts may make it at once.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
}
