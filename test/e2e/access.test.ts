import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrokenInEitherTheme } from './broken';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';
import { pressKeys } from './press';

// What is the same over a made-up core (places, sheets, the tabs of a task) is looked at in renderer-places.test.ts.

let machine: Machine;
let desktop: Desktop;
let page: Page;
const findings = (inside?: string) => findBrokenInEitherTheme(page, inside);

beforeAll(async () => {
  machine = makeMachine();
  desktop = await openDesktop(machine, { dark: true });
  page = desktop.page;
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
});
afterAll(async () => {
  await desktop.close();
  machine.remove();
});

test('the first look', async () => {
  await page.getByText('Drop a git repository here').waitFor();
  expect(await findings()).toEqual([]);
  // The control: what is broken on purpose is found, also what is broken only in the theme that is not shown.
  await page.evaluate(() => {
    const place = document.querySelector('.status, footer, nav');
    place?.insertAdjacentHTML('beforeend', '<button id="broken"></button><span id="faint">Faint</span>');
    document.getElementById('faint')?.style.setProperty('color', '#ddd');
  });
  expect(await findings()).toEqual([
    expect.stringMatching(/^dark: button-name: #broken/),
    expect.stringMatching(/^light: color-contrast: #faint/),
  ]);
  await page.evaluate(() => document.querySelectorAll('#broken, #faint').forEach((each) => void each.remove()));
});

test('adding a repository', async () => {
  await desktop.drop(machine.repository);
  await page.getByRole('button', { name: 'Trust and add' }).waitFor();
  expect(await findings('[role="dialog"]')).toEqual([]);
  await page.getByRole('button', { name: 'Trust and add' }).click();
});

test('a task that waits', async () => {
  const prompt = page.getByRole('textbox', { name: /What should be done/ });
  await prompt.fill('Add a greeting\n[permission: make greeting]\n[write: GREETING.md | Hello]');
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('echo');
  await prompt.press('Control+Enter');
  const allow = page.getByRole('button', { name: /Allow$/ }).first();
  await allow.waitFor();
  expect(await findings()).toEqual([]);
  await allow.click();
});

test('going back to before the first turn, and undoing it', async () => {
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .waitFor();
  // There is no remote, which the button says instead of offering its key.
  await page.getByRole('button', { name: 'Pull request', exact: true, disabled: true }).waitFor();
  const point = page.getByRole('radio', { name: /Before the first turn/ });
  await page.getByRole('tab', { name: /Conversation/ }).click();
  await page.getByText('Turn 1 changed 1 file').waitFor();
  await pressKeys(page, 'g', 'b');
  await point.check();
  expect(await findings('[role="dialog"]')).toEqual([]);
  await page.getByRole('button', { name: 'Go back', exact: true }).click();
  await page.getByText('You went back: before the first turn.').waitFor();
  expect(await findings()).toEqual([]);
  await page.getByRole('tab', { name: /Changes/ }).click();
  await page.getByText('No file was changed').waitFor();
  expect(await findings()).toEqual([]);
  // It is said for a few seconds only; the key works for longer.
  await pressKeys(page, 'Control+z');
  await page.getByRole('button', { name: /added GREETING.md/ }).waitFor();
});

test('editing a file in place, whose bytes stay what they are but for what was typed', async () => {
  const [, worktree = ''] = /^worktree (.*worktrees.*)$/m.exec(machine.git('worktree', 'list', '--porcelain')) ?? [];
  const stored = '\ufeffone\r\n\ttwo\nthree';
  const bytes = () => readFileSync(join(worktree, 'odd.txt'), 'utf8');
  writeFileSync(join(worktree, 'odd.txt'), stored);
  machine.git('-C', worktree, 'add', 'odd.txt');
  machine.git('-C', worktree, 'commit', '-qm', 'Odd line ends');
  await page.reload();
  await page.getByRole('button', { name: 'Edit odd.txt' }).click();
  await page.getByRole('textbox', { name: 'Edit odd.txt' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('!');
  expect(await findings()).toEqual([]);
  await page.keyboard.press('Control+s');
  await page.getByText('Saved odd.txt as a commit of yours').waitFor();
  expect(bytes()).toBe(`${stored}!`);
  expect(machine.git('-C', worktree, 'log', '-1', '--format=%an: %s')).toBe('Ada: Edit odd.txt');
  const undo = page.getByRole('button', { name: 'Undo your edit of odd.txt' });
  await undo.click();
  await undo.waitFor({ state: 'detached' });
  expect(bytes()).toBe(stored);
  expect(desktop.complaints).toEqual([]);
});

test('terminals: none, and looking for something in one that runs', async () => {
  await page.getByRole('tab', { name: 'Terminal' }).click();
  await page.getByText('No terminal yet').waitFor();
  expect(await findings()).toEqual([]);
  await page.getByRole('button', { name: /New shell/ }).click();
  await page.getByText('leaves the terminal').waitFor();
  await page.keyboard.press('Control+Shift+F');
  await page.getByRole('textbox', { name: 'Find in this terminal' }).waitFor();
  expect(await findings()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+Escape');
});
