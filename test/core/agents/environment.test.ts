import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildEnvironment, readLoginEnvironment, taskMarker } from '../../../core/agents/environment';
import { findProgram, programVersion } from '../../../core/agents/locate';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-environment-')));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

describe("an agent's environment", () => {
  test('holds the allow-list and no secret', () => {
    const secrets = {
      ANTHROPIC_API_KEY: 'a',
      OPENAI_API_KEY: 'b',
      GH_TOKEN: 'c',
      AWS_SECRET_ACCESS_KEY: 'd',
      SSH_AUTH_SOCK: 'e',
      GIT_DIR: 'f',
      npm_config_token: 'g',
      BASH_ENV: 'h',
      PYTHONPATH: 'i',
      NODE_OPTIONS: 'j',
    };
    const kept = { HOME: '/home/me', LANG: 'de_DE.UTF-8', LC_TIME: 'C', TZ: 'UTC', TERM: 'xterm' };
    const { environment } = buildEnvironment({
      login: secrets,
      process: { ...secrets, ...kept, PATH: '/bin' },
      pass: [],
    });
    expect(environment).toEqual({ ...kept, PATH: '/bin' });
  });

  test('holds what the person names, from this program first and else from the login shell', () => {
    const { environment, refused } = buildEnvironment({
      login: { ONE: 'login', TWO: 'login' },
      process: { ONE: 'process' },
      pass: ['ONE', 'TWO', 'THREE'],
    });
    expect(environment).toMatchObject({ ONE: 'process', TWO: 'login' });
    expect(environment).not.toHaveProperty('THREE');
    expect(refused).toEqual([]);
  });

  test('never holds what would change the program itself, and says which names were refused', () => {
    const names = [
      'IS_SANDBOX',
      'CLAUDECODE',
      'CLAUDE_CODE_ENTRYPOINT',
      'ELECTRON_RUN_AS_NODE',
      'NODE_OPTIONS',
      'LD_PRELOAD',
      'DYLD_INSERT_LIBRARIES',
    ];
    const process = Object.fromEntries(names.map((name) => [name, 'yes']));
    const built = buildEnvironment({ login: {}, process, pass: names });
    expect(built.environment).toEqual({ PATH: '' });
    expect(built.refused).toEqual(names);
  });

  test('searches where this program does, then where the login shell adds, and never in the worktree', () => {
    const { environment } = buildEnvironment({
      login: { PATH: '/home/me/bin:/usr/bin:./node_modules/.bin' },
      process: { PATH: '/usr/bin::.:/bin' },
      pass: ['PATH'],
    });
    expect(environment.PATH).toBe('/usr/bin:/bin:/home/me/bin');
  });

  test('has our own additions last', () => {
    const { environment } = buildEnvironment({ login: {}, process: {}, pass: [], extra: taskMarker('one') });
    expect(environment.SWITCHYARD_TASK).toBe('one');
  });
});

describe('the login shell', () => {
  const shell = (script: string) => program('shell', `#!/bin/sh\n${script}\nshift; exec /bin/sh -c "$1"\n`);
  const read = (path: string | null, timeoutMs = 5000) =>
    readLoginEnvironment({ shell: path, home: folder, process: { PATH: '/usr/bin:/bin', SECRET: 's' }, timeoutMs });

  test('tells what it sets up, whatever else its start-up files print', async () => {
    const found = await read(shell('echo "welcome; A=b"; export ADDED="two\nlines"; export PATH="/opt/me:$PATH"'));
    expect(found.reason).toBeNull();
    expect(found.environment).toMatchObject({ ADDED: 'two\nlines', PATH: '/opt/me:/usr/bin:/bin' });
    expect(found.environment).not.toHaveProperty('SECRET');
    expect(found.environment).not.toHaveProperty('SWITCHYARD_TASK');
  });

  test('that hangs is ended, and the reason is told', async () => {
    const found = await read(shell('sleep 60'), 200);
    expect(found).toEqual({ environment: {}, reason: expect.stringContaining('200 ms') });
  });

  test('that fails or is missing gives nothing, with the reason', async () => {
    expect((await read(shell('echo broken >&2; exit 3'))).reason).toContain('broken');
    expect((await read('/nowhere/shell')).reason).toContain('/nowhere/shell');
    expect((await read(null)).reason).toContain('no login shell');
  });
});

describe('finding a program', () => {
  test('takes the first that can be run, and none in a relative folder', async () => {
    mkdirSync(join(folder, 'agent-folder'));
    writeFileSync(join(folder, 'plain'), '');
    const path = program('agent', '#!/bin/sh\necho "agent 1.2.3 (build 9)"\n');
    const environment = { PATH: `.:relative:/nowhere:${folder}` };
    expect(await findProgram('agent', environment)).toBe(path);
    expect(await findProgram('plain', environment)).toBeNull();
    expect(await findProgram('agent-folder', environment)).toBeNull();
    expect(await findProgram(path, { PATH: '' })).toBe(path);
    expect(await programVersion(path, environment)).toBe('1.2.3');
  });

  test('asks for the version once for each state of the file', async () => {
    const count = join(folder, 'count');
    const path = program('agent', `#!/bin/sh\necho x >> ${count}; echo 1.0.0\n`);
    await programVersion(path, {});
    await programVersion(path, {});
    expect(execFileSync('wc', ['-l', count]).toString().trim()).toMatch(/^1 /);
  });

  test('a program that tells no version has none', async () => {
    expect(await programVersion(program('mute', '#!/bin/sh\nexit 1\n'), {})).toBeNull();
  });
});
