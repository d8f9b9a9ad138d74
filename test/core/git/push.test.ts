import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PushProgress } from '../../../core/contract/remote';
import type { Place } from '../../../core/git/checkout';
import { type Push, push, remoteOid } from '../../../core/git/push';
import { parseRemoteUrl, shownUrl, withoutSecrets } from '../../../core/git/remote-url';
import { defaultRemote, listRemotes } from '../../../core/git/remotes';
import { type GitServing, startGitServer } from '../../support/git-server';
import { createBench, write } from './fixture';

const bench = createBench();
const root = join(bench.folder, 'remotes');
let serving: Partial<GitServing> = {};
let server: Awaited<ReturnType<typeof startGitServer>>;
beforeAll(async () => {
  mkdirSync(root);
  server = await startGitServer(() => ({ root, ...serving }));
});
afterEach(() => {
  serving = {};
});
afterAll(() => server.close());

let count = 0;

interface Pair {
  readonly place: Place;
  readonly top: string;
  readonly bare: string;
  /** Where the remote is, by http. */
  readonly http: string;
  readonly head: string;
  at(branch: string): string | null;
  /** Pushes the head to the branch `task` over http as the person, whatever is said otherwise. */
  push(other?: Partial<Push> & { readonly trusted?: boolean }): ReturnType<typeof push>;
}

/** A repository with a commit that its bare remote has not. */
async function pair(): Promise<Pair> {
  const name = `bare-${++count}.git`;
  const bare = join(root, name);
  const place = await bench.repository();
  const top = place.checkout.workTree;
  bench.plain(bench.folder, 'init', '-q', '--bare', bare);
  bench.plain(bare, 'config', 'http.receivepack', 'true');
  bench.plain(top, 'push', '-q', bare, 'main');
  const http = `${server.url}/${name}`;
  bench.plain(top, 'remote', 'add', 'origin', http);
  bench.plain(top, 'checkout', '-q', '-b', 'task');
  write(top, 'more.txt', 'more\n');
  bench.plain(top, 'add', '-A');
  bench.plain(top, 'commit', '-q', '-m', 'More');
  const head = bench.plain(top, 'rev-parse', 'HEAD').trim();
  return {
    ...{ place, top, bare, http, head },
    at: (branch) => {
      try {
        return bench.plain(bare, 'rev-parse', '--verify', '-q', `refs/heads/${branch}`).trim();
      } catch {
        return null;
      }
    },
    push: ({ trusted = false, ...other } = {}) =>
      push(
        { ...place, trusted },
        { remote: 'origin', url: http, branch: 'task', oid: head, expected: null, plainHttp: false, ...other },
      ),
  };
}

function commit(top: string, ...how: readonly string[]): string {
  bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Another', ...how);
  return bench.plain(top, 'rev-parse', 'HEAD').trim();
}

