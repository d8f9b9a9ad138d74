import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { attach } from '../../core/client';
import { readConfig } from '../../core/config';
import { type OpenRuntime, openRuntime } from '../../core/open';
import { version } from '../../core/version';
import { browsers, isOnPath } from '../../scripts/setup/system.mjs';
import { findBroken, findBrokenInEitherTheme } from './broken';
import { makeMachine } from './desktop';

/** One runtime with its server, and one browser, for all of what follows. */
const machine = makeMachine();
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
let runtime: OpenRuntime;
let url = '';
let browser: Browser;
const complaints: string[] = [];
/** What ends the processes that were started. */
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  await open(0);
  await runtime.client.settings.set({ name: 'pidNamespace', value: 'never' });
  await runtime.client.repositories.add({ path: machine.repository, trust: false });
  const name = browsers.find((one) => isOnPath(one)) ?? '';
  const [found = ''] = (process.env.PATH ?? '')
    .split(delimiter)
    .map((place) => join(place, name))
    .filter((path) => isOnPath(name, { PATH: resolve(path, '..') }));
  browser = await chromium.launch({
    executablePath: found,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  for (const end of ends) await end();
  await runtime?.close();
  machine.remove();
});
afterEach(() => expect(complaints.splice(0)).toEqual([]));

/** Opens the runtime with its server on a port; 0 is any. */
async function open(port: number): Promise<void> {
  const opened = await openRuntime({
    config: readConfig(machine.environment),
    owner: 'background',
    askHuman: null,
    desktop: null,
    page: resolve(__dirname, '..', '..', 'out', 'renderer'),
    statusPort: port,
    onStopRequested: () => {},
  });
  if (opened.kind !== 'owned') throw new Error('taken');
  runtime = opened;
  url = (await runtime.client.signIns.create()).url;
}

/** A runtime in a process of its own, with its server on a port, until it is killed. */
async function openKillable(port: number) {
  const program = resolve(__dirname, '..', '..', 'out', 'main', 'cli.js');
  const child = spawn(process.execPath, [program, 'run', '--status-port', `${port}`], {
    env: machine.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  ends.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  for await (const line of createInterface({ input: child.stderr })) if (line.startsWith('Switchyard runs here')) break;
  const connection = await attach({ folder: readConfig(machine.environment).folders.data, version });
  if (connection === null) throw new Error('There is no runtime.');
  return {
    client: connection.client,
    async kill() {
      child.kill('SIGKILL');
      await ended;
      connection.close();
    },
  };
}

/** A tab of its own, as another browser has it. */
async function tab(options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the server refuses, and that it is gone, the browser says by itself.
    if (message.type() === 'error' && !/status of 401|ERR_CONNECTION|WebSocket connection/.test(message.text()))
      complaints.push(message.text());
  });
  return page;
}

/** A tab that is signed in by the file that `switchyard open` has it opened with. */
async function signedIn(
  options: BrowserContextOptions,
  { client } = runtime as Pick<OpenRuntime, 'client'>,
): Promise<Page> {
  const page = await tab(options);
  const { page: leading } = await client.signIns.create({ page: true });
  await page.goto(pathToFileURL(leading ?? '').href);
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  expect([page.url(), existsSync(leading ?? '')]).toEqual([`${url}/`, false]);
  return page;
}

/** On a phone nothing is wider than the screen, and nothing breaks a rule of accessibility. */
async function fits(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  expect(await findBroken(page)).toEqual([]);
}

