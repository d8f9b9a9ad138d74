import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { cacheFolder } from './places.mjs';
import { step } from './progress.mjs';
import { lastLines, run } from './run.mjs';

/** @typedef {'git' | 'namespace' | 'nats' | 'shells' | 'compiler' | 'display' | 'fonts' | 'window' | 'browser'} Need */

/**
 * What each need is on Debian and Ubuntu, and on Fedora.
 * @type {Record<Need, { apt: string[], dnf: string[] }>}
 */
const packages = {
  git: { apt: ['git'], dnf: ['git'] },
  namespace: { apt: ['bubblewrap'], dnf: ['bubblewrap'] },
  nats: { apt: ['nats-server'], dnf: ['nats-server'] },
  shells: { apt: ['zsh', 'fish'], dnf: ['zsh', 'fish'] },
  compiler: { apt: ['gcc', 'g++'], dnf: ['gcc', 'gcc-c++'] },
  display: { apt: ['xvfb'], dnf: ['xorg-x11-server-Xvfb'] },
  fonts: { apt: ['fonts-dejavu', 'fonts-noto-core'], dnf: ['dejavu-sans-fonts', 'google-noto-sans-fonts'] },
  window: {
    apt: ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libxtst6', 'libatk-bridge2.0-0', 'libdrm2'],
    dnf: ['gtk3', 'nss', 'alsa-lib', 'mesa-libgbm', 'libXScrnSaver', 'libXtst', 'at-spi2-atk', 'libdrm'],
  },
  browser: { apt: ['chromium'], dnf: ['chromium'] },
};

/** Under which of these names a browser that the tests can drive is there. */
export const browsers = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Packages whose name grew a suffix when Debian moved to 64-bit time. */
const renamed = ['libgtk-3-0', 'libasound2', 'libatk-bridge2.0-0'];

/**
 * Makes sure that the system has what is needed: installs it where that can be done unasked (as root on Debian or Ubuntu), else says
 * the line to type. Does nothing when nothing is missing.
 * @param {Need[]} needs
 * @param {string} [executable] the Electron whose libraries the need "window" is about
 */
export async function ensureSystem(needs, executable) {
  if (process.platform !== 'linux') return;
  const missing = await missingOf(needs, executable);
  if (missing.length === 0) return;
  const names = missing.flatMap((need) => packages[need].apt);
  if (!canInstall()) throw pleaseInstall(missing);
  await step(`Installing ${names.join(' ')}`, async () => {
    const toInstall = names.filter((name) => name !== natsPackage);
    if (toInstall.length > 0) await aptInstall(toInstall);
    if (names.includes(natsPackage)) await takeOut(natsPackage, join('usr', 'sbin', 'nats-server'), carriedPrograms());
  });
  const still = await missingOf(missing, executable);
  if (still.length > 0) throw pleaseInstall(still);
}

/**
 * @param {Need[]} needs
 * @param {string | undefined} executable
 */
async function missingOf(needs, executable) {
  const answers = await Promise.all(needs.map((need) => isMissing(need, executable)));
  return needs.filter((_, at) => answers[at]);
}

/**
 * @param {Need} need
 * @param {string | undefined} executable
 */
async function isMissing(need, executable) {
  switch (need) {
    case 'git':
      return !isOnPath('git');
    case 'namespace':
      return !isOnPath('bwrap');
    case 'nats':
      return !isOnPath('nats-server', { PATH: withCarried() });
    case 'shells':
      return !isOnPath('zsh') || !isOnPath('fish');
    case 'compiler':
      return !isOnPath('gcc') || !isOnPath('g++');
    case 'display':
      return !isOnPath('Xvfb');
    case 'fonts':
      return !existsSync('/usr/share/fonts');
    case 'window':
      return executable !== undefined && (await missingLibraries(executable)).length > 0;
    case 'browser':
      return !browsers.some((name) => isOnPath(name));
  }
}

/**
 * The shared libraries a program needs and the system does not have, by the dynamic linker's own account.
 * @param {string} executable
 */
export async function missingLibraries(executable) {
  const { output } = await run('ldd', [executable]);
  return [...output.matchAll(/^\s*(\S+) => not found$/gm)].map(([, library]) => library ?? '');
}