describe('a push', () => {
  test.each([false, true])(
    'puts exactly the commit on the branch, over http and as a folder (trusted: %s)',
    async (trusted) => {
      const { place, top, bare, head, at, push: pushed } = await pair();
      commit(top);
      const before = bench.plain(top, 'config', '--list', '--local');
      expect(await pushed({ trusted })).toEqual({ kind: 'pushed' });
      expect([at('task'), at('main')]).toEqual([head, bench.plain(top, 'rev-parse', 'main').trim()]);
      expect(await pushed({ trusted })).toEqual({ kind: 'already' });
      expect(
        await remoteOid(
          { ...place, trusted },
          { remote: 'origin', url: server.url + bare.slice(root.length), branch: 'task', plainHttp: false },
        ),
      ).toBe(head);

      bench.plain(top, 'remote', 'set-url', 'origin', bare);
      const folder = pushed({ trusted, url: bare, branch: 'other' });
      if (trusted) expect([await folder, at('other')]).toEqual([{ kind: 'pushed' }, head]);
      else await expect(folder).rejects.toMatchObject({ code: 'NOT_TRUSTED' });
      bench.plain(top, 'remote', 'set-url', 'origin', `file://${bare}`);
      if (trusted)
        expect(await pushed({ trusted, url: `file://${bare}`, branch: 'third' })).toEqual({ kind: 'pushed' });
      bench.plain(top, 'remote', 'set-url', 'origin', server.url + bare.slice(root.length));
      expect(bench.plain(top, 'config', '--list', '--local')).toBe(before);
    },
  );

  test('moves a branch only from where it was expected to be, forwards or not, and says so when it is elsewhere', async () => {
    const { top, head, at, push: pushed } = await pair();
    await pushed();
    const next = commit(top);
    expect(await pushed({ oid: next })).toEqual({ kind: 'moved' });
    expect(await pushed({ oid: next, expected: next.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) })).toEqual({
      kind: 'moved',
    });
    expect(at('task')).toBe(head);
    expect(await pushed({ oid: next, expected: head })).toEqual({ kind: 'pushed' });
    const amended = commit(top, '--amend', '-m', 'Other words');
    expect(await pushed({ oid: amended, expected: head })).toEqual({ kind: 'moved' });
    expect(at('task')).toBe(next);
    expect(await pushed({ oid: amended, expected: next })).toEqual({ kind: 'pushed' });
    expect(at('task')).toBe(amended);
  });

  test('that the other side declines says in whose words, and that nothing is there', async () => {
    const { bare, at, push: pushed } = await pair();
    writeFileSync(join(bare, 'hooks', 'pre-receive'), '#!/bin/sh\necho "Say which ticket." >&2\nexit 1\n');
    chmodSync(join(bare, 'hooks', 'pre-receive'), 0o755);
    expect(await pushed()).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/declined[\s\S]*Say which ticket\./),
    });
    expect(at('task')).toBeNull();
  });

  test('asks the helper the person configured, and says what to do when nobody knows the password', async () => {
    const { top, at, head, push: pushed } = await pair();
    serving = { login: 'ada:a-long-secret' };
    await expect(pushed()).rejects.toMatchObject({
      code: 'SIGN_IN_NEEDED',
      message: expect.stringContaining('credential helper'),
    });
    const helper = '!f() { echo username=ada; echo password=a-long-secret; }; f';
    // The repository's own helper is never asked.
    bench.plain(top, 'config', 'credential.helper', helper);
    await expect(pushed()).rejects.toMatchObject({ code: 'SIGN_IN_NEEDED' });
    bench.plain(top, 'config', '--unset', 'credential.helper');
    bench.plain(top, 'config', '--global', 'credential.helper', helper);
    try {
      expect(await pushed()).toEqual({ kind: 'pushed' });
      expect(await pushed({ trusted: true })).toEqual({ kind: 'already' });
    } finally {
      bench.plain(top, 'config', '--global', '--unset', 'credential.helper');
    }
    expect(at('task')).toBe(head);
    const wrong = server.url.replace('://', '://ada:another-secret@') + (await pair()).http.slice(server.url.length);
    const error = await pushed({ url: wrong }).catch((cause: Error) => cause);
    expect(error).toMatchObject({ code: 'SIGN_IN_NEEDED' });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('another-secret');
  });

  test('that nobody answers, or whose address is not for pushing, says so', async () => {
    const { push: pushed } = await pair();
    await expect(pushed({ url: 'http://127.0.0.1:9/none.git' })).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
    await expect(pushed({ url: `${server.url}/none.git` })).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
    for (const url of [
      'http://example.test/a.git',
      'git://example.test/a',
      'ext::sh -c true',
      '-u',
      'ssh://-oProxyCommand=x/y',
    ])
      await expect(pushed({ url })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  test('tells how far it has come, over http and into a folder, and its refusal names none of that', async () => {
    const { top, bare, at, push: pushed } = await pair();
    const told: PushProgress[] = [];
    const onProgress = (progress: PushProgress) => void told.push(progress);
    expect(await pushed({ onProgress })).toEqual({ kind: 'pushed' });
    expect(told.at(-1)).toMatchObject({ step: 'sending', percent: 100, sent: expect.stringMatching(/^\d+ bytes/) });
    const next = commit(top);
    writeFileSync(join(bare, 'hooks', 'pre-receive'), '#!/bin/sh\necho "Say which ticket." >&2\nexit 1\n');
    chmodSync(join(bare, 'hooks', 'pre-receive'), 0o755);
    bench.plain(top, 'remote', 'set-url', 'origin', bare);
    told.length = 0;
    expect(await pushed({ onProgress, trusted: true, url: bare, oid: next, branch: 'other' })).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/declined[^%]*Say which ticket\.$/),
    });
    expect([told.some(({ step }) => step === 'sending'), at('other')]).toEqual([true, null]);
  });

  test('cut short at any point leaves the branch absent or whole, and the next one finishes', async () => {
    const { at, head, push: pushed } = await pair();
    const points = [/info\/refs/, /git-receive-pack$/];
    for (const point of points) {
      const cancel = new AbortController();
      serving = {
        before: (request) => {
          if (point.test(request.url ?? '')) cancel.abort();
          return !point.test(request.url ?? '');
        },
      };
      await expect(pushed({ signal: cancel.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(at('task')).toBeNull();
    }
    // The other side has done it, and its answer is lost.
    serving = { dropAnswer: (request) => /git-receive-pack$/.test(request.url ?? '') && request.method === 'POST' };
    await expect(pushed()).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
    expect(at('task')).toBe(head);
    serving = {};
    expect(await pushed()).toEqual({ kind: 'already' });
  });

  test('of a repository that is not trusted runs and believes nothing that it configures', async () => {
    const { top, at, head, http, push: pushed } = await pair();
    const canary = join(bench.folder, `canary-${count}`);
    const trap = `touch ${canary}`;
    const evil = join(bench.folder, `evil-${count}.git`);
    bench.plain(bench.folder, 'init', '-q', '--bare', evil);
    const settings: [string, string][] = [
      ['remote.origin.receivepack', trap],
      ['remote.origin.vcs', 'evil'],
      ['remote.origin.proxy', 'http://127.0.0.1:9'],
      ['remote.switchyard-push.url', evil],
      ['remote.switchyard-push.receivepack', trap],
      [`url.${evil}.insteadOf`, http],
      [`url.${evil}.pushInsteadOf`, http],
      ['core.sshCommand', trap],
      ['core.gitProxy', trap],
      ['core.askPass', trap],
      ['core.hooksPath', '.git/hooks'],
      ['credential.helper', `!${trap}`],
      [`credential.${server.url}.helper`, `!${trap}`],
      ['http.proxy', 'http://127.0.0.1:9'],
      ['push.gpgSign', 'true'],
      ['gpg.program', trap],
      ['push.recurseSubmodules', 'on-demand'],
      ['push.followTags', 'true'],
      ['pack.packSizeLimit', '1'],
    ];
    for (const [key, value] of settings) bench.plain(top, 'config', key, value);
    for (const hook of ['pre-push', 'reference-transaction', 'post-index-change']) {
      writeFileSync(join(top, '.git/hooks', hook), `#!/bin/sh\n${trap}\n`);
      chmodSync(join(top, '.git/hooks', hook), 0o755);
    }
    expect(await pushed()).toEqual({ kind: 'pushed' });
    expect(at('task')).toBe(head);
    expect([existsSync(canary), readdirSync(join(evil, 'refs/heads'))]).toEqual([false, []]);
    // The control: plain git falls for it.
    spawnSync('git', ['-C', top, 'push', http, 'task:two'], { env: bench.environment, timeout: 20_000 });
    expect(existsSync(canary) || readdirSync(join(evil, 'refs/heads')).length > 0).toBe(true);
  });

  test('of a trusted repository runs its hook, as in a terminal', async () => {
    const { top, at, push: pushed } = await pair();
    writeFileSync(join(top, '.git/hooks/pre-push'), '#!/bin/sh\necho "Not today." >&2\nexit 1\n');
    chmodSync(join(top, '.git/hooks/pre-push'), 0o755);
    await expect(pushed({ trusted: true })).rejects.toMatchObject({ message: expect.stringContaining('Not today.') });
    expect(at('task')).toBeNull();
    expect(await pushed()).toEqual({ kind: 'pushed' });
  });
});

test('remotes are told with the address a push goes to, and which of them is meant', async () => {
  const { place, top, http } = await pair();
  const trusted = { ...place, trusted: true };
  bench.plain(top, 'remote', 'add', 'fork', 'git@git.example.test:ada/api.git');
  bench.plain(top, 'config', 'remote.origin.pushurl', `${http}?push`);
  bench.plain(top, 'config', 'url.https://other.test/.pushInsteadOf', 'git@git.example.test:');
  expect(await listRemotes(place)).toEqual([
    { name: 'origin', urls: [`${http}?push`] },
    { name: 'fork', urls: ['git@git.example.test:ada/api.git'] },
  ]);
  expect((await listRemotes(trusted))[1]).toEqual({ name: 'fork', urls: ['https://other.test/ada/api.git'] });
  expect(await defaultRemote(place, 'main', ['origin', 'fork'])).toBe('origin');
  expect(await defaultRemote(place, 'main', ['upstream', 'fork'])).toBeNull();
  expect(await defaultRemote(place, 'main', ['fork'])).toBe('fork');
  bench.plain(top, 'config', 'branch.main.remote', 'fork');
  expect(await defaultRemote(place, 'main', ['origin', 'fork'])).toBe('fork');
});

test('an address is taken apart as git does, and shown and told without what is secret in it', () => {
  const at = (url: string) => {
    const found = parseRemoteUrl(url);
    return found === null ? null : `${found.protocol} ${found.host} ${found.path}`;
  };
  expect(at('https://github.com/ada/api.git')).toBe('https github.com ada/api');
  expect(at('HTTPS://token@GitHub.com:443/ada/api/')).toBe('https github.com:443 ada/api');
  expect(at('git@github.com:ada/api.git')).toBe('ssh github.com ada/api');
  expect(at('ssh://git@ssh.github.com:443/ada/api.git')).toBe('ssh ssh.github.com:443 ada/api');
  expect(at('/srv/git/api.git')).toBe('file  /srv/git/api.git');
  for (const url of ['file://host/x', 'rsync://a/b', 'fd::3', 'a', '', 'https:///x', 'x\ny:z', '-x:y'])
    expect([url, at(url)]).toEqual([url, null]);
  expect(shownUrl('https://ada:se:cret@host/x')).toBe('https://host/x');
  expect(shownUrl('https://gho_token@host/x')).toBe('https://host/x');
  expect(shownUrl('ssh://git:pass@host/x')).toBe('ssh://git@host/x');
  expect(withoutSecrets('for https://ada:secret@h and secret', 'https://ada:secret@h')).toBe('for https://…h and …');
});
