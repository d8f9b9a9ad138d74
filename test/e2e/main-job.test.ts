import { execFile } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgesOf, makeHosted, type Pull, startForge } from '../support/forge-server';
import { childrenOf, lives, pidsOf } from '../support/lives';
import { until } from '../support/until';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';
import { pressKeys } from './press';

const root = resolve(__dirname, '..', '..');
let machine: Machine;
let desktop: Desktop;

// The tests go on from each other: each start of the app takes seconds.
beforeAll(async () => {
  machine = makeMachine();
  appendFileSync(join(machine.repository, 'notes.txt'), 'not committed, and not to be touched\r\n');
  desktop = await openDesktop(machine);
});
afterAll(async () => {
  await desktop.close();
  machine.remove();
});

/** What the agent is told, which ends in these files, alike. */
const greetingIn = (...files: readonly string[]) =>
  [
    'Add a greeting',
    '[permission: make greeting]',
    ...files.map((file) => `[write: ${file} | Hello from the agent]`),
  ].join('\n');

/** Adds the repository by dropping it and writes the task, as far as it being queued. */
async function dropAndQueue(...files: readonly string[]): Promise<void> {
  const { page } = desktop;
  await desktop.drop(machine.repository);
  await page.getByRole('button', { name: 'Trust and add' }).click();
  await page.getByRole('textbox', { name: /What should be done/ }).fill(greetingIn(...files));
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('echo');
  await page.getByRole('textbox', { name: /What should be done/ }).press('Control+Enter');
}

/** The button by which the person lets the agent go on; it is there only while the agent waits. */
const allow = (page: Page) => page.getByRole('button', { name: /^A?\s*Allow$/i }).first();

async function reviewAndApprove(page: Page): Promise<void> {
  await page.getByRole('tab', { name: /Changes/ }).click();
  await page.getByText('Hello from the agent').first().waitFor();
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .click();
  await page.getByRole('button', { name: /Merge into main/ }).click();
  await page
    .locator('.saying')
    .getByText(/^Merged/)
    .waitFor();
}

function expectMerged(
  file: string,
  before: { readonly notes: Buffer; readonly head: string },
  text = 'Hello from the agent',
): void {
  expect(machine.git('log', '-1', '--format=%s', 'main')).toContain('Add a greeting');
  expect(machine.git('rev-list', '--count', `${before.head}..main`)).toBe('1');
  expect(machine.git('diff', '--name-only', before.head, 'main')).toBe(file);
  expect(machine.git('show', `main:${file}`)).toBe(text);
  expect(readFileSync(join(machine.repository, file), 'utf8').trimEnd()).toBe(text);
  expect(readFileSync(join(machine.repository, 'notes.txt')).equals(before.notes)).toBe(true);
  expect(machine.git('status', '--porcelain')).toBe(' M notes.txt');
  expect(machine.git('stash', 'list')).toBe('');
}

const before = () => ({
  notes: readFileSync(join(machine.repository, 'notes.txt')),
  head: machine.git('rev-parse', 'main'),
});

/** What the terminal door answers. */
async function typed<T>(...words: readonly string[]): Promise<T> {
  const program = [join(root, 'out', 'main', 'cli.js'), ...words, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, program, {
    cwd: machine.folder,
    env: machine.environment,
  });
  return JSON.parse(stdout) as T;
}

/** The one process of a real agent whose command line names this machine. */
const agentArgs = () => ['--no-warnings', join(root, 'test', 'support', 'acp-agent.ts'), machine.folder];
const agentPids = () => pidsOf([process.execPath, ...agentArgs()].join(' '));

/** The one host of this machine, by its record. */
function hostPid(): number {
  const run = join(machine.data, 'run');
  const [record = '', ...others] = readdirSync(run).filter((name) => /^host-.*\.json$/.test(name));
  expect(others).toEqual([]);
  return JSON.parse(readFileSync(join(run, record), 'utf8')).pid;
}

/** Queues a task of a real agent that speaks ACP, and waits until its question is in the inbox. */
async function askByRealAgent(): Promise<{ readonly id: number }> {
  await typed(
    'settings',
    'set',
    'acpAgents',
    JSON.stringify([{ name: 'real', command: process.execPath, args: agentArgs() }]),
  );
  const about = ['--repository', machine.repository, '--agent', 'real'];
  const task = await typed<{ id: number }>('task', 'add', ...about, '--title', 'Ask me', '--prompt', 'permission');
  await inbox(desktop.page).waitFor();
  return task;
}

