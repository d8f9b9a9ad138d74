import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { hasRuntimeNode, npmCommand } from './node.mjs';
import { root, setupLock } from './places.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';

/** @typedef {{ packages: Record<string, { version?: string, integrity?: string, optional?: boolean }> }} LockFile */

/** Installs what the lock file lists unless it is all there already. */
export async function ensureInstalled() {
  if (isInstalled(root)) return;
  await withLock(setupLock, async () => {
    if (isInstalled(root)) return;
    await step('Installing what the lock file lists', install);
  });
}

/**
 * Whether node_modules holds what the lock file lists, by npm's own record of what it installed.
 * @param {string} folder the checkout
 */
export function isInstalled(folder) {
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record) || !hasRuntimeNode()) return false;
  return missingPackages(readLock(join(folder, 'package-lock.json')), readLock(record)).length === 0;
}

/**
 * The packages of the lock file that are absent or of another version. An optional one may be absent: it is for another platform.
 * @param {LockFile} wanted
 * @param {LockFile} installed
 * @returns {string[]}
 */
export function missingPackages(wanted, installed) {
  return Object.entries(wanted.packages)
    .filter(([path, entry]) => {
      if (path === '') return false;
      const found = installed.packages[path];
      if (!found) return !entry.optional;
      return found.version !== entry.version || found.integrity !== entry.integrity;
    })
    .map(([path]) => path);
}

/**
 * @param {string} path
 * @returns {LockFile}
 */
function readLock(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

async function install() {
  const [npm, ...first] = npmCommand();
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const { code, output } = await run(npm, args, { cwd: root });
  if (code === 0 && hasRuntimeNode()) return;
  throw new SetupFailure({
    tried: 'npm ci',
    because: code === 0 ? 'it ended well but brought no Node: install scripts are switched off' : reasonOf(output),
    type: code === 0 ? 'npm ci --ignore-scripts=false' : 'npm ci   (shows the whole of it)',
  });
}

/**
 * What npm says about a failure: the reason comes first, then its manual.
 * @param {string} output
 */
function reasonOf(output) {
  const lines = output.split('\n').filter((line) => line.startsWith('npm error') && line.trim() !== 'npm error');
  return lines.slice(0, 10).join('\n') || output;
}
