import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isCached } from './cache.mjs';
import { compatElectron, compatFolder, compatRunsHere, compatVersion } from './electron-compat.mjs';
import { downloadElectron, rememberedRefusal } from './electron-download.mjs';
import { SetupFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { cacheFolder, root, setupLock } from './places.mjs';
import { say } from './progress.mjs';
import { bindingForOldElectron, compatBinding, sqliteFolder } from './sqlite.mjs';

/**
 * An Electron that can be started.
 * @typedef {{ executable: string, dist: string, version: string, origin: 'caller' | 'official' | 'compat', sqliteBinding?: string }} Electron
 */

/** The first Electron with Node-API 10, which SQLite's own binding needs. */
const firstWithNodeApi10 = 35;

/**
 * Finds an Electron, in this order: the one the caller names, the official one in node_modules, the official one from
 * its download site, and on Linux the older one from the registry.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Electron>}
 */
export async function findElectron(env = process.env) {
  const chosen = chosenElectron(env);
  if (!chosen && env.ELECTRON_OVERRIDE_DIST_PATH) throw notThere(env.ELECTRON_OVERRIDE_DIST_PATH);
  const ready = chosen ?? officialElectron(root);
  if (ready) return withBinding(ready, env);
  const settled = rememberedRefusal({ root, cache: cacheFolder(env) });
  const older = cachedCompat(cacheFolder(env));
  // Said when it was tried; saying it at each start would only worry.
  if (settled && older) return older;
  return withLock(setupLock, async () => {
    const meanwhile = officialElectron(root);
    if (meanwhile) return meanwhile;
    const refusal = await downloadElectron({ root, cache: cacheFolder(env), mayRemember: compatRunsHere() });
    const official = officialElectron(root);
    if (official) return official;
    if (!compatRunsHere()) throw nothingToStart(refusal);
    sayOutOfReach(refusal);
    return compatElectron(cacheFolder(env));
  });
}

/**
 * The Electron that would be started, if it is on this machine already: nothing is fetched, nothing is said.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Electron | undefined}
 */
export function knownElectron(env = process.env) {
  return chosenElectron(env) ?? officialElectron(root) ?? cachedCompat(cacheFolder(env));
}

/**
 * What the app, playwright and electron-vite read to start this Electron and no other.
 * @param {Electron} electron
 * @returns {Record<string, string>}
 */
export function electronEnvironment(electron) {
  return {
    ELECTRON_EXEC_PATH: electron.executable,
    ELECTRON_OVERRIDE_DIST_PATH: electron.dist,
    ELECTRON_MAJOR_VER: majorOf(electron.version),
    ...(electron.sqliteBinding ? { SWITCHYARD_SQLITE_BINDING: electron.sqliteBinding } : {}),
  };
}

/**
 * Chromium refuses to run as root inside its own sandbox; everybody else keeps it.
 * @param {{ platform: string, uid: number | undefined }} [who]
 * @returns {string[]}
 */
export function sandboxFlags({ platform, uid } = { platform: process.platform, uid: process.getuid?.() }) {
  return platform === 'linux' && uid === 0 ? ['--no-sandbox'] : [];
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Electron | undefined}
 */
function chosenElectron(env) {
  if (!env.ELECTRON_OVERRIDE_DIST_PATH) return undefined;
  const dist = resolve(env.ELECTRON_OVERRIDE_DIST_PATH);
  const executable = join(dist, executableName());
  if (!existsSync(executable)) return undefined;
  return { executable, dist, version: versionIn(dist), origin: 'caller', sqliteBinding: env.SWITCHYARD_SQLITE_BINDING };
}

/**
 * The official binary, if electron's own installer has put it where it belongs.
 * @param {string} folder the checkout
 * @returns {Electron | undefined}
 */
export function officialElectron(folder) {
  const home = join(folder, 'node_modules', 'electron');
  const pathFile = join(home, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const dist = join(home, 'dist');
  const executable = join(dist, readFileSync(pathFile, 'utf8').trim());
  const version = versionIn(dist);
  if (version !== wantedVersion(folder) || !existsSync(executable)) return undefined;
  return { executable, dist, version, origin: 'official' };
}

/**
 * @param {string} cache
 * @returns {Electron | undefined}
 */
function cachedCompat(cache) {
  const binding = sqliteFolder(cache);
  if (!compatRunsHere() || !isCached(compatFolder(cache)) || !isCached(binding)) return undefined;
  const dist = join(compatFolder(cache), 'dist');
  const executable = join(dist, 'electron');
  return { executable, dist, version: compatVersion, origin: 'compat', sqliteBinding: compatBinding(binding) };
}

/**
 * An old Electron the caller names needs the same SQLite binding as ours.
 * @param {Electron} electron
 * @param {NodeJS.ProcessEnv} env
 */
async function withBinding(electron, env) {
  if (electron.sqliteBinding || Number(majorOf(electron.version)) >= firstWithNodeApi10) return electron;
  return { ...electron, sqliteBinding: await bindingForOldElectron(cacheFolder(env)) };
}

/** @param {string} folder */
function notThere(folder) {
  return new SetupFailure({
    tried: 'to start the Electron named by ELECTRON_OVERRIDE_DIST_PATH',
    because: `${join(folder, executableName())} is not there`,
    type: 'unset ELECTRON_OVERRIDE_DIST_PATH   (to let Switchyard find one)',
  });
}

/** @param {string} refusal */
function sayOutOfReach(refusal) {
  const official = `Electron ${wantedVersion(root)} is out of reach (${refusal})`;
  say(`· ${official}; using the older ${compatVersion} from the registry, on this machine only`);
}

/** @param {string} refusal */
function nothingToStart(refusal) {
  return new SetupFailure({
    tried: `to download Electron ${wantedVersion(root)}`,
    because: refusal,
    type: [
      'npx install-electron   (shows the whole of it; needs the network)',
      'ELECTRON_OVERRIDE_DIST_PATH=/folder/of/electron npm start   (to use one you have)',
      'npm run -s switchyard -- demo   (the same work in the terminal, without a window)',
    ],
  });
}

/** @param {string} folder */
function wantedVersion(folder) {
  return JSON.parse(readFileSync(join(folder, 'node_modules', 'electron', 'package.json'), 'utf8')).version;
}

/** @param {string} dist */
function versionIn(dist) {
  const file = join(dist, 'version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : '0';
}

/** @param {string} version */
function majorOf(version) {
  return version.split('.')[0] ?? version;
}

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}
