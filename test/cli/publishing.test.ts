import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../core/server/door';
import { type ForgeServer, forgesOf, makeHosted, type Pull, startForge } from '../support/forge-server';
import { openTerminal } from './terminal';

const token = 'a-token-nobody-may-see';
const remotes = temporaryFolder('switchyard-remotes-');
let terminal: Awaited<ReturnType<typeof openTerminal>>;
let forge: ForgeServer;
beforeAll(async () => {
  terminal = await openTerminal();
  await terminal.start();
  forge = await startForge({ root: remotes.path, token });
});
afterAll(async () => {
  await terminal.close();
  await forge.close();
  remotes.remove();
});

const type = (...words: string[]) => terminal.type(words);

test('a change is pushed from the terminal to the remote that is meant, and where that leads is said', async () => {
  const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't', '--prompt'];
  const { id, branch, repository } = (await type('task', 'add', ...made, '[write: p.txt | p]', '--wait', '--json'))
    .json;
  expect((await type('task', 'push', String(id))).err).toContain(
    'has no remote. Add one with: git remote add origin ADDRESS',
  );
  const bare = join(repository, '..', 'bare.git');
  execFileSync('git', ['init', '-q', '--bare', bare]);
  execFileSync('git', ['remote', 'add', 'there', bare], { cwd: repository });
  expect((await type('task', 'push', String(id), '--remote', 'origin')).err).toContain(
    'Name one with --remote: there.',
  );
  expect((await type('repository', 'remotes', 'my repository')).out).toMatch(/^there \(usual\) .*bare\.git\n$/);
  expect((await type('task', 'push', String(id), '--head', '0000000')).err).toContain('Nothing was pushed');
  expect((await type('task', 'push', String(id), '--stop')).err).toContain('is not being pushed');
  // On a terminal how far it has come is shown on a line that is gone in the end, and nowhere else.
  const pushed = await terminal.type(['task', 'push', String(id)], { tty: true });
  const lines = pushed.err.split('\r\x1b[K');
  expect([lines[0], lines[1], lines.at(-1)]).toEqual(['', expect.stringContaining('Preparing the push'), '']);
  expect(pushed.out).toMatch(/^Pushed [0-9a-f]{10} to switchyard\/\S+ on there \(.*\)\.\n$/);
  const again = await type('task', 'push', String(id));
  expect([again.out, again.err]).toEqual([expect.stringMatching(/ is at [0-9a-f]{10} already\.\n$/), '']);
  expect(execFileSync('git', ['branch', '--list', branch], { cwd: bare, encoding: 'utf8' })).toContain(branch);
  expect((await type('task', 'show', String(id))).out).toMatch(
    / {2}pushed +to switchyard\/\S+ on there \(.*bare\.git\), \d+s ago; all of the change is there\n/,
  );
  expect((await type('audit', 'list')).out).toMatch(/ push +task \d+ to switchyard\/\S+ on /);
});

test('a pull request is opened, looked at, answered, sent to the agent and merged from the terminal', async () => {
  const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 'Add q', '--prompt'];
  const task = (await type('task', 'add', ...made, '[write: q.txt | q]', '--wait', '--json')).json;
  const id = String(task.id);
  await makeHosted(remotes.path);
  execFileSync('git', ['remote', 'add', 'hub', `${forge.url}/ada/api.git`], { cwd: task.repository });
  const publish = ['task', 'publish', id, '--remote', 'hub'];
  expect((await type(...publish)).err).toContain('by the setting forges');
  await type('settings', 'set', 'forges', JSON.stringify(forgesOf(forge)));
  expect((await type(...publish)).err).toContain(`forge login ${forge.host}`);
  expect((await type('forge', 'login', forge.host)).code).toBe(2);
  const login = await terminal.type(['forge', 'login', forge.host], { input: `${token}\n` });
  expect(login.out).toBe(
    `${forge.host}: signed in as ada for now. The token is kept until Switchyard ends: there is no keychain here that it could be sealed with.\n`,
  );
  const typed = await terminal.type(['forge', 'login', forge.host], { keys: [['', `${token}\r`]], tty: true });
  expect([typed.out, typed.err].join('')).not.toContain(token);
  expect((await type('forge', 'status')).out).toContain('github.com: not signed in.\n');
  const opened = await terminal.type([...publish, '--reviewer', 'grace', '--label', 'bug', '--body', '-'], {
    input: 'Why and how.',
  });
  expect(opened.out).toBe(`#1 Add q: open, into main of ada/api\n${forge.url}/ada/api/pull/1\n`);
  const [pull] = forge.pulls as [Pull];
  expect(pull).toMatchObject({ title: 'Add q', body: 'Why and how.', reviewers: ['grace'], labels: ['bug'] });
  const comments = [{ author: { login: 'grace' }, body: 'Why \u001b[31mq?', createdAt: '2026-01-01T00:00:00Z' }];
  pull.threads.push({ id: 'T1', path: 'q.txt', line: 1, isResolved: false, isOutdated: false, comments });
  pull.checks.push({ name: 'test', status: 'completed', conclusion: 'failure' });
  pull.reviews.push({ user: { login: 'grace' }, state: 'APPROVED', body: '', submitted_at: '2026-01-01T00:00:00Z' });
  const shown = (await type('task', 'pull-request', id)).out;
  expect(shown).toContain('  grace: approved ');
  expect(shown).toContain('  failed   test\n  1  q.txt:1\n    grace: Why q?\n');
  expect((await type('task', 'pull-request', id, '--reply', '2', '--text', 'x')).err).toContain('There is no thread 2');
  await type('task', 'pull-request', id, '--reply', '1', '--text', 'Because.');
  expect((await type('task', 'pull-request', id, '--resolve', '1')).out).toContain(
    'q.txt:1 (settled)\n    grace: Why q?\n    ada: Because.\n',
  );
  expect((await type('task', 'pull-request', id, '--reopen', '1')).out).not.toContain('(settled)');
  const before = await type('task', 'pull-request', id, '--send');
  expect(before.out).toContain('> The check test failed.');
  expect((await type('task', 'show', id, '--json')).json).toMatchObject({ state: 'review' });
  // What came since was shown to nobody.
  pull.reviews.push({
    user: { login: 'eve' },
    state: 'COMMENTED',
    body: 'Also.',
    submitted_at: '2026-01-02T00:00:00Z',
  });
  const shownThen = before.err.match(/--send --seen \w+/)?.[0].split(' ') ?? [];
  expect((await type('task', 'pull-request', id, ...shownThen)).err).toContain('Nothing was sent: more was said');
  const now = (await type('task', 'pull-request', id, '--send')).err.match(/--send --seen \w+/)?.[0].split(' ') ?? [];
  expect((await type('task', 'pull-request', id, ...now)).code).toBe(0);
  await type('task', 'wait', id);
  expect((await type('task', 'log', id)).out).toContain('> eve: Also.');
  await type(...publish);
  const merged = await type('task', 'pull-request', id, '--merge', 'squash');
  expect(merged.out).toContain('#1 Add q: merged, into main');
  expect((await type('task', 'show', id, '--json')).json).toMatchObject({ state: 'done', outcome: 'published' });
  expect((await type('audit', 'list')).out).toMatch(/merge-pull-request +task \d+ in ada\/api on 127/);
  expect((await type('forge', 'logout', forge.host)).out).toBe(`${forge.host}: not signed in.\n`);
});
