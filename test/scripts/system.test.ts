import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureSystem, isOnPath, missingLibraries, pleaseInstall, takeOut } from '../../scripts/setup/system.mjs';
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

describe.runIf(process.platform === 'linux')('a program of a package that would start a service', () => {
  /** What stands in for the package's tools: they note what they are asked for. */
  const tools = (fetch: string) => {
    const folder = temporaryFolder();
    const note = `echo "$(basename "$0") $*" >> ${join(folder, 'calls')}`;
    writeFiles(folder, {
      'apt-get': `#!/bin/sh\n${note}\n[ "$1" != download ] || { ${fetch}; }\n`,
      'dpkg-deb': `#!/bin/sh\n${note}\nmkdir -p content/usr/sbin && cp "$2" content/usr/sbin/nats-server\n`,
    });
    for (const name of ['apt-get', 'dpkg-deb']) chmodSync(join(folder, name), 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const to = join(folder, 'programs');
    return {
      take: () => takeOut('nats-server', 'usr/sbin/nats-server', to, env),
      programs: () => readdirSync(to),
      calls: () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n'),
    };
  };

  it('is taken out, and nothing is installed, also where the lists of packages are fetched first', async () => {
    const fetch = `[ -e ../fetched ] && echo program > nats_1.deb || { touch ../fetched; exit 100; }`;
    const { take, programs, calls } = tools(fetch);
    await take();
    expect(programs().filter((name) => name !== 'fetched')).toEqual(['nats-server']);
    expect(calls()).toEqual([
      'apt-get download -q nats-server',
      'apt-get update -q',
      'apt-get download -q nats-server',
      'dpkg-deb -x nats_1.deb content',
    ]);
  });

  it('that is not to be had leaves nothing, and says what to type', async () => {
    const { take, programs } = tools('echo no network; exit 100');
    await expect(take()).rejects.toMatchObject({ message: expect.stringContaining('nats-server') });
    expect(programs()).toEqual([]);
  });
});

it('what is missing is named with the one line that installs it', () => {
  expect(pleaseInstall(['display', 'compiler'], false).type).toEqual([
    'sudo apt-get update && sudo apt-get install -y xvfb gcc g++',
  ]);
  expect(pleaseInstall(['display'], true).type).toEqual(['sudo dnf install -y xorg-x11-server-Xvfb']);
});
