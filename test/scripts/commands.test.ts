import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolder as coreFolder } from '../../core/config';
import { fingerprint, markBuilt } from '../../scripts/setup/build.mjs';
import { dataFolder as scriptsFolder } from '../../scripts/setup/data-folder.mjs';
import { colourOnlyTerminals } from '../../scripts/setup/failure.mjs';
import { npmCommand } from '../../scripts/setup/node.mjs';
import { run } from '../../scripts/setup/run.mjs';
import { temporaryFolder, writeFiles } from './folder';

const told = 'console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd() }));';

/** A checkout that is installed and built, whose command line and Electron only say how they were started. */
function checkout(commandLine = told): string {
  const folder = temporaryFolder();
  cpSync(resolve(import.meta.dirname, '../../scripts'), join(folder, 'scripts'), { recursive: true });
  writeFiles(folder, {
    'package.json': { scripts: { switchyard: 'node scripts/switchyard.mjs' } },
    'package-lock.json': { packages: {} },
    'node_modules/.package-lock.json': { packages: {} },
    'node_modules/better-sqlite3/package.json': { version: '1.0.0' },
    'out/main/cli.js': commandLine,
    'shell/version': '45.0.0',
    'shell/electron':
      '#!/bin/sh\necho "electron in $PWD: $*"\necho "binding: $SWITCHYARD_SQLITE_BINDING"\nexit $FAKE_EXIT\n',
  });
  chmodSync(join(folder, 'shell/electron'), 0o755);
  mkdirSync(join(folder, 'elsewhere'));
  markBuilt(folder, fingerprint(folder));
  return folder;
}

function command(folder: string, script: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  return run(process.execPath, [join(folder, 'scripts', script), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...env },
  });
}

it('a script that takes no arguments says what it does when it is asked, and does nothing then', async () => {
  const folder = checkout();
  const asked = await command(folder, 'agents.mjs', ['--help']);
  expect(asked).toMatchObject({ code: 0, output: expect.stringMatching(/^Fetches the agents the tests drive, /) });
  const other = await command(folder, 'build.mjs', ['--watch']);
  expect(other).toMatchObject({
    code: 2,
    output: expect.stringMatching(/^"--watch" means nothing here: .*\. Builds /),
  });
});

describe('npm run switchyard', () => {
  it('says nothing of its own when all is fresh, and runs where the person is', async () => {
    const folder = checkout();
    const elsewhere = join(folder, 'elsewhere');
    const env = { npm_lifecycle_event: 'switchyard', INIT_CWD: elsewhere };
    const { code, output } = await command(folder, 'switchyard.mjs', ['task', 'add', '--title', 'a b'], env);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toEqual({ args: ['task', 'add', '--title', 'a b'], cwd: elsewhere });
  });

  it('run from another folder by npm --prefix, means that folder', async () => {
    const folder = checkout();
    const elsewhere = join(folder, 'elsewhere');
    const [npm, ...first] = npmCommand();
    const words = ['--prefix', folder, 'run', '-s', 'switchyard', '--', 'task', 'add', '--repository', '.'];
    const { code, output } = await run(npm, [...first, ...words], {
      cwd: elsewhere,
      env: { PATH: process.env.PATH, HOME: folder },
    });
    expect(output).toContain('{');
    expect(JSON.parse(output.slice(output.indexOf('{')))).toEqual({
      args: ['task', 'add', '--repository', '.'],
      cwd: elsewhere,
    });
    expect(code).toBe(0);
  });

  it('ends as the command ends', async () => {
    expect((await command(checkout('process.exit(2)'), 'switchyard.mjs', [])).code).toBe(2);
  });

  it('says what failed and what to type when it cannot build', async () => {
    const folder = checkout();
    writeFiles(folder, { 'core/index.ts': 'new' });
    const { code, output } = await command(folder, 'switchyard.mjs', []);
    expect(code).toBe(1);
    expect(output).toContain('· Building');
    expect(output).toMatch(/Tried: {2}electron-vite build\n.*Why:[\s\S]*Type: {3}npm run build/);
  });
});

it('the scripts and the core mean the same data folder', () => {
  for (const env of [
    { SWITCHYARD_HOME: '/srv/yard' },
    { SWITCHYARD_HOME: 'yard', HOME: '/home/ada' },
    { HOME: '/home/ada' },
    { HOME: '/home/ada', XDG_DATA_HOME: '/data' },
    { HOME: '/home/ada', XDG_DATA_HOME: 'relative' },
    {},
  ])
    expect(scriptsFolder(env, process.cwd())).toBe(coreFolder(env));
});

