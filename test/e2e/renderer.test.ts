import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, openHarness } from './harness';
import { openReviewOf, optionOf, overlay } from './open-review';
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
const option = (title: string) => optionOf(page, title);

/** Waits until the request in hand, or what is picked, takes answers. */
const answerable = () =>
  page.locator('.several[data-answerable], main:not(:has(.several)) .card[aria-current] [data-answerable]').waitFor();

const press = (...keys: readonly string[]) => pressKeys(page, ...keys);

const openReview = (title: string) => openReviewOf(page, title);

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

test('approve sends the ids of the review that is shown, and where the base moved reads it again', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await press('a');
  await page.getByRole('radio', { name: /Squash/ }).check();
  await page.getByRole('button', { name: /Merge into main/ }).click();
  await page.getByText('Merged the change as one commit into main').waitFor();
  expect(await harness.called('tasks.approve')).toMatchObject([
    {
      ...{ task: 6, base: 'b'.repeat(40), mergeBase: 'c'.repeat(40), head: 'd'.repeat(40), tree: 'e'.repeat(40) },
      strategy: 'squash',
    },
  ]);

  // A base that moved is told in place, and the review is read again.
  await openReview('Rename');
  await press('a');
  await page.getByRole('button', { name: /Merge into main/ }).click();
  await page
    .getByRole('alert')
    .getByText(/main moved while you looked/)
    .waitFor();
  const merge = page.getByRole('button', { name: /Merge into main/ });
  await merge.waitFor();
  // All of what was refused is seen, however low the window is, and looking again leads to the merge.
  await harness.resize({ width: 900, height: 600 });
  const again = page.getByRole('button', { name: 'Look again' });
  await expect.poll(() => again.evaluate(isUncovered)).toBe(true);
  await again.click();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  expect(await merge.evaluate((button) => button === document.activeElement)).toBe(true);
  await press('Enter');
  await page.getByRole('alert').waitFor();
  await harness.resize({ width: 1280, height: 800 });
  expect(await harness.called('tasks.approve')).toHaveLength(3);
});

/** Resolves once an element was drawn ten times without having scrolled. */
function isStill(element: Element): Promise<void> {
  return new Promise((resolve) => {
    const look = (top: number, left: number): void => {
      if (left === 0) resolve();
      else requestAnimationFrame(() => look(element.scrollTop, element.scrollTop === top ? left - 1 : 10));
    };
    look(element.scrollTop, 10);
  });
}

/** Whether all of an element is in the window with nothing over it. */
function isUncovered(element: Element): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return [top + 1, bottom - 1].every((y) => element.contains(document.elementFromPoint((left + right) / 2, y)));
}

test('a discarded change comes back with undo', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByText(/Everything is kept under a backup ref/).waitFor();
  // Another one is on screen by then, and the focus goes with the button.
  await option('Rename Account').click();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.getByText(/is in review again/).waitFor();
  const row = await option('Documentation').getAttribute('id');
  await page.locator(`.rows:focus[aria-activedescendant="${row}"]`).waitFor();
  await page.getByRole('heading', { level: 1, name: /Documentation/ }).waitFor();
});

test('what runs on a terminal and would end is named before a change is merged, and asked about before it is discarded', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.evaluate(() => {
    const { core } = (window as unknown as { harness: { core: { runProgram(task: number, program: string): void } } })
      .harness;
    core.runProgram(6, 'npm run watch -- --every file');
    core.runProgram(5, 'sleep 300');
  });
  await press('a');
  const form = page.getByRole('dialog', { name: 'Approve this change' });
  const ends = form.getByText('Ends with its worktree: npm run watch -- --every file');
  await ends.waitFor();
  // It is in sight before Enter merges, however low the window is.
  await harness.resize({ width: 900, height: 600 });
  await expect.poll(async () => (await form.boundingBox())?.height).toBeLessThan(600);
  const bottomOf = async (of: Locator): Promise<number> => {
    const { y = 0, height = 0 } = (await of.boundingBox()) ?? {};
    return y + height;
  };
  const foot = (await form.locator('.verdict-foot').boundingBox())?.y ?? 0;
  expect(await bottomOf(ends)).toBeLessThan(foot);
  await harness.resize({ width: 1280, height: 800 });
  expect(await harness.broken(overlay)).toEqual([]);
  await press('Escape');

  await press('Control+Backspace');
  const sheet = page.getByRole('dialog', { name: 'Discard this change?' });
  await sheet.getByText('does not come back with it: npm run watch -- --every file').waitFor();
  expect(await sheet.getByRole('button', { name: 'Cancel' }).evaluate((one) => one === document.activeElement)).toBe(
    true,
  );
  expect(await harness.broken(overlay)).toEqual([]);
  await press('Escape');
  await sheet.waitFor({ state: 'detached' });
  expect(await harness.called('tasks.discard')).toEqual([]);

  await page.getByRole('button', { name: 'Discard' }).click();
  await sheet.getByRole('button', { name: 'Discard and end it' }).click();
  await page.getByText(/Everything is kept under a backup ref/).waitFor();
  expect(await sheet.count()).toBe(0);
  expect(await harness.called('tasks.discard')).toHaveLength(1);
});

