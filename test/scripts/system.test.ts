import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureSystem, isOnPath, missingLibraries, pleaseInstall } from '../../scripts/setup/system.mjs';
import { temporaryFolder, writeFiles } from './folder';

describe.runIf(process.platform === 'linux')('what the system must have', () => {
  it('is found on the PATH only when it can be run', () => {
    const folder = temporaryFolder();
    writeFiles(folder, { git: '#!/bin/sh\n' });
    expect(isOnPath('git', { PATH: `/nowhere:${folder}` })).toBe(false);
    chmodSync(join(folder, 'git'), 0o755);
    expect(isOnPath('git', { PATH: `/nowhere:${folder}` })).toBe(true);
    expect(isOnPath('git', {})).toBe(false);
  });

  it('is not missing for a program that starts', async () => {
    expect(await missingLibraries(process.execPath)).toEqual([]);
  });

  it('is left alone when nothing is missing', async () => {
    await ensureSystem(['git', 'window'], process.execPath);
  });
});

it('what is missing is named with the one line that installs it', () => {
  expect(pleaseInstall(['display', 'compiler'], false).type).toEqual([
    'sudo apt-get update && sudo apt-get install -y xvfb gcc g++',
  ]);
  expect(pleaseInstall(['display'], true).type).toEqual(['sudo dnf install -y xorg-x11-server-Xvfb']);
});
