import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../core/config';
import { settingsSchema } from '../../core/contract/settings';
import { createRoster } from '../../core/roster';

test('a variable of the login shell is one agents get, and a refused one is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-roster-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const shell = join(folder, 'shell');
  writeFileSync(shell, '#!/bin/sh\nexport FROM_LOGIN=1 LD_PRELOAD=x\nshift; exec /bin/sh -c "$1"\n', { mode: 0o755 });
  const config = readConfig({
    PATH: process.env.PATH,
    HOME: folder,
    SHELL: shell,
    SWITCHYARD_HOME: join(folder, 'data'),
    SWITCHYARD_PASS_ENV: 'FROM_PROGRAM, NODE_OPTIONS',
    FROM_PROGRAM: '1',
    NODE_OPTIONS: '--no-warnings',
  });
  const settings = settingsSchema.parse({ passEnvironment: ['FROM_LOGIN', 'LD_PRELOAD', 'NOWHERE', 'FROM_PROGRAM'] });
  const roster = createRoster({ config, askHuman: null, settings: () => settings, log: () => {} });
  expect(await roster.named()).toEqual({
    passed: ['FROM_LOGIN', 'FROM_PROGRAM'],
    unset: ['NOWHERE'],
    refused: ['LD_PRELOAD', 'NODE_OPTIONS'],
  });
  const given = await roster.environment();
  expect(Object.keys(given)).toEqual(expect.arrayContaining(['FROM_LOGIN', 'FROM_PROGRAM']));
  expect(given).not.toHaveProperty('LD_PRELOAD');
});
