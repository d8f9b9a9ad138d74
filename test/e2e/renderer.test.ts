import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Harness, openHarness } from './harness';
import { pressKeys } from './press';

let harness: Harness;
let page: Page;

beforeAll(async () => {
  harness = await openHarness({ width: 1280, height: 800 });
  page = harness.page;
});
afterAll(() => harness?.close());
afterEach(() => expect(harness.complaints.splice(0)).toEqual([]));

const card = (title: string) => page.locator('.card', { hasText: title });
const option = (title: string) => page.getByRole('option').filter({ hasText: title });

/** Waits until the request in hand, or what is picked, takes answers. */
const answerable = () =>
  page.locator('.several[data-answerable], main:not(:has(.several)) .card[aria-current] [data-answerable]').waitFor();

const press = (...keys: readonly string[]) => pressKeys(page, ...keys);

async function openReview(title: string): Promise<void> {
  await press('g', 'r');
  await option(title).click();
  await page.getByRole('tab', { name: /Changes/, selected: true }).waitFor();
}

test('requests are answered from the inbox by keyboard, one after the other', async () => {
  await harness.open('little');
  expect(await page.title()).toBe('3 waiting, 2 to review · Switchyard');
  await answerable();
  await press('a');
  await card('Move webhook signing').waitFor({ state: 'detached' });
  await answerable();
  await press('2');
  await card('Choose a storage').waitFor({ state: 'detached' });
  await answerable();
  await press('d');
  await card('Add retry').waitFor({ state: 'detached' });
  expect(await harness.called('requests.answer')).toMatchObject([
    { request: 3, answer: { decision: 'allow', rule: null } },
    { request: 2, answer: { decision: null, options: [1] } },
    { request: 1, answer: { decision: 'deny', options: [1] } },
  ]);
  await page.getByText('No agent waits for you').waitFor();
});

test('a key typed into a field answers nothing', async () => {
  await harness.open('little');
  await press('r');
  await page.getByRole('textbox', { name: /What the agent is told/ }).waitFor();
  await page.keyboard.type('add a 1 and d');
  expect(await harness.called('requests.answer')).toEqual([]);
});

test('approve sends the ids of the review that is shown', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await press('a');
  await page.getByRole('radio', { name: /Squash/ }).check();
  await page.getByRole('button', { name: /Merge into main/ }).click();
  await page.getByText('Merged 2 commits into main').waitFor();
  expect(await harness.called('tasks.approve')).toMatchObject([
    { task: 6, base: 'b'.repeat(40), head: 'd'.repeat(40), tree: 'e'.repeat(40), strategy: 'squash' },
  ]);
});

test('a base that moved is told in place, and the review is read again', async () => {
  await harness.open('little');
  await openReview('Rename');
  await press('a');
  await page.getByRole('button', { name: /Merge into main/ }).click();
  await page
    .getByRole('alert')
    .getByText(/main moved while you looked/)
    .waitFor();
  await page.getByRole('button', { name: /Merge into main/ }).waitFor();
});

test('a discarded change comes back with undo', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByText(/Everything is kept under a backup ref/).waitFor();
  await press('Control+z');
  await page.getByText(/is in review again/).waitFor();
});

test('the checks tab shows what a check printed, and what the next run printed once it ends', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await press('g', '3');
  await page.getByText('✓ test/uploader.test.ts').waitFor();
  const run = (state: 'running' | 'failed') =>
    page.evaluate((state) => {
      const { core } = (
        window as unknown as {
          harness: { core: { tasks: Map<number, { checks: object[] }>; put(task: object): void } };
        }
      ).harness;
      const task = core.tasks.get(6);
      core.put({ ...task, checks: [{ ...task?.checks[0], state, startedAt: 1, exitCode: null }] });
    }, state);
  await run('running');
  await page.getByText('✓ test/uploader.test.ts').waitFor({ state: 'detached' });
  await run('failed');
  await page.getByText('✗ member.test.ts').waitFor();
});

