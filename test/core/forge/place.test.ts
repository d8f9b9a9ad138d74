import { expect, test } from 'vitest';
import { compareUrl, forgePlace } from '../../../core/forge/place';
import { parseRemoteUrl } from '../../../core/git/remote-url';

const forges = [
  { host: 'git.example.com', kind: 'github' as const },
  { host: 'lab.example.com:8443', kind: 'gitlab' as const },
  { host: '127.0.0.1:9', kind: 'github' as const, api: 'http://127.0.0.1:9/api/v3' },
];
const at = (url: string) => {
  const address = parseRemoteUrl(url);
  return address === null ? null : forgePlace(address, forges);
};

test.each([
  ['git@github.com:ada/api.git', 'https://github.com/ada/api', 'https://api.github.com'],
  ['ssh://git@ssh.github.com:443/ada/api.git', 'https://github.com/ada/api', 'https://api.github.com'],
  ['https://token@github.com/ada/api', 'https://github.com/ada/api', 'https://api.github.com'],
  ['ssh://git@git.example.com:2222/ada/api.git', 'https://git.example.com/ada/api', 'https://git.example.com/api/v3'],
  ['http://127.0.0.1:9/ada/api.git', 'http://127.0.0.1:9/ada/api', 'http://127.0.0.1:9/api/v3'],
  ['git@gitlab.com:group/sub/api.git', 'https://gitlab.com/group/sub/api', null],
  ['https://lab.example.com:8443/x/y.git', 'https://lab.example.com:8443/x/y', null],
])('%s is on %s', (url, web, api) => {
  expect(at(url)).toMatchObject({ web, api });
});

test('what only looks like a known forge is none', () => {
  for (const url of [
    'https://github.com.evil.test/a/b',
    'https://evil.test/github.com/a',
    '/github.com/a/b',
    'git@example.com:a/b',
  ])
    expect([url, at(url)]).toEqual([url, null]);
});

test('each forge has its page on which a pull request is opened, whatever the branches are called', () => {
  const page = (url: string) => compareUrl(at(url) as never, { base: 'release/1', branch: 'switchyard/a&b' });
  expect([
    page('git@github.com:ada/api.git'),
    page('git@codeberg.org:ada/api.git'),
    page('git@gitlab.com:ada/api.git'),
    page('git@bitbucket.org:ada/api.git'),
  ]).toEqual([
    'https://github.com/ada/api/compare/release%2F1...switchyard%2Fa%26b?expand=1',
    'https://codeberg.org/ada/api/compare/release%2F1...switchyard%2Fa%26b',
    'https://gitlab.com/ada/api/-/merge_requests/new?merge_request%5Bsource_branch%5D=switchyard%2Fa%26b&merge_request%5Btarget_branch%5D=release%2F1',
    'https://bitbucket.org/ada/api/pull-requests/new?source=switchyard%2Fa%26b&dest=release%2F1',
  ]);
});
