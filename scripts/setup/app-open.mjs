import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether the app is open on a data folder, as its owner or beside a runtime in the background.
 * @param {string} data the data folder
 */
export function isAppOpen(data) {
  return [owningApp(data), lockingApp(data)].some((pid) => pid !== null && isAlive(pid));
}

/**
 * The app that owns the data folder, as it says itself.
 * @param {string} data
 * @returns {number | null}
 */
function owningApp(data) {
  try {
    const { owner, pid } = JSON.parse(readFileSync(join(data, 'run', 'owner.json'), 'utf8'));
    return owner === 'app' && Number.isInteger(pid) ? pid : null;
  } catch {
    return null;
  }
}

/**
 * The app that has the window's folder. Where Chromium locks it by a link, the link names machine and process.
 * @param {string} data
 * @returns {number | null}
 */
function lockingApp(data) {
  try {
    return Number(/-(\d+)$/.exec(readlinkSync(join(data, 'window', 'SingletonLock')))?.[1]) || null;
  } catch {
    return null;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process that may not be asked is there all the same.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