/** The card of the real agent's question. */
function inbox(page: Page) {
  return page.locator('.card').filter({ hasText: 'Ask me' });
}

/** A comment on the first hunk, which its agent heeds: the change goes back to it and comes again. */
async function commentAndSendBack(page: Page): Promise<void> {
  await page.getByText('Hello from the agent').first().waitFor();
  await page.keyboard.press('m');
  const field = page.getByRole('textbox', { name: 'Comment on line 1', exact: true });
  await field.and(page.locator(':focus')).waitFor();
  // The echo agent does what a line in brackets says.
  await page.keyboard.type('[write: GREETING.md | Good morning from the agent]');
  await page.keyboard.press('Control+Enter');
  await page.getByText('1 comment to send').waitFor();
  await page.getByRole('button', { name: /^Request changes/ }).click();
  const comment = page.locator('.comment');
  await comment.getByText('addressed').waitFor();
  await comment.getByRole('button', { name: /What was changed in these lines/ }).click();
  await comment.getByText('-Hello from the agent').waitFor();
  await comment.getByText('+Good morning from the agent').waitFor();
  await comment.getByRole('button', { name: /^Resolve/ }).click();
  await comment.getByText('resolved').waitFor();
}

/** Takes the hunk of another file back, undoes that, and takes it back for good. */
async function takeOtherBack(page: Page): Promise<void> {
  const line = page.locator('.diff').getByText('Hello from the agent').first();
  const atHand = page.locator('.file-button[title="PARTING.md"][aria-current]');
  // It is the last hunk, on which the key stays.
  const goOn = async () => {
    await page.keyboard.press(']');
    return atHand.count();
  };
  await expect.poll(goOn).toBe(1);
  await page.keyboard.press('u');
  await page.getByText('Took a hunk of PARTING.md back').waitFor();
  await line.waitFor({ state: 'detached' });
  await page.keyboard.press('Control+z');
  await line.waitFor();
  await expect.poll(goOn).toBe(1);
  await page.keyboard.press('u');
  await line.waitFor({ state: 'detached' });
}

test('a dropped repository, a task, an answer, a comment that is heeded, another hunk taken back and an approval by squash end in one commit', async () => {
  const start = before();
  const { page } = desktop;
  await dropAndQueue('GREETING.md', 'PARTING.md');
  await allow(page).waitFor();
  expect(machine.git('rev-parse', 'main')).toBe(start.head);
  await allow(page).click();
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .waitFor();
  expect(machine.git('rev-parse', 'main')).toBe(start.head);
  await page.getByRole('tab', { name: /Changes/ }).click();
  await commentAndSendBack(page);
  await takeOtherBack(page);
  await page.keyboard.press('a');
  await page.getByRole('radio', { name: /Squash/ }).check();
  await page.getByRole('button', { name: /Merge into main/ }).click();
  await page.getByText('Merged the change as one commit into main').waitFor();
  expectMerged('GREETING.md', start, 'Good morning from the agent');
  expect(desktop.complaints).toEqual([]);
});

