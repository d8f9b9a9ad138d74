import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Task } from '../../core/contract/task';
import { type Harness, openHarness } from './harness';
import { pressKeys } from './press';

let harness: Harness;
let page: Page;

beforeAll(async () => {
  harness = await openHarness({ width: 900, height: 600 });
  page = harness.page;
});
afterAll(() => harness?.close());
afterEach(() => expect(harness.complaints.splice(0)).toEqual([]));

const press = (...keys: readonly string[]) => pressKeys(page, ...keys);
const contestant = (agent: string) => page.locator('.contestant', { hasText: agent });

/** The core moves the tasks of the newest contest, in order. */
const become = (states: readonly Partial<Task>[]) =>
  page.evaluate((wanted) => {
    type Core = { tasks: Map<number, { id: number }>; put(task: object): void };
    const { core } = (window as unknown as { harness: { core: Core } }).harness;
    const last = [...core.tasks.values()].slice(-wanted.length);
    for (const [index, more] of wanted.entries()) core.put({ ...last[index], ...more });
  }, states);

test('one task is given to several agents, compared side by side by keyboard, and one is picked', async () => {
  await harness.open('little');
  await press('c');
  await page.getByLabel('What should be done?').fill('Speed up the search');
  await page.getByRole('button', { name: 'Model, or several agents' }).click();
  await page.getByLabel('Model of agent 1').fill('not one word');
  await page.getByText('A model is named in one word').waitFor();
  await page.getByLabel('Model of agent 1').fill('opus');
  await page.getByLabel('How often agent 1').fill('2');
  await page.getByRole('button', { name: 'Add an agent' }).click();
  await page.getByText('3 tasks from one commit').waitFor();
  expect(await harness.brokenInEitherTheme('[role="dialog"]')).toEqual([]);
  // Each of them is looked at, as one alone is.
  const second = page.locator('.chosen-agent').nth(1).getByRole('combobox');
  await second.selectOption('goose');
  await page.getByText('Goose is not installed on this machine').waitFor();
  await second.selectOption('echo');
  await page.getByText('Goose is not installed on this machine').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Queue task' }).click();
  expect(await harness.called('contests.create')).toMatchObject([
    { agents: [{ agent: 'claude', model: 'opus' }, { agent: 'claude', model: 'opus' }, { agent: 'echo' }] },
  ]);

  // Nothing is there to compare yet, and that is said; it fills by itself.
  await page.getByText('0 of 3 finished').waitFor();
  await page.getByText('No change is committed yet').waitFor();
  const change = { files: 3, additions: 53, deletions: 3 };
  const run = { run: 1, name: 'test', command: 'npm test', exitCode: 1, startedAt: 1, endedAt: 2 };
  const check = {
    ...run,
    state: 'failed' as const,
    head: null,
    clean: true,
    stale: false,
    leftBehind: [],
    train: null,
  };
  await become([
    {
      session: 9,
      ...{ state: 'review', branch: 'one', change, usage: { inputTokens: 1000, outputTokens: 10, costUsd: 0.42 } },
      ...{
        checks: [check],
        spent: { usd: 0.42, tokens: 1010, runningMs: 7 * 60_000, usdUntold: false, tokensUntold: false },
      },
    },
    { state: 'failed', error: 'The model did not answer.' },
    { state: 'running', branch: 'three' },
  ]);
  await page.getByText('2 of 3 finished').waitFor();
  await contestant('claude:opus').first().getByText('3 files').waitFor();
  await contestant('echo').getByText('not committed yet').waitFor();
  // What each did stands beside what it took: its checks, its cost and its time.
  const facts = (text: RegExp) => contestant('claude:opus').first().locator('dl').filter({ hasText: text }).waitFor();
  for (const text of [/Checks\s*test failed/, /Cost\s*\$0\.42/, /Tokens\s*1,010/, /Worked\s*7 min(?!u)/])
    await facts(text);
  // In the inbox it is no change to review before all of it is finished.
  await press('g', 'i');
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  expect(await page.locator('.inbox-reviews', { hasText: 'Speed up the search' }).count()).toBe(0);
  await become([{}, {}, { state: 'review', branch: 'three', change }]);
  await page.getByText('Ready to compare').click();

  await page.getByText('same as #').first().waitFor();
  expect(await page.locator('.contest-files tbody tr').count()).toBe(3);
  await page.getByText('It leaves this file as it was').waitFor();
  await press('3');
  await page.locator('.contestant-on', { hasText: 'echo' }).waitFor();
  await press(']');
  await page.locator('.contest-file-on', { hasText: 'src/member-0.ts' }).waitFor();
  await page.locator('.contest-side .patch-added').nth(1).waitFor();
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  // Nothing of the page is wider than it at 900 × 600, and it scrolls down by itself.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(900);

  await press('v');
  await page.getByRole('button', { name: '3 of 3 in a contest' }).waitFor();
  // Merging it takes the others with it, unless the person says otherwise.
  await press('a');
  const box = page.getByLabel('Then discard the others of its contest');
  expect(await box.isChecked()).toBe(true);
  expect(await harness.broken('[role="dialog"]')).toEqual([]);
  await press('Escape', 'Escape');

  await page.getByText('Ready to compare').waitFor();
  await press('1', 'p');
  const asked = page.locator('.contest-pick');
  await asked.waitFor();
  await press('Escape');
  await asked.waitFor({ state: 'detached' });
  // The focus stays in the comparison, where arrows scroll and the list beside it stays where it is.
  await page.locator('.contest-body:focus').waitFor();
  const cursor = await page.locator('.row-cursor').getAttribute('id');
  await press('ArrowDown');
  await page.locator('.contest-body:focus').waitFor();
  expect(await page.locator('.row-cursor').getAttribute('id')).toBe(cursor);
  // Asked for by its button it takes the keys, and gives them back there.
  const asks = page.getByRole('button', { name: /^Pick/ }).first();
  await asks.focus();
  await press('Enter');
  const discard = page.getByRole('button', { name: 'Discard the others' });
  await expect.poll(() => discard.evaluate((button) => button === document.activeElement)).toBe(true);
  await press('Shift+Tab', 'Shift+Tab');
  await asked.getByRole('button', { name: 'Close' }).and(page.locator(':focus')).waitFor();
  await press('Escape');
  await asked.waitFor({ state: 'detached' });
  expect(await asks.evaluate((button) => button === document.activeElement)).toBe(true);
  await press('p');
  expect(await asked.innerText()).toMatch(
    /Keep #\d+ and discard #\d+ claude:opus, #\d+ echo\. Everything of them is kept/,
  );
  await discard.and(page.locator(':focus')).waitFor();
  await press('Enter');
  await page.getByText(/^#\d+ was picked$/).waitFor();
  expect(await harness.called('contests.pick')).toHaveLength(1);
  await contestant('echo').getByText('discarded', { exact: false }).first().waitFor();
  await page.getByText('discarded 2 others').waitFor();
});
