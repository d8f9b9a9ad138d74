import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Forge } from '../../../core/forge/forge';
import { github } from '../../../core/forge/github';
import { type ForgeServer, type Pull, startForge } from '../../support/forge-server';

const token = 'a-token-nobody-may-see';
const root = mkdtempSync(join(tmpdir(), 'switchyard-forge-'));
let server: ForgeServer;
let forge: Forge;
let now = Date.UTC(2026, 0, 1);
let head = '';
const branches = { owner: 'ada', branch: 'task/one', base: 'main' };
const words = { title: 'Say hello', body: 'As asked.', draft: false };

function at(given = token): Forge {
  const place = {
    kind: 'github' as const,
    host: server.host,
    path: 'ada/api',
    web: `${server.url}/ada/api`,
    api: `${server.url}/api/v3`,
  };
  return github({ place, token: given, now: () => now });
}

beforeAll(async () => {
  server = await startForge({ root, token });
  const bare = join(root, 'ada', 'api.git');
  mkdirSync(bare, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', bare, ...args], {
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
      input: '',
    }).trim();
  git('init', '-q', '--bare');
  const tree = git('hash-object', '-t', 'tree', '-w', '--stdin');
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.test'];
  head = git(...who, 'commit-tree', '-m', 'One', tree);
  git('update-ref', 'refs/heads/task/one', head);
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  server.fault = () => null;
  server.pulls.splice(0);
  forge = at();
  now += 3_600_000;
});

test('a pull request is opened once, found by its branch, and told with reviews, checks and threads', async () => {
  expect(await forge.login()).toBe('ada');
  expect(await forge.find(branches)).toEqual([]);
  const made = await forge.create(branches, words);
  expect(made).toEqual({ number: 1, url: `${server.url}/ada/api/pull/1`, state: 'open', head });
  expect(await forge.create(branches, words)).toBe('there');
  expect(await forge.find(branches)).toEqual([made]);
  await forge.request(1, ['grace', 'acme/core']);
  await forge.label(1, ['bug']);
  const [pull] = server.pulls as [Pull];
  expect(pull).toMatchObject({
    head: 'ada:task/one',
    base: 'main',
    reviewers: ['grace', 'core'],
    labels: ['bug'],
    ...words,
  });
  pull.reviews.push({
    user: { login: 'grace' },
    state: 'CHANGES_REQUESTED',
    body: 'Almost.',
    submitted_at: '2026-01-01T00:00:00Z',
  });
  pull.checks.push(
    {
      ...{ name: 'test', status: 'completed', conclusion: 'failure', html_url: 'https://ci.test/1' },
      output: { title: '1 of 9 failed', summary: `adds\n${'x'.repeat(20_000)}` },
    },
    { name: 'lint', status: 'queued', conclusion: null, output: { title: null, summary: null } },
    { name: 'docs', status: 'completed', conclusion: 'success', output: { title: 'All is well', summary: null } },
  );
  const comments = [{ author: { login: 'grace' }, body: 'Why?', createdAt: '2026-01-01T00:00:00Z' }];
  pull.threads.push({ id: 'T1', path: 'a.txt', line: 3, isResolved: false, isOutdated: false, comments });
  pull.comments.push({ user: { login: 'grace' }, body: 'Nice.', created_at: '2026-01-02T00:00:00Z' });
  expect(await forge.read(1)).toEqual({
    ...{
      number: 1,
      url: `${server.url}/ada/api/pull/1`,
      state: 'open',
      draft: false,
      title: 'Say hello',
      base: 'main',
      head,
    },
    mergeable: true,
    reviews: [
      { id: 'review 1', author: 'grace', verdict: 'changes-requested', text: 'Almost.', at: Date.UTC(2026, 0, 1) },
    ],
    checks: [
      {
        ...{ name: 'test', state: 'failed', url: 'https://ci.test/1' },
        why: expect.stringMatching(/^1 of 9 failed\nadds\nx{9000,10000}… \(cut here\)$/),
      },
      { name: 'lint', state: 'running', url: null },
      { name: 'docs', state: 'passed', url: null },
    ],
    threads: [
      {
        id: 'T1',
        path: 'a.txt',
        line: 3,
        side: 'new',
        resolved: false,
        outdated: false,
        now: null,
        comments: [{ author: 'grace', text: 'Why?', at: Date.UTC(2026, 0, 1) }],
      },
    ],
    comments: [{ id: 'comment 1', author: 'grace', text: 'Nice.', at: Date.UTC(2026, 0, 2) }],
    older: false,
  });
  await forge.comment(1, 'Thanks.');
  expect((await forge.read(1)).comments).toMatchObject([{ author: 'grace' }, { author: 'ada', text: 'Thanks.' }]);
  await forge.reply('T1', 'Because.');
  await forge.resolve('T1', true);
  expect((await forge.read(1)).threads[0]).toMatchObject({ resolved: true, comments: [{}, { text: 'Because.' }] });
  await forge.resolve('T1', false);
  expect(pull.threads[0]?.isResolved).toBe(false);
  await expect(forge.reply('T9', 'x')).rejects.toMatchObject({ code: 'FORGE_FAILED' });
});