test('the same with the app killed while agents wait for an answer, of which a real one goes on in the same process', async () => {
  const start = before();
  await dropAndQueue('AGAIN.md');
  await allow(desktop.page).waitFor();
  await desktop.page.getByRole('navigation', { name: 'Places' }).getByText('Inbox').click();
  const real = await askByRealAgent();
  const [agent, ...others] = agentPids();
  expect(others).toEqual([]);
  const host = hostPid();
  const program = (pid: number | undefined) => readlinkSync(`/proc/${pid}/exe`);
  const environment = (pid: number | undefined) => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  // The app's own program, as Node, which is no business of the agent's.
  expect(program(host)).toBe(program(desktop.app.process().pid));
  expect(environment(host)).toContain('ELECTRON_RUN_AS_NODE=1');
  expect(environment(agent).filter((variable) => variable.startsWith('ELECTRON_'))).toEqual([]);

  const starters = childrenOf(desktop.app.process().pid ?? 0, join(root, 'out/main/starter.js'));
  expect(starters).toHaveLength(1);

  await desktop.kill();
  expect(agentPids()).toEqual([agent]);
  await until(() => !starters.some(lives));
  desktop = await openDesktop(machine);
  const { page } = desktop;
  await page.getByRole('navigation', { name: 'Places' }).getByText('Inbox').click();
  await inbox(page)
    .getByRole('button', { name: /Allow$/ })
    .click();
  await inbox(page).waitFor({ state: 'detached' });
  await until(async () => (await typed<{ state: string }>('task', 'show', `${real.id}`)).state === 'review');
  const { branch } = await typed<{ branch: string }>('task', 'show', `${real.id}`);
  // It was told once what to do and once that it may, and it never was another process.
  const seen = machine.git('show', `${branch}:seen.txt`);
  expect(seen.match(/^prompt: /gm)).toHaveLength(1);
  expect(seen.match(/^\{.*$/gm)).toEqual(['{"outcome":"selected","optionId":"reject"}']);
  expect(machine.git('ls-tree', '--name-only', branch).match(/\.history$/gm)).toHaveLength(1);
  const notices = (await typed<{ type: string; text: string }[]>('task', 'log', `${real.id}`)).filter(
    ({ type }) => type === 'notice',
  );
  expect(notices.map(({ text }) => text)).toEqual([
    'Switchyard ended unexpectedly here. The agent worked on, and its turn goes on.',
  ]);
  expect(hostPid()).toBe(host);
  await until(() => agentPids().length === 0);
  await allow(page).click();
  await page.getByRole('navigation', { name: 'Places' }).getByText('Review').click();
  await page.getByRole('region', { name: 'Tasks' }).getByText('Add a greeting').first().click();
  await reviewAndApprove(page);
  expectMerged('AGAIN.md', start);
});

test('a pull request of a change is opened, followed, answered in its threads and merged', async () => {
  const { page } = desktop;
  await dropAndQueue('MORNING.md');
  await allow(page).click();
  await page.getByRole('tab', { name: /Changes/ }).click();
  await page.getByText('Hello from the agent').first().waitFor();

  await using forge = await hub();
  await pressKeys(page, 'g', 'p');
  const dialog = page.getByRole('dialog', { name: 'Pull request of this change' });
  await dialog.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Title').waitFor();
  await dialog.getByRole('button', { name: 'Open pull request' }).click();
  await dialog.getByText('#1 open').waitFor();
  const [pull] = forge.pulls as [Pull];
  const comments = [{ author: { login: 'grace' }, body: 'Why so early?', createdAt: '2026-01-01T00:00:00Z' }];
  pull.threads.push({ id: 'T1', path: 'MORNING.md', line: 1, isResolved: false, isOutdated: false, comments });
  pull.checks.push({ name: 'their test', status: 'completed', conclusion: 'failure' });
  // Opened again it asks anew.
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await pressKeys(page, 'g', 'p');
  await dialog.getByRole('list', { name: 'Checks on the forge' }).getByText('their test').waitFor();
  await dialog.getByText('Why so early?').waitFor();
  await page.keyboard.press('Escape');
  const thread = page.locator('.diff [data-comment="thread-T1"]');
  await thread.getByText('Why so early?').waitFor();
  await thread.getByRole('textbox', { name: 'Reply on MORNING.md:1' }).fill('It is for birds.');
  await page.keyboard.press('Control+Enter');
  await thread.getByText('It is for birds.').waitFor();
  await thread.getByRole('button', { name: 'Resolve' }).click();
  await thread.getByText('settled').waitFor();
  expect(pull.threads).toMatchObject([{ isResolved: true, comments: [{}, { body: 'It is for birds.' }] }]);
  await page.getByRole('button', { name: '#1 open' }).click();
  await dialog.getByRole('button', { name: /^Merge on / }).click();
  await dialog.getByText('#1 merged').waitFor();
  expect(pull.merged).toBe(true);
  const outcomes = (await typed<{ outcome: string }[]>('task', 'list')).map(({ outcome }) => outcome);
  expect(outcomes.filter((outcome) => outcome !== 'merged' && outcome !== null)).toEqual(['published']);
  expect(desktop.complaints).toEqual([]);
});

const token = 'a-token-nobody-may-see';

/** A forge on this machine, with a repository the person's pushes to. */
async function hub() {
  const remotes = join(machine.folder, 'remotes');
  await makeHosted(remotes);
  const forge = await startForge({ root: remotes, token });
  machine.git('remote', 'add', 'origin', `${forge.url}/ada/api.git`);
  await typed('settings', 'set', 'forges', JSON.stringify(forgesOf(forge)));
  return Object.assign(forge, { [Symbol.asyncDispose]: () => forge.close() });
}