test('neither a merge nor a discard that may end programs can be agreed to before they are named', async () => {
  await harness.open('little', 'light', 'stuck=terminals.programs');
  await openReview('Documentation');
  type Inside = { harness: { core: { runProgram(task: number, program: string): void; letOne(): Promise<void> } } };
  const letOneLook = () => page.evaluate(() => (window as unknown as Inside).harness.core.letOne());
  await page.evaluate(() => (window as unknown as Inside).harness.core.runProgram(6, 'npm run watch'));
  await press('a');
  const form = page.getByRole('dialog', { name: 'Approve this change' });
  await form.getByRole('button', { name: 'Looking at what runs…' }).and(page.locator(':focus')).waitFor();
  await press('Enter');
  await letOneLook();
  await form.getByText('Ends with its worktree: npm run watch').waitFor();
  await form
    .getByRole('button', { name: /^Merge into/ })
    .and(page.locator(':focus'))
    .waitFor();
  expect(await harness.called('tasks.approve')).toEqual([]);
  await press('Escape');
  await form.waitFor({ state: 'detached' });

  await press('Control+Backspace');
  // Whether anything runs decides whether the sheet asks, which then looks for itself.
  await letOneLook();
  const sheet = page.getByRole('dialog', { name: 'Discard this change?' });
  await sheet.getByRole('button', { name: 'Looking at what runs…' }).waitFor();
  await press('Control+Enter');
  await letOneLook();
  await sheet.getByRole('button', { name: 'Discard and end it' }).waitFor();
  expect(await harness.called('tasks.discard')).toEqual([]);
  await press('Control+Enter');
  await page.getByText(/Everything is kept under a backup ref/).waitFor();
  expect(await harness.called('tasks.discard')).toHaveLength(1);
});

test('a change that conflicts with its base leads to its agent, who is asked to resolve that', async () => {
  await harness.open('little');
  type Core = { meet(task: number, path: string): void; fallBehind(task: number): void };
  type Inside = { harness: { core: Core } };
  await openReview('Documentation');
  const form = page.getByRole('dialog', { name: 'Approve this change' });
  await press('a');
  await form.getByRole('button', { name: /^Merge/ }).waitFor();
  // What checked it did not check it with what came to its base; landing it does.
  await page.evaluate(() => (window as unknown as Inside).harness.core.fallBehind(6));
  await form.getByText('test passed on the branch, which is 2 commits behind main', { exact: false }).waitFor();
  await form.getByRole('button', { name: 'Land…' }).click();
  await page.getByRole('dialog', { name: /^Land/ }).waitFor();
  await press('Escape');
  await press('a');
  await form.getByRole('button', { name: /^Merge/ }).waitFor();
  await page.evaluate(() => (window as unknown as Inside).harness.core.meet(6, 'docs/webhooks.md'));
  // Who was about to merge has asked nobody.
  await form.getByRole('button', { name: /to resolve$/ }).waitFor();
  await press('Enter');
  await press('Escape');
  await form.waitFor({ state: 'detached' });
  expect(await harness.called('tasks.resolve')).toEqual([]);
  await page.getByRole('button', { name: 'Resolve conflicts' }).click();
  await form.getByRole('list', { name: 'Files that conflict' }).getByText('docs/webhooks.md').waitFor();
  expect(await form.getByRole('button', { name: /^Merge/ }).count()).toBe(0);
  // It can be resolved by hand, too, where its worktree is.
  await form.getByText('/worktrees/', { exact: false }).waitFor();
  await form.getByRole('button', { name: 'Copy path' }).waitFor();
  await form.getByRole('button', { name: 'Open its terminal' }).click();
  await form.waitFor({ state: 'detached' });
  await page.getByRole('tab', { name: 'Terminal', selected: true }).waitFor();
  await page.getByRole('button', { name: 'Resolve conflicts' }).click();
  await form.getByRole('button', { name: /to resolve$/ }).waitFor();
  expect(await harness.broken(overlay)).toEqual([]);
  await press('Enter');
  await form.waitFor({ state: 'detached' });
  expect(await harness.called('tasks.resolve')).toEqual([{ task: 6 }]);
  expect(await harness.called('tasks.approve')).toEqual([]);
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

describe('far too much', () => {
  beforeAll(() => harness.open('much'));

  test('what an agent writes is text: nothing is loaded, run or linked', async () => {
    await press('g', 'n');
    await option('<img src=x').first().click();
    await page.locator('.conversation-row').first().waitFor();
    expect(await page.locator('.conversation :is(img, a, iframe, script, object), .rows :is(img, a)').count()).toBe(0);
  });

  test('two thousand tasks and ten thousand events stay few elements', async () => {
    await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: /^api/ }).click();
    await page.getByPlaceholder('Filter').fill('Task 11: waiting');
    await option('Task 11').first().click();
    await page.locator('.asked').waitFor();
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(2_500);
  });

  test('who reads further up is not moved by what streams in, and can jump to the latest', async () => {
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
    // The wheel goes on for some frames after the button is there.
    await scroller.evaluate(isStill);
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
    // The smallest step up is enough to be left alone, whatever comes meanwhile.
    await page.mouse.wheel(0, -10);
    await jump.waitFor();
  });
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
