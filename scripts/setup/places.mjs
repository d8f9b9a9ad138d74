import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout these scripts belong to. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Where downloads are kept between checkouts: big things that are fetched or compiled once per machine.
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheFolder(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'switchyard');
}

/** The lock that lets one start at a time install, build or fetch for this checkout. */
export const setupLock = join(root, '.cache', 'setup.lock');
