import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';

const root = resolve(__dirname, '..', '..');
let machine: Machine;
let desktop: Desktop;

// The tests go on from each other: each start of the app takes seconds.
beforeAll(async () => {
  machine = makeMachine();
  desktop = await openDesktop(machine);
  await doTask('Talks for long', `[write: a.txt | ${lines}]\n[write: b.txt | ${lines}]\n${talk.join('\n')}`);
});
afterAll(async () => {
  await desktop.close();
  machine.remove();
});

/** Has the echo agent do a task, through the terminal door, up to its review. */
async function doTask(title: string, prompt: string): Promise<void> {
  const words = [
    '--repository',
    machine.repository,
    '--trust',
    '--agent',
    'echo',
    '--title',
    title,
    '--prompt',
    prompt,
  ];
  await promisify(execFile)(
    process.execPath,
    [join(root, 'out', 'main', 'cli.js'), 'task', 'add', ...words, '--wait'],
    { cwd: machine.folder, env: machine.environment },
  );
}

const talk = Array.from(
  { length: 120 },
  (_, at) => `[say: step ${at}${' and more of it'.repeat(at % 7)}]\n[print: ${at}]`,
);
const lines = Array.from({ length: 300 }, (_, at) => `line ${at}`).join('\\n');

async function openTask(page: Page, title: string, tab: 'Conversation' | 'Changes'): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Places' })
    .getByRole('button', { name: /^Review/ })
    .click();
  await page.getByRole('option').filter({ hasText: title }).click();
  await page.getByRole('tab', { name: new RegExp(tab) }).click();
}

/** The row of the conversation at its upper edge, and how far it is scrolled past that. */
const topRow = (page: Page) =>
  page.evaluate(() => {
    const pane = document.querySelector('.conversation-scroll');
    const edge = pane?.getBoundingClientRect().top ?? 0;
    const row = [...document.querySelectorAll('.conversation-row')].find(
      (each) => each.getBoundingClientRect().bottom > edge,
    );
    return { text: row?.textContent?.slice(0, 40), offset: edge - (row?.getBoundingClientRect().top ?? 0) };
  });

const isAtEnd = (page: Page) =>
  page.evaluate(() => {
    const pane = document.querySelector('.conversation-scroll');
    return pane !== null && pane.scrollHeight - pane.scrollTop - pane.clientHeight < 2 && pane.scrollTop > 500;
  });

/** Turns the wheel over what is there and waits until it has come to rest. */
async function wheel(page: Page, pane: string, by: number): Promise<void> {
  const top = () => page.evaluate((selector) => document.querySelector(selector)?.scrollTop ?? 0, pane);
  const before = await top();
  await page.locator(pane).hover();
  await page.mouse.wheel(0, by);
  let last = before;
  await expect
    .poll(
      async () => {
        const now = await top();
        const isStill = now === last && now !== before;
        last = now;
        return isStill;
      },
      { interval: 150, timeout: 10_000 },
    )
    .toBe(true);
}

const diffTop = (page: Page) => page.evaluate(() => document.querySelector('.diff-scroll')?.scrollTop ?? 0);

/** What was written or scrolled this long ago has reached the disk. */
const reachesDiskMs = 700;

async function killAndOpenAgain(): Promise<Page> {
  await desktop.page.waitForTimeout(reachesDiskMs);
  await desktop.kill();
  desktop = await openDesktop(machine);
  return desktop.page;
}

test('after the app is killed the window comes back on the same task, tab and scroll, with every draft', async () => {
  let { page } = desktop;
  await openTask(page, 'Talks for long', 'Conversation');
  await expect.poll(() => isAtEnd(page)).toBe(true);
  await wheel(page, '.conversation-scroll', -1800);
  await page.getByRole('button', { name: /Jump to latest/ }).waitFor();
  await page.getByRole('textbox', { name: /Comment on the change/ }).fill('Not finished writ');
  const before = await topRow(page);
  expect(before.text).toMatch(/\d/);

  page = await killAndOpenAgain();
  await page.getByRole('heading', { name: 'Talks for long' }).waitFor();
  expect(await page.getByRole('tab', { name: 'Conversation' }).getAttribute('aria-selected')).toBe('true');
  await expect.poll(async () => (await topRow(page)).text).toBe(before.text);
  await expect.poll(async () => Math.abs((await topRow(page)).offset - before.offset)).toBeLessThan(3);
  expect(await page.getByRole('textbox', { name: /Comment on the change/ }).inputValue()).toBe('Not finished writ');

  await page.getByRole('tab', { name: /Changes/ }).click();
  await page.getByText('line 12', { exact: true }).first().waitFor();
  await wheel(page, '.diff-scroll', 7000);
  const scrolled = await diffTop(page);
  await page.keyboard.press('c');
  await page.getByRole('textbox', { name: /What should be done/ }).fill('A prompt nobody sent');

  page = await killAndOpenAgain();
  const sheet = page.getByRole('dialog', { name: 'New task' });
  await expect
    .poll(() => sheet.getByRole('textbox', { name: /What should be done/ }).inputValue())
    .toBe('A prompt nobody sent');
  await expect.poll(() => diffTop(page), { timeout: 10_000 }).toBe(scrolled);
  await page.keyboard.press('Escape');
  expect(await page.getByRole('tab', { name: /Changes/ }).getAttribute('aria-selected')).toBe('true');
  expect(desktop.complaints).toEqual([]);
});

test('who followed the end of a conversation follows it again, and who goes to another tab and back is where they were', async () => {
  let { page } = desktop;
  await openTask(page, 'Talks for long', 'Conversation');
  await page.getByRole('button', { name: /Jump to latest/ }).click();
  await expect.poll(() => isAtEnd(page)).toBe(true);
  page = await killAndOpenAgain();
  await expect.poll(() => isAtEnd(page)).toBe(true);

  await wheel(page, '.conversation-scroll', -2500);
  await page.getByRole('button', { name: /Jump to latest/ }).waitFor();
  const before = await topRow(page);
  await page.getByRole('tab', { name: /Changes/ }).click();
  await page.getByRole('tab', { name: /Conversation/ }).click();
  await expect.poll(async () => (await topRow(page)).text).toBe(before.text);
  await page.getByRole('button', { name: /Jump to latest/ }).click();
  await expect.poll(() => isAtEnd(page)).toBe(true);
});

test('an app that leaves the writing to the browser forgets where the person was: the control', async () => {
  await openTask(desktop.page, 'Talks for long', 'Conversation');
  await desktop.page.waitForTimeout(reachesDiskMs);
  await desktop.app.evaluate(({ ipcMain }) => void ipcMain.removeAllListeners('switchyard:flush'));
  await openTask(desktop.page, 'Talks for long', 'Changes');
  const page = await killAndOpenAgain();
  await page.getByRole('heading', { name: 'Talks for long' }).waitFor();
  expect(await page.getByRole('tab', { name: 'Conversation' }).getAttribute('aria-selected')).toBe('true');
});

test('after the page crashes a new window is on the same task and tab', async () => {
  const { app, page } = desktop;
  await openTask(page, 'Talks for long', 'Changes');
  const shown = app.waitForEvent('window');
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
  const again = await shown;
  await again.getByRole('heading', { name: 'Talks for long' }).waitFor();
  expect(await again.getByRole('tab', { name: /Changes/ }).getAttribute('aria-selected')).toBe('true');
});