it('colours go to a terminal, or where they are asked for by name', () => {
  const env = (given: NodeJS.ProcessEnv, terminal: boolean) => {
    const changed = { ...given };
    colourOnlyTerminals(changed, terminal);
    return changed;
  };
  expect(env({}, true)).toEqual({});
  expect(env({}, false)).toEqual({ NO_COLOR: '1' });
  expect(env({ FORCE_COLOR: '0' }, false)).toEqual({ NO_COLOR: '1' });
  expect(env({ FORCE_COLOR: '1' }, false)).toEqual({ FORCE_COLOR: '1' });
});

it('programs started from a script whose output is a pipe are told to print no colours', async () => {
  const folder = checkout('console.log(JSON.stringify([process.env.NO_COLOR, process.env.FORCE_COLOR ?? null]));');
  expect((await command(folder, 'switchyard.mjs', [])).output).toBe('["1",null]\n');
});

describe.runIf(process.platform === 'linux')('npm start', () => {
  it('without a display does the demo in the terminal and says how to get the window', async () => {
    const { code, output } = await command(checkout(), 'start.mjs', []);
    expect(code).toBe(0);
    expect(output).toContain('no display here');
    expect(output).toContain('xvfb-run -a npm start');
    expect(output).toContain('"args":["demo"]');
  });

  it('with a display opens the app where the person is and passes arguments on', async () => {
    const folder = checkout();
    const env = {
      DISPLAY: ':0',
      ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'shell'),
      INIT_CWD: join(folder, 'elsewhere'),
    };
    const { code, output } = await command(folder, 'start.mjs', ['--hidden'], { ...env, FAKE_EXIT: '0' });
    expect(code).toBe(0);
    const sandbox = process.getuid?.() === 0 ? '--no-sandbox ' : '';
    expect(output).toContain(
      `electron in ${folder}/elsewhere: ${sandbox}--log-level=3 ${folder} --hidden\nbinding: \n`,
    );
  });

  it('with a display fails at once where the data folder cannot be written, and opens no window', async () => {
    const folder = checkout();
    writeFiles(folder, { file: '' });
    const env = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'shell'), FAKE_EXIT: '0' };
    for (const home of [join(folder, 'file'), join(folder, 'file/data'), '/proc/nothing/data']) {
      const { code, output } = await command(folder, 'start.mjs', [], { ...env, SWITCHYARD_HOME: home });
      expect(code).toBe(1);
      expect(output).toContain(`Tried:  to write to the data folder ${home}`);
      expect(output).toContain('Type:   SWITCHYARD_HOME=');
      expect(output).not.toContain('electron in');
    }
  });

  it('says that the app is open already when it is, alone or beside a runtime in the background', async () => {
    const folder = checkout();
    const home = join(folder, 'data');
    const env = {
      DISPLAY: ':0',
      ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'shell'),
      FAKE_EXIT: '0',
      SWITCHYARD_HOME: home,
    };
    const said = async () => /^· (.*)$/m.exec((await command(folder, 'start.mjs', [], env)).output)?.[1];
    const own = (record: object) => writeFiles(home, { 'run/owner.json': record });
    own({ owner: 'background', pid: process.pid });
    expect(await said()).toBe('Opening Switchyard (Electron 45.0.0)');
    own({ owner: 'app', pid: process.pid });
    expect(await said()).toBe('Switchyard is already open');
    rmSync(join(home, 'run/owner.json'));
    mkdirSync(join(home, 'window'));
    symlinkSync(`some-host-${process.pid}`, join(home, 'window/SingletonLock'));
    expect(await said()).toBe('Switchyard is already open');
    rmSync(join(home, 'window/SingletonLock'));
    symlinkSync('some-host-4194305', join(home, 'window/SingletonLock'));
    expect(await said()).toBe('Opening Switchyard (Electron 45.0.0)');
  });

  it('explains itself when the window does not open', async () => {
    const folder = checkout();
    const env = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'shell'), FAKE_EXIT: '9' };
    const { code, output } = await command(folder, 'start.mjs', [], env);
    expect(code).toBe(1);
    expect(output).toContain('it ended at once with code 9');
    expect(output).toContain('npm run -s switchyard -- demo');
  });
});
