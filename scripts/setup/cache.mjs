import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { withLock } from './lock.mjs';

/**
 * A folder of the cache, made once. It is built beside its place and moved there when complete, so that nobody ever
 * sees half of it; a build that died is cleared away by the next one.
 * @param {string} folder where it belongs
 * @param {(building: string) => Promise<void>} build fills the empty folder it is given
 * @returns {Promise<string>} the folder
 */
export async function cached(folder, build) {
  if (isCached(folder)) return folder;
  return withLock(`${folder}.lock`, async () => {
    if (isCached(folder)) return folder;
    clearPartial(folder);
    const building = `${folder}.partial-${process.pid}`;
    mkdirSync(building, { recursive: true });
    try {
      await build(building);
      writeFileSync(join(building, 'ready'), '');
      rmSync(folder, { recursive: true, force: true });
      renameSync(building, folder);
    } finally {
      rmSync(building, { recursive: true, force: true });
    }
    return folder;
  });
}

/**
 * Whether the folder is there and complete.
 * @param {string} folder
 */
export function isCached(folder) {
  return existsSync(join(folder, 'ready'));
}

/** @param {string} folder */
function clearPartial(folder) {
  const prefix = `${basename(folder)}.partial-`;
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}
