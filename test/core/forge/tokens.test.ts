import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createTokens, type KeptToken, type Keychain } from '../../../core/forge/tokens';
import { execute } from '../../support/starter';

const secret = 'a-token-nobody-may-see';
const keychain: Keychain = {
  seal: async (text) => Buffer.from(text).toString('hex'),
  open: async (sealed) => (sealed === 'foreign' ? null : Buffer.from(sealed, 'hex').toString()),
};

function tokens(options: { keychain?: Keychain | null; gh?: boolean; environment?: Record<string, string> } = {}) {
  const rows = new Map<string, KeptToken>();
  const made = createTokens({
    keychain: options.keychain ?? null,
    kept: {
      read: (host) => rows.get(host),
      write: async (host, token) => void rows.set(host, token),
      remove: async (host) => void rows.delete(host),
    },
    mayAskGh: () => options.gh ?? false,
    environment: options.environment ?? {},
    execute,
  });
  return { ...made, rows };
}

test('a token is sealed by the keychain, or kept for this run with a sentence about it, and forgotten when told', async () => {
  const sealed = tokens({ keychain });
  await sealed.keep('github.com', { secret, login: 'ada' });
  expect(JSON.stringify([...sealed.rows])).not.toContain(secret);
  expect(await sealed.read('github.com')).toBe(secret);
  expect(await sealed.account('github.com')).toEqual({
    host: 'github.com',
    signedIn: 'keychain',
    login: 'ada',
    notice: null,
  });
  await sealed.forget('github.com');
  expect([await sealed.read('github.com'), sealed.rows.size]).toEqual([null, 0]);

  for (const without of [null, { ...keychain, seal: async () => null }]) {
    const session = tokens({ keychain: without });
    await session.keep('github.com', { secret, login: 'ada' });
    expect([await session.read('github.com'), session.rows.size]).toEqual([secret, 0]);
    expect(await session.account('github.com')).toMatchObject({
      signedIn: 'session',
      notice: expect.stringContaining('until Switchyard ends'),
    });
  }
});

test('a token sealed elsewhere is said to be there, and not taken for one', async () => {
  for (const other of [keychain, null]) {
    const { rows, read, account } = tokens({ keychain: other });
    rows.set('github.com', { sealed: 'foreign', login: 'ada' });
    expect(await read('github.com')).toBeNull();
    expect(await account('github.com')).toMatchObject({
      signedIn: null,
      notice: expect.stringContaining('keychain of the desktop app'),
    });
  }
});

test("GitHub's own program is asked only when the person agreed, and no variable with a token is read or passed on", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-gh-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'gh'), '#!/bin/sh\n[ "$4" = github.com ] && echo "$GH_TOKEN"from-the-file-of-gh\n');
  chmodSync(join(folder, 'gh'), 0o755);
  const path = `.${delimiter}${folder}${delimiter}${process.env.PATH}`;
  const environment = {
    PATH: path,
    HOME: folder,
    GH_TOKEN: 'from-the-environment',
    GITHUB_TOKEN: 'from-the-environment',
  };
  expect(await tokens({ environment }).read('github.com')).toBeNull();
  const agreed = tokens({ environment, gh: true });
  expect(await agreed.read('github.com')).toBe('from-the-file-of-gh');
  expect(await agreed.account('github.com')).toMatchObject({ signedIn: 'gh' });
  expect(await agreed.read('git.example.com')).toBeNull();
});