test('a browser signs in with a code that works once, keeps no trace of it, and is asked anew once it is signed out', async () => {
  const page = await tab({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  const field = page.getByLabel('Code');
  await field.and(page.locator(':focus')).waitFor();
  await field.fill('AAAA-BBBB');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('Use the command open again').waitFor();
  expect(await findBrokenInEitherTheme(page)).toEqual([]);

  const { code } = await runtime.client.signIns.create();
  await field.fill(` ${code} `);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();

  const other = await tab({});
  await other.goto(`${url}/#code=${code}`);
  await other.getByRole('alert').getByText('was used').waitFor();
  expect([other.url(), await other.evaluate(() => window.history.length)]).toEqual([`${url}/`, 2]);
  // The address is gone to again in the same tab, with a code that is good.
  await other.goto(`${url}/#code=${(await runtime.client.signIns.create()).code}`);
  await other.getByRole('heading', { name: 'Inbox' }).waitFor();
  expect(other.url()).toBe(`${url}/`);
  // And once more, signed in as it is: the code goes from the address all the same.
  await other.goto(`${url}/#code=AAAA-BBBB`);
  await other.waitForURL(`${url}/`);
  await other.getByRole('heading', { name: 'Inbox' }).waitFor();
  await other.context().close();

  // What only the desktop app can do is said to be there, and not offered.
  await page.keyboard.press('Control+o');
  const sheet = page.getByRole('dialog', { name: 'Add repository' });
  await sheet.getByText('Only the desktop app there lets you choose or drop one').waitFor();
  expect(await sheet.getByRole('button').allTextContents()).toEqual(['']);
  await page.keyboard.press('Escape');

  for (const { id } of await runtime.client.signIns.list()) await runtime.client.signIns.revoke({ signIn: id });
  await page.getByText('Your sign-in has ended').waitFor();
  expect(await page.evaluate(() => window.sessionStorage.getItem('switchyard.token'))).toBeNull();
  await page.context().close();
});

test('on a phone a task is watched, answered, reviewed and approved, and the commit is on the base', async () => {
  const page = await signedIn(phone);
  await page.getByText('No agent waits for you').waitFor();
  const prompt = ['Add a greeting', '[permission: make greeting]', '[write: GREETING.md | Hello from the agent]'];
  const { id } = await runtime.client.tasks.create({
    ...{ repositoryId: 1, title: 'Add a greeting', prompt: prompt.join('\n'), agent: 'echo' },
    permissionLevel: 'supervised',
  });
  const card = page.locator('.card', { hasText: 'Add a greeting' });
  await card.waitFor();
  await fits(page);
  await card.getByRole('button', { name: 'Add a greeting' }).tap();
  await page.getByRole('tab', { name: 'Conversation', selected: true }).waitFor();
  await fits(page);
  // Back of the browser leads out of the task, and not off the page.
  await page.goBack();
  await card.getByRole('button', { name: /^Allow/ }).tap();
  await card.waitFor({ state: 'detached' });
  const places = page.getByRole('navigation', { name: 'Main places' });
  await places.getByRole('button', { name: /^Review\W+1$/ }).tap();
  await page.getByRole('option', { name: /Add a greeting/ }).tap();
  await page.getByText('Hello from the agent').first().waitFor();
  await fits(page);
  await page.getByRole('button', { name: 'Back', exact: true }).tap();
  await page.getByRole('option', { name: /Add a greeting/ }).waitFor();
  await fits(page);
  await page.getByRole('option', { name: /Add a greeting/ }).tap();
  await page.getByText('Hello from the agent').first().waitFor();
  const before = machine.git('rev-parse', 'main');
  await page.getByRole('button', { name: 'Approve' }).tap();
  const verdict = page.getByRole('dialog');
  await verdict.getByRole('button', { name: 'Merge into main' }).waitFor();
  await fits(page);
  expect(machine.git('rev-parse', 'main')).toBe(before);
  await verdict.getByRole('button', { name: 'Merge into main' }).tap();
  await page
    .getByText(/^Merged/)
    .first()
    .waitFor();
  expect(machine.git('show', 'main:GREETING.md')).toBe('Hello from the agent');
  expect((await runtime.client.tasks.get({ task: id })).outcome).toBe('merged');

  await page.getByRole('button', { name: 'Back', exact: true }).tap();
  await places.getByRole('button', { name: /^More/ }).tap();
  await fits(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Settings' }).tap();
  await page.getByRole('dialog', { name: 'Settings' }).getByText('This browser').waitFor();
  await fits(page);
  await page.getByRole('button', { name: 'Sign out' }).tap();
  await page.getByText('You are signed out.').waitFor();
  await fits(page);
  expect(await runtime.client.signIns.list()).toEqual([]);
  await page.context().close();
});

test('the monitor shows who is on the relay and what is said there, and a page whose runtime is killed connects again when it is back', async () => {
  const port = Number(new URL(url).port);
  await runtime.close();
  const killable = await openKillable(port);
  const page = await signedIn({ viewport: { width: 1280, height: 800 } }, killable);
  const { relay } = killable.client;
  const send = (id: string, text: string) =>
    relay.send({ session: 'nightly', role: 'builder', message: { id, type: 'work', payload: { text } } });
  await send('first', 'Before anybody looked');
  await page.getByRole('button', { name: 'Monitor' }).click();
  const events = page.getByRole('region', { name: 'Events' });
  const row = (text: string) => events.getByRole('option').filter({ hasText: text });
  await row('Before anybody looked').waitFor();
  await page.getByText('embedded, ').waitFor();
  expect(await findBrokenInEitherTheme(page)).toEqual([]);
  await row('Before anybody looked').click();
  await events
    .getByRole('region', { name: 'Event', exact: true })
    .getByText('"text": "Before anybody looked"')
    .waitFor();
  // Held, what comes is counted and not shown.
  await send('second', 'While it is held');
  await events.getByText(/paused, 1 more since/).waitFor();
  expect(await row('While it is held').count()).toBe(0);
  await events.getByRole('button', { name: 'Resume' }).click();
  await row('While it is held').waitFor();
  await events.getByRole('textbox', { name: 'Filter events' }).fill('looked');
  await row('While it is held').waitFor({ state: 'detached' });
  await row('Before anybody looked').waitFor();
  await events.getByRole('textbox', { name: 'Filter events' }).fill('');
  const pattern = events.getByRole('textbox', { name: /^Subjects/ });
  await pattern.fill('sessions..x');
  await events.getByRole('alert').getByText('This is no pattern').waitFor();
  await pattern.fill('sessions.other.>');
  await pattern.press('Enter');
  await events.getByText('Nothing is said').waitFor();
  await pattern.fill('sessions.nightly.>');
  await pattern.press('Enter');
  await row('While it is held').waitFor();

  await killable.kill();
  const lost = page.getByRole('region', { name: 'Connection' });
  await lost.getByText('stopped answering').waitFor();
  await lost.getByText('its command open').waitFor();
  expect(await findBrokenInEitherTheme(page)).toEqual([]);
  await open(port);
  await lost.waitFor({ state: 'detached' });
  await runtime.client.relay.send({
    ...{ session: 'nightly', role: 'builder' },
    message: { id: 'third', type: 'work', payload: { text: 'After it was back' } },
  });
  await row('After it was back').waitFor();
  expect(await row('Before anybody looked').count()).toBe(1);
  await page.context().close();
});