test('of more than fits the newest reviews and comments are told, and that there are older ones', async () => {
  await forge.create(branches, words);
  const [pull] = server.pulls as [Pull];
  const user = { login: 'grace' };
  const many = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1} of ${count}`);
  const on = { created_at: '2026-01-01T00:00:00Z' };
  pull.comments.push(...many(500).map((body) => ({ user, body, ...on })));
  pull.reviews.push(...many(130).map((body) => ({ user, body, state: 'COMMENTED', submitted_at: on.created_at })));
  const all = await forge.read(1);
  expect([all.comments.length, all.reviews.at(-1)?.text, all.older]).toEqual([500, '130 of 130', false]);
  pull.comments.push({ user, body: 'The last.', ...on });
  const { comments, older } = await forge.read(1);
  expect([comments[0]?.text, comments.at(-1)?.text, older]).toEqual(['2 of 500', 'The last.', true]);
});

test('is merged only at the commit that was shown', async () => {
  await forge.create(branches, words);
  expect(await forge.merge(1, { head: '0'.repeat(40), method: 'squash' })).toBe('moved');
  await forge.create({ ...branches, branch: 'task/one', base: 'next' }, { ...words, draft: true });
  expect(await forge.merge(1, { head, method: 'squash' })).toBe('merged');
  expect(await forge.find(branches)).toMatchObject([{ state: 'merged' }]);
  server.refusesSecond = false;
  await forge.create(branches, { ...words, draft: true });
  server.refusesSecond = true;
  expect(await forge.merge(2, { head, method: 'merge' })).toEqual({ refused: 'Pull Request is still a draft' });
});

test('what did not change is not sent again', async () => {
  await forge.create(branches, words);
  const first = await forge.read(1);
  const sent: number[] = [];
  server.onRequest = (_name, when) => void (when === 'after' && sent.push(1));
  expect(await forge.read(1)).toEqual(first);
  server.onRequest = () => {};
  expect(sent.length).toBe(6);
});

test('every way not to answer is told with what to do, and never with the token', async () => {
  const errors: Record<string, unknown> = {};
  for (const fault of ['drop', 'error', 'elsewhere', 'long', 'garbage'] as const) {
    server.fault = () => fault;
    errors[fault] = await forge.login().catch((cause: unknown) => cause);
  }
  server.fault = () => null;
  errors.token = await at('another-token-nobody-sees')
    .login()
    .catch((cause: unknown) => cause);
  errors.missing = await forge.read(77).catch((cause: unknown) => cause);
  errors.invalid = await forge.create({ ...branches, branch: 'none' }, words).catch((cause: unknown) => cause);
  const cancelled = new AbortController();
  server.fault = () => 'hang';
  server.onRequest = () => cancelled.abort();
  errors.cancelled = await forge.login(cancelled.signal).catch((cause: unknown) => cause);
  server.onRequest = () => {};
  expect(
    Object.fromEntries(Object.entries(errors).map(([name, error]) => [name, (error as { code: string }).code])),
  ).toEqual({
    ...{
      drop: 'FORGE_FAILED',
      error: 'FORGE_FAILED',
      elsewhere: 'FORGE_FAILED',
      long: 'FORGE_FAILED',
      garbage: 'FORGE_FAILED',
    },
    ...{ token: 'SIGN_IN_NEEDED', missing: 'NOT_FOUND', invalid: 'FORGE_FAILED', cancelled: 'CANCELLED' },
  });
  expect((errors.elsewhere as Error).message).toContain('the token is sent nowhere else');
  for (const error of Object.values(errors) as (Error & { facts: unknown })[]) {
    expect(JSON.stringify([error.message, error.facts, error.stack, String(error.cause)])).not.toMatch(/token-nobody/);
  }
});

test('a forge that wants to be left alone is, until the time it names', async () => {
  server.fault = () => 'limit';
  const error = (await forge.login().catch((cause: unknown) => cause)) as Error & { facts: { until: number } };
  expect(error).toMatchObject({ code: 'FORGE_FAILED', facts: { until: now + 120_000 } });
  server.fault = () => null;
  const asked = server.requests.length;
  await expect(at().login()).rejects.toMatchObject({ facts: { until: error.facts.until } });
  expect(server.requests.length).toBe(asked);
  now += 121_000;
  expect(await at().login()).toBe('ada');
});
