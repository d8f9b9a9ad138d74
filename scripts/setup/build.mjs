import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { runtimeNode } from './node.mjs';
import { root, setupLock } from './places.mjs';
import { step } from './progress.mjs';
import { lastLines, run } from './run.mjs';

/** Everything the build reads, from the checkout's root. */
const sources = [
  'core',
  'cli',
  'electron',
  'preload',
  'renderer',
  'resources',
  'electron.vite.config.ts',
  'tsconfig.base.json',
  'package.json',
  'package-lock.json',
];

/** Builds the app and the command line into out/ unless out/ is already made from these sources. */
export async function ensureBuilt() {
  if (isBuilt(root)) return;
  await withLock(setupLock, async () => {
    if (isBuilt(root)) return;
    await step('Building', () => build(root));
  });
}

/** Builds whether it is needed or not. */
export async function buildAgain() {
  await withLock(setupLock, () => step('Building', () => build(root)));
}

/**
 * Whether out/ was made from the sources as they are now.
 * @param {string} folder the checkout
 */
export function isBuilt(folder) {
  const stamp = stampFile(folder);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(folder);
}

/**
 * Records that out/ is made from the sources with this fingerprint.
 * @param {string} folder
 * @param {string} print taken before the build began, so that an edit during it makes the build stale
 */
export function markBuilt(folder, print) {
  mkdirSync(join(folder, 'out'), { recursive: true });
  writeFileSync(stampFile(folder), print);
}

/**
 * One value that changes when a source is added, removed or written to. Sizes and times are enough and take milliseconds.
 * @param {string} folder
 */
export function fingerprint(folder) {
  const hash = createHash('sha256');
  for (const source of sources) addTo(hash, folder, source);
  return hash.digest('hex');
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} folder
 * @param {string} path
 */
function addTo(hash, folder, path) {
  const found = statSync(join(folder, path), { throwIfNoEntry: false });
  if (!found) return;
  if (found.isDirectory()) {
    for (const name of readdirSync(join(folder, path)).sort()) addTo(hash, folder, `${path}/${name}`);
  } else {
    hash.update(`${path}\0${found.size}\0${found.mtimeMs}\0`);
  }
}

/** @param {string} folder */
function stampFile(folder) {
  return join(folder, 'out', '.made-from');
}

/** @param {string} folder */
async function build(folder) {
  rmSync(stampFile(folder), { force: true });
  const print = fingerprint(folder);
  const builder = join(folder, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const { code, output } = await run(runtimeNode(), [builder, 'build', '--logLevel', 'warn'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  if (code !== 0) {
    const because = lastLines(output.replaceAll(/^ +at .*\n?/gm, ''), 30);
    throw new SetupFailure({ tried: 'electron-vite build', because, type: 'npm run build' });
  }
  markBuilt(folder, print);
}