/**
 * Whether a program of this name is on the PATH.
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 */
export function isOnPath(program, env = process.env) {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Installed, it would be a service of the system that listens on port 4222, and again after each start of the machine. */
const natsPackage = 'nats-server';

/** Where programs are that were taken out of packages that are not installed. */
const carriedPrograms = () => join(cacheFolder(), 'programs');

/**
 * A search path that ends with where such programs are.
 * @param {NodeJS.ProcessEnv} env
 */
export function withCarried(env = process.env) {
  return [env.PATH, carriedPrograms()].filter(Boolean).join(delimiter);
}

/**
 * Puts a program of a Debian package into a folder and installs nothing.
 * @param {string} name the package
 * @param {string} program where the program is in it
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
export async function takeOut(name, program, folder, env = process.env) {
  mkdirSync(folder, { recursive: true });
  const workplace = mkdtempSync(join(folder, '.taking-'));
  try {
    const download = () => run('apt-get', ['download', '-q', name], { cwd: workplace, env });
    let fetched = await download();
    if (fetched.code !== 0) {
      await run('apt-get', ['update', '-q'], { env });
      fetched = await download();
    }
    const file = readdirSync(workplace).find((each) => each.endsWith('.deb'));
    const taken =
      file === undefined ? fetched : await run('dpkg-deb', ['-x', file, 'content'], { cwd: workplace, env });
    if (file === undefined || taken.code !== 0) {
      throw new SetupFailure({
        tried: `to take ${basename(program)} out of the package ${name}`,
        because: lastLines(taken.output),
        type: `apt-get update && apt-get install -y ${name}`,
      });
    }
    // All of it is there before it has its name: whoever is killed in between leaves nothing that looks whole.
    renameSync(join(workplace, 'content', program), join(folder, basename(program)));
  } finally {
    rmSync(workplace, { recursive: true, force: true });
  }
}

function canInstall() {
  return process.getuid?.() === 0 && isOnPath('apt-get');
}

/** @param {string[]} names */
async function aptInstall(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = async () =>
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...(await currentNames(names))], { env });
  // A machine made from an image has no package lists until the first update.
  const first = await install();
  if (first.code === 0) return;
  const update = await run('apt-get', ['update', '-q'], { env });
  const second = await install();
  if (second.code === 0) return;
  throw new SetupFailure({
    tried: `apt-get install ${names.join(' ')}`,
    because: lastLines(update.code === 0 ? second.output : update.output),
    type: `apt-get update && apt-get install -y ${names.join(' ')}`,
  });
}

/** @param {string[]} names */
async function currentNames(names) {
  return Promise.all(
    names.map(async (name) => {
      if (!renamed.includes(name)) return name;
      const { output } = await run('apt-cache', ['show', '--no-all-versions', `${name}t64`]);
      return output.includes(`Package: ${name}t64`) ? `${name}t64` : name;
    }),
  );
}

/**
 * What a person without the right to install, or on another system, has to type.
 * @param {Need[]} needs
 * @param {boolean} [fedora]
 */
export function pleaseInstall(needs, fedora = isOnPath('dnf') && !isOnPath('apt-get')) {
  const names = needs.flatMap((need) => packages[need][fedora ? 'dnf' : 'apt']).join(' ');
  return new SetupFailure({
    tried: `to find ${needs.map((need) => inWords[need]).join(', ')} on this system`,
    because: 'missing, and installing needs an administrator',
    type: fedora ? `sudo dnf install -y ${names}` : `sudo apt-get update && sudo apt-get install -y ${names}`,
  });
}

/** @type {Record<Need, string>} */
const inWords = {
  git: 'git',
  namespace: 'bubblewrap, of which the tests prove that it ends what agents start',
  nats: 'nats-server, on which the tests try the relay',
  shells: 'zsh and fish, in which the tests complete commands',
  compiler: 'a C and C++ compiler',
  display: 'a display without a screen (Xvfb)',
  fonts: 'fonts',
  window: "the libraries of Electron's window",
  browser: 'a browser (Chromium), in which the tests look at the web monitor',
};
