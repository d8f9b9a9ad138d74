import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGoose } from '../../../core/agents/goose';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-goose-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function locate(version: string | null) {
  if (version !== null) {
    writeFileSync(join(folder, 'goose'), `#!/bin/sh\necho " ${version}"\n`);
    chmodSync(join(folder, 'goose'), 0o755);
  }
  return createGoose({ askHuman: null }).locate({ PATH: folder });
}

test.each(['1.37.0', '1.9.2', '0.20.2'])('Goose %s is found, with a note that it cannot ask', async (version) => {
  const status = await locate(version);
  expect(status).toMatchObject({ found: true, version, path: join(folder, 'goose') });
  expect(status.notes.join()).toContain('Update it to 1.50');
});

test.each(['1.50.0', '1.52.0', '1.100.1', '2.0.0'])('Goose %s is found, without that note', async (version) => {
  const status = await locate(version);
  expect(status).toMatchObject({ found: true, version });
  expect(status.notes.join()).not.toContain('Update');
});

test('a missing Goose is shown as missing, with how to install it', async () => {
  const status = await locate(null);
  expect(status).toMatchObject({ found: false, version: null, path: null });
  expect(status.install).toContain('download_cli.sh');
});
