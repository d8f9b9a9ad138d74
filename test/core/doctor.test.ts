import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../core/config';
import type { Settings } from '../../core/contract/settings';
import { diagnose } from '../../core/doctor';
import type { NamedVariables } from '../../core/roster';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-doctor-')));
  mkdirSync(join(folder, 'home'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const echo = {
  name: 'echo',
  label: 'Echo',
  found: true,
  path: null,
  version: null,
  loggedIn: true,
  install: '',
  notes: ['For trying things out.'],
  screen: true,
  models: true,
};

async function finding(
  name: string,
  variables: NamedVariables = { passed: [], unset: [], refused: [] },
  { PATH = process.env.PATH, pidNamespace = 'auto' }: { PATH?: string; pidNamespace?: Settings['pidNamespace'] } = {},
) {
  const environment = { PATH, HOME: join(folder, 'home'), SWITCHYARD_HOME: join(folder, 'data') };
  const config = readConfig(environment);
  const subject = { config, agents: [echo], desktop: null, decisions: null, variables, pidNamespace } as const;
  const report = await diagnose(subject);
  return { ok: report.ok, ...report.findings.find((each) => each.name === name) };
}

test('without a name for commits the doctor warns, says which one is used instead and what to type', async () => {
  const { username } = userInfo();
  const missing = await finding('git identity');
  expect(missing).toMatchObject({
    ok: true,
    state: 'warning',
    detail: `git knows no name and address for you, so commits are by ${username} <${username}@${hostname()}>`,
  });
  expect(missing.hint?.split('\n')).toEqual([
    'git config --global user.name "Your Name"',
    'git config --global user.email "you@example.com"',
  ]);
  writeFileSync(join(folder, 'home', '.gitconfig'), '[user]\nname = Ada\nemail = ada@example.com\n');
  expect(await finding('git identity')).toMatchObject({ state: 'ok', detail: 'Ada <ada@example.com>', hint: null });
});

test.runIf(process.platform === 'linux')(
  'a data folder is fine only where something can be written, whoever asks',
  async () => {
    const detail = `${join(folder, 'data')}, the logs in ${join(folder, 'data', 'logs')}`;
    expect(await finding('data folder')).toMatchObject({ ok: true, state: 'ok', detail });
    expect(readdirSync(join(folder, 'data'))).toEqual([]);
    rmSync(join(folder, 'data'), { recursive: true });
    // Nobody may make a file there, not even who may do everything.
    symlinkSync('/sys', join(folder, 'data'));
    expect(await finding('data folder')).toMatchObject({
      ok: false,
      state: 'missing',
      hint: expect.stringContaining('SWITCHYARD_HOME'),
    });
  },
);

test('an agent that is built in needs nothing, and is not said to be logged in', async () => {
  expect(await finding('agent echo')).toMatchObject({ state: 'ok', detail: 'built in, needs nothing' });
});

test('of the variables named for agents the doctor tells apart which they get, which are not set and which nobody gets', async () => {
  expect(await finding('environment')).toMatchObject({ state: 'ok', detail: 'agents see the allow-list only' });
  const named = { passed: ['TOKEN', 'OTHER'], unset: ['GONE'], refused: ['NODE_OPTIONS'] };
  expect(await finding('environment', named)).toMatchObject({
    state: 'warning',
    detail: 'agents also see: TOKEN, OTHER; named but not set: GONE; named but never passed: NODE_OPTIONS',
  });
});

test.runIf(process.platform === 'linux')(
  'the doctor says whether what agents start ends with Switchyard at once, and why not',
  async () => {
    const none = { passed: [], unset: [], refused: [] };
    expect(await finding('pid namespace', none, { PATH: '/nowhere' })).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^not used: bubblewrap is not installed\. .* ended at the next start$/),
      hint: expect.stringContaining('apt-get install -y bubblewrap'),
    });
    expect(await finding('pid namespace', none, { PATH: '/nowhere', pidNamespace: 'always' })).toMatchObject({
      state: 'warning',
    });
    expect(await finding('pid namespace', none, { pidNamespace: 'never' })).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^not used: the setting pidNamespace is never\./),
      hint: null,
    });
  },
);
