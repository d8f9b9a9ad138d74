import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupFailure } from './failure.mjs';
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
  if (canInstall()) await step(`Installing ${names.join(' ')}`, () => aptInstall(names));
  else throw pleaseInstall(missing);
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
      return !isOnPath('nats-server');
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
