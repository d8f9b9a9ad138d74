import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasDisplay } from '../../scripts/setup/display.mjs';
import { electronEnvironment, findElectron, officialElectron, sandboxFlags } from '../../scripts/setup/electron.mjs';
import { downloadElectron } from '../../scripts/setup/electron-download.mjs';
import { temporaryFolder, writeFiles } from './folder';

const day = 24 * 60 * 60 * 1000;
/** Long enough for an installer that a busy machine is slow to start. */
const patience = { firstByte: 30_000, nextByte: 1_000 };
const electron = 'node_modules/electron';

/** A checkout whose electron package has this installer; it counts in tries.txt how often it ran. */
function checkout(installer: string): string {
  const root = temporaryFolder();
  const count = "require('node:fs').appendFileSync(__dirname + '/tries.txt', 'x');";
  writeFiles(root, {
    [`${electron}/package.json`]: { version: '45.0.0' },
    [`${electron}/install.js`]: `${count}\n${installer}`,
  });
  return root;
}

describe('the download of the official Electron', () => {
  // It reports its progress, which here would look as if the tests themselves were downloading.
  beforeEach(() => void vi.spyOn(process.stderr, 'write').mockReturnValue(true));
  afterEach(() => void vi.restoreAllMocks());

  it('gives up within moments when nothing arrives', async () => {
    const root = checkout('setInterval(() => {}, 1000);');
    const impatient = { firstByte: 300, nextByte: 300 };
    const order = { root, cache: join(root, 'cache'), mayRemember: true, patience: impatient };
    expect(await downloadElectron(order)).toBe('nothing arrived for 0 s');
  });

  it('is not given up while bytes arrive', async () => {
    const root = checkout(`
      const { appendFileSync } = require('node:fs');
      const timer = setInterval(() => appendFileSync(require('node:os').tmpdir() + '/electron.zip', 'bytes'), 50);
      setTimeout(() => clearInterval(timer), 1500);`);
    expect(await downloadElectron({ root, cache: join(root, 'cache'), mayRemember: true, patience })).toBe('');
  });

  it('that failed is remembered for a day, if there is something else to start', async () => {
    const root = checkout("console.error('TypeError: fetch failed'); process.exit(1);");
    const tries = () => readFileSync(join(root, electron, 'tries.txt'), 'utf8').length;
    const order = { root, cache: join(root, 'cache'), patience };
    expect(await downloadElectron({ ...order, mayRemember: true })).toBe('fetch failed');
    expect(await downloadElectron({ ...order, mayRemember: true })).toBe('fetch failed');
    expect(tries()).toBe(1);
    await downloadElectron({ ...order, mayRemember: false });
    expect(tries()).toBe(2);
    await downloadElectron({ ...order, mayRemember: true, now: Date.now() + day + 1_000 });
    expect(tries()).toBe(3);
  });

  it('that succeeds is not held against a later failure', async () => {
    const root = checkout('if (process.env.FAIL) process.exit(1);');
    const order = { root, cache: join(root, 'cache'), mayRemember: false, patience };
    process.env.FAIL = '1';
    expect(await downloadElectron(order)).not.toBe('');
    delete process.env.FAIL;
    expect(await downloadElectron(order)).toBe('');
    expect(existsSync(join(root, 'cache', 'electron-45.0.0-out-of-reach.json'))).toBe(false);
  });
});

describe('the Electron that is started', () => {
  it('is the official one only when it is complete and of the wanted version', () => {
    const root = checkout('');
    expect(officialElectron(root)).toBeUndefined();
    writeFiles(root, {
      [`${electron}/path.txt`]: 'electron',
      [`${electron}/dist/version`]: '44.0.0',
      [`${electron}/dist/electron`]: '',
    });
    expect(officialElectron(root)).toBeUndefined();
    writeFiles(root, { [`${electron}/dist/version`]: '45.0.0' });
    const dist = join(root, electron, 'dist');
    expect(officialElectron(root)).toEqual({
      executable: join(dist, 'electron'),
      dist,
      version: '45.0.0',
      origin: 'official',
    });
  });

  it.runIf(process.platform === 'linux')('is the one the caller names, before any other', async () => {
    const dist = temporaryFolder();
    writeFiles(dist, { electron: '', version: '46.1.0' });
    const found = await findElectron({ ELECTRON_OVERRIDE_DIST_PATH: dist });
    expect(electronEnvironment(found)).toEqual({
      ELECTRON_EXEC_PATH: join(dist, 'electron'),
      ELECTRON_OVERRIDE_DIST_PATH: dist,
      ELECTRON_MAJOR_VER: '46',
    });
  });

  it('is not silently another one when the caller named a folder without one', async () => {
    const dist = temporaryFolder();
    await expect(findElectron({ ELECTRON_OVERRIDE_DIST_PATH: dist })).rejects.toThrow(/is not there/);
  });

  it('gives up its sandbox for root on Linux only', () => {
    expect(sandboxFlags({ platform: 'linux', uid: 0 })).toEqual(['--no-sandbox']);
    expect(sandboxFlags({ platform: 'linux', uid: 1000 })).toEqual([]);
    expect(sandboxFlags({ platform: 'darwin', uid: 0 })).toEqual([]);
    expect(sandboxFlags({ platform: 'win32', uid: undefined })).toEqual([]);
  });
});

it('a window needs a display on Linux, X11 or Wayland', () => {
  expect(hasDisplay({}, 'linux')).toBe(false);
  expect(hasDisplay({ DISPLAY: '' }, 'linux')).toBe(false);
  expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
  expect(hasDisplay({}, 'darwin')).toBe(true);
});