test('a prompt half written is there when the sheet is opened again', async () => {
  await harness.open('little');
  await press('c');
  await page.keyboard.type('Make the importer stream. Soon.');
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByText(/\d+ queued/).waitFor();
  await press('c');
  const prompt = page.getByRole('textbox', { name: /What should be done/ });
  expect(await prompt.inputValue()).toBe('Make the importer stream. Soon.');
  await prompt.press('Control+Enter');
  await page.getByText(/Queued “Make the importer stream”/).waitFor();
  expect(await harness.called('tasks.create')).toMatchObject([
    { title: 'Make the importer stream', prompt: 'Make the importer stream. Soon.', agent: 'claude' },
  ]);
});

test('what an agent writes is text: nothing is loaded, run or linked', async () => {
  await harness.open('much');
  await press('g', 'n');
  await option('<img src=x').first().click();
  await page.locator('.conversation-row').first().waitFor();
  expect(await page.locator('.conversation :is(img, a, iframe, script, object), .rows :is(img, a)').count()).toBe(0);
});

test('two thousand tasks and ten thousand events stay few elements', async () => {
  await harness.open('much');
  await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: /^api/ }).click();
  await page.getByPlaceholder('Filter').fill('Task 11: waiting');
  await option('Task 11').first().click();
  await page.locator('.asked').waitFor();
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(2_500);
});

test('who reads further up is not moved by what streams in, and can jump to the latest', async () => {
  await harness.open('much');
  await press('g', 'n');
  const running = page
    .getByRole('option')
    .filter({ hasText: /claude/ })
    .first();
  await page.getByPlaceholder('Filter').fill('running 12');
  await running.click();
  const scroller = page.locator('.conversation-scroll');
  await page
    .getByText(/The retry is in place/)
    .last()
    .waitFor();
  await scroller.hover();
  await page.mouse.wheel(0, -3_000);
  const jump = page.getByRole('button', { name: /Jump to latest/ });
  await jump.waitFor();
  const place = () => scroller.evaluate((element) => element.scrollTop);
  const seen = () => page.locator('.conversation-row').first().getAttribute('data-index');
  const before = [await place(), await seen()];
  const grown = await scroller.evaluate(
    (element) =>
      new Promise<boolean>((resolve) => {
        const height = element.scrollHeight;
        const timer = setInterval(() => {
          if (element.scrollHeight <= height) return;
          clearInterval(timer);
          resolve(true);
        }, 50);
      }),
  );
  expect(grown).toBe(true);
  expect([await place(), await seen()]).toEqual(before);
  await jump.click();
  await jump.waitFor({ state: 'detached' });
});

test('a core that died is told, and a new one is taken up with what it knows', async () => {
  await harness.open('little');
  await page.evaluate(() => (window as unknown as { harness: { die(): void } }).harness.die());
  await page.getByText(/core stopped answering/).waitFor({ timeout: 20_000 });
  await page.evaluate(() => (window as unknown as { harness: { live(): void } }).harness.live());
  await page.getByText(/core stopped answering/).waitFor({ state: 'detached', timeout: 20_000 });
  await answerable();
  await press('a');
  await card('Move webhook signing').waitFor({ state: 'detached' });
});

test('every place and sheet breaks no rule of accessibility, in either theme', async () => {
  const expectWhole = async (place: string) =>
    expect([place, await harness.brokenInEitherTheme()]).toEqual([place, []]);
  await harness.open('none', 'dark');
  await expectWhole('nothing yet');
  await harness.open('little', 'dark');
  await expectWhole('inbox');
  for (const keys of ['c', 'Control+k', 'Control+,', '?', 'Control+o']) {
    await press(keys);
    await page.getByRole('dialog').waitFor();
    await expectWhole(keys);
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await expectWhole('changes');
  await press('g', '1');
  await page.locator('.conversation-row').first().waitFor();
  await expectWhole('conversation');
  await press('g', '3');
  await page.getByText('✓ test/uploader.test.ts').waitFor();
  await expectWhole('checks');
  await press('g', '4');
  await page.getByText('History').waitFor();
  await expectWhole('info');
});
