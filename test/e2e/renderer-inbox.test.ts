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

/** Waits until the request in hand, or what is picked, takes answers. */
const answerable = () =>
  page.locator('.several[data-answerable], main:not(:has(.several)) .card[aria-current] [data-answerable]').waitFor();

const press = (...keys: readonly string[]) => pressKeys(page, ...keys);

test('a permission is allowed for good by a number, with the rule that was read', async () => {
  await harness.open('little');
  await card('Add retry').focus();
  await card('Add retry').getByText('Always allow commands that begin with').waitFor();
  await answerable();
  await press('2');
  await card('Add retry').waitFor({ state: 'detached' });
  expect(await harness.called('requests.answer')).toMatchObject([
    {
      request: 1,
      answer: { decision: 'allow', rule: { scope: 'repository', match: { by: 'prefix', words: ['npm', 'test'] } } },
    },
  ]);
});

test('a request that came while the window was another’s is answered only after it was looked at', async () => {
  const looks = (has: boolean) =>
    page.evaluate((has) => {
      document.hasFocus = () => has;
      window.dispatchEvent(new Event(has ? 'focus' : 'blur'));
    }, has);
  await harness.open('little');
  await answerable();
  await looks(false);
  await press('g', 'r', 'g', 'i');
  await page.locator('.card[aria-current]').waitFor();
  // Longer than it takes to read one.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000)));
  expect(await page.locator('.card [data-answerable]').count()).toBe(0);
  await looks(true);
  await press('a');
  await page.getByText('Not answered: it had only just come up').waitFor();
  expect(await harness.called('requests.answer')).toEqual([]);
  await answerable();
  await press('a');
  await expect.poll(() => harness.called('requests.answer')).toHaveLength(1);
});

test('where one choice is the whole answer, there is nothing left to send, and what answers at once says so', async () => {
  await harness.open('little');
  // What is written is sent beside its field, apart from what answers at once.
  const either = card('Choose a storage');
  await either.getByText('Choosing one answers at once', { exact: true }).waitFor();
  const places = await either
    .locator('textarea, .send-answer, .choice')
    .evaluateAll((all) => all.map((one) => one.tagName));
  expect(places.slice(0, 3)).toEqual(['TEXTAREA', 'BUTTON', 'BUTTON']);
  expect(await either.locator('.choices-group .send-answer').count()).toBe(0);
  expect(await either.getByRole('button', { name: /Send answer/ }).getAttribute('aria-disabled')).toBe('true');
  await page.evaluate(() => {
    type Asked = { requests: object[] };
    const { core } = (window as unknown as { harness: { core: { tasks: Map<number, Asked>; put(task: Asked): void } } })
      .harness;
    const task = core.tasks.get(2);
    const title = 'The budget is reached';
    const more = { kind: 'budget', title, allowsText: false };
    if (task !== undefined) core.put({ ...task, requests: [{ ...task.requests[0], ...more }] });
  });
  const asked = card('The budget is reached');
  await asked.getByRole('button', { name: /PostgreSQL/ }).waitFor();
  await asked.getByText('Choosing one answers at once', { exact: true }).waitFor();
  expect(await asked.getByRole('button', { name: /Send answer/ }).count()).toBe(0);
  expect(await card('Add retry').getByText('wants to run').count()).toBe(1);
});

test('a key that is held, or comes before the next request could be read, answers no other one', async () => {
  await harness.open('little');
  await press('j');
  await answerable();
  // Allowed in the very moment the next one comes under the key.
  await page.evaluate(() => {
    const asked = document.querySelector('.card[data-cursor]');
    const watcher = new MutationObserver(() => {
      if (asked?.isConnected) return;
      watcher.disconnect();
      window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', cancelable: true }));
    });
    watcher.observe(document.body, { childList: true, subtree: true });
  });
  await page.keyboard.down('2');
  await card('Choose a storage').waitFor({ state: 'detached' });
  await page.getByText('Not answered: it had only just come up').waitFor();
  await answerable();
  for (let repeat = 0; repeat < 5; repeat += 1) await page.keyboard.down('2');
  await page.keyboard.up('2');
  expect(await harness.called('requests.answer')).toMatchObject([{ request: 2 }]);
  await press('a');
  await card('Add retry').waitFor({ state: 'detached' });
  expect(await harness.called('requests.answer')).toMatchObject([{ request: 2 }, { request: 1 }]);
});

test('a press acts where it was made: on a card half in view nothing moves before the release, and no other button comes under it', async () => {
  await harness.resize({ width: 1280, height: 420 });
  await harness.open('little');
  await answerable();
  const asked = card('Add retry');
  const deny = asked.getByRole('button', { name: /No, tell/ });
  // What of the card is below its answers stays out of view.
  const toHalf = () =>
    deny.evaluate((button) => {
      const main = button.closest('main');
      if (main !== null)
        main.scrollTop += button.getBoundingClientRect().bottom + 4 - main.getBoundingClientRect().bottom;
    });
  await toHalf();
  const at = await deny.boundingBox();
  const top = () => page.locator('main.inbox').evaluate((main) => main.scrollTop);
  const before = await top();
  if (at === null) throw new Error('The refusal is not there.');
  await page.mouse.move(at.x + 3, at.y + 6);
  await page.mouse.down();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  expect(await deny.boundingBox()).toEqual(at);
  await page.mouse.up();
  await asked.waitFor({ state: 'detached' });
  expect(await harness.called('requests.answer')).toMatchObject([{ answer: { decision: 'deny' } }]);

  // Its keys come with the press, and neither the card, nor a button, nor the focus goes elsewhere for them.
  await harness.open('little');
  await answerable();
  await toHalf();
  const field = asked.getByRole('button', { name: 'Reply' });
  const places = () =>
    asked.locator('.choices .button').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
  const [lefts, from] = [await places(), await top()];
  await field.click();
  await asked.and(page.locator('[aria-current]')).waitFor();
  await asked.locator('textarea:focus').waitFor();
  expect((await places()).slice(0, 2)).toEqual(lefts.slice(0, 2));
  expect(before).toBeGreaterThan(0);
  expect(from).toBeGreaterThan(0);
  await page.keyboard.type('d');
  expect(await harness.called('requests.answer')).toEqual([]);

  // A change to review half in view is opened by the press, too.
  const row = page.locator('.inbox-reviews li').first();
  await row.evaluate((one) => {
    const main = one.closest('main');
    if (main !== null) main.scrollTop += one.getBoundingClientRect().top + 8 - main.getBoundingClientRect().bottom;
  });
  const [seen, still] = [await row.boundingBox(), await top()];
  if (seen === null) throw new Error('No change to review is there.');
  await page.mouse.move(seen.x + 200, seen.y + 4);
  await page.mouse.down();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  expect(await top()).toBe(still);
  await page.mouse.up();
  await page.getByRole('region', { name: 'Task', exact: true }).waitFor();
  await harness.resize({ width: 1280, height: 800 });
});

test('several requests of one kind are picked and answered together', async () => {
  await harness.open('little');
  await press('x');
  await page.getByText('1 permission selected').waitFor();
  await press('j', 'x');
  await page.getByText('A question is answered by itself').waitFor();
  await press('j', 'x');
  await page.getByText('2 permissions selected').waitFor();
  expect(await harness.broken()).toEqual([]);
  await answerable();
  await press('a');
  await card('Add retry').waitFor({ state: 'detached' });
  await card('Move webhook signing').waitFor({ state: 'detached' });
  expect(await harness.called('requests.answer')).toMatchObject([
    { request: 3, answer: { decision: 'allow', rule: null } },
    { request: 1, answer: { decision: 'allow', rule: null } },
  ]);
  await page.getByText('Allowed 2').waitFor();
  await card('Choose a storage').waitFor();
});

test('letting go of what was picked gives the keys back to the request in hand', async () => {
  await harness.open('little');
  await press('x', 'Escape');
  await page.getByText('1 permission selected').waitFor({ state: 'detached' });
  await answerable();
  await press('d');
  await card('Move webhook signing').waitFor({ state: 'detached' });
  expect(await harness.called('requests.answer')).toMatchObject([{ request: 3, answer: { decision: 'deny' } }]);
});

test('everything that asks the same is picked with one key', async () => {
  await harness.open('much');
  await page.locator('.card').first().focus();
  await press('*');
  await page.getByText(/\d+ permissions selected/).waitFor();
  expect(await page.locator('.card[data-picked]').count()).toBeGreaterThan(1);
  const commands = (cards: string) => page.locator(`${cards} .request-command`).allTextContents();
  expect((await commands('.card[data-picked]')).filter((command) => !command.startsWith('npm test'))).toEqual([]);
  const others = await commands('.card:not([data-picked])');
  expect(others.length).toBeGreaterThan(0);
  expect(others.filter((command) => !command.startsWith('git push'))).toEqual([]);
});

test('rules are listed, and one is taken back by keyboard', async () => {
  await harness.open('little');
  await press('g', 'u');
  const sheet = page.getByRole('dialog', { name: 'Rules' });
  await sheet.getByText('commands that begin with').waitFor();
  await sheet.getByText(/Everywhere in api · made in Add retry with backoff to the uploader, \d/).waitFor();
  expect(await harness.broken('[role="dialog"]')).toEqual([]);
  await sheet.getByRole('button', { name: 'Revoke' }).last().focus();
  await press('Enter');
  await sheet.getByText('commands that begin with').waitFor({ state: 'detached' });
  expect(await harness.called('rules.revoke')).toEqual([{ rule: 1 }]);
  await sheet.getByRole('button', { name: 'Revoke' }).click();
  await sheet.getByText('Nothing is allowed without asking').waitFor();
});

test('the changes to review keep their places while the pointer moves over them', async () => {
  await harness.open('little');
  const rows = page.locator('.inbox-reviews .line-title');
  const first = () => rows.first().textContent();
  const ready = page.locator('.inbox-reviews h2');
  await rows.first().scrollIntoViewIfNeeded();
  expect(await first()).toContain('Rename Account');
  const box = await rows.first().boundingBox();
  await page.mouse.move((box?.x ?? 0) + 10, (box?.y ?? 0) + 5);
  await page.mouse.move((box?.x ?? 0) + 12, (box?.y ?? 0) + 6);
  // It goes into review anew, and belongs behind the others; so does one that comes.
  await page.evaluate(() => {
    interface Known {
      readonly id: number;
      readonly title: string;
    }
    const { core } = (
      window as unknown as { harness: { core: { tasks: Map<number, Known>; put(task: object): void } } }
    ).harness;
    const renamed = [...core.tasks.values()].find(({ title }) => title.startsWith('Rename'));
    core.put({ ...renamed });
    core.put({ ...renamed, id: 900, title: 'Came just now' });
  });
  await ready.getByText('3').waitFor();
  expect(await first()).toContain('Rename Account');
  await page.mouse.move(5, 5);
  await expect.poll(first).toContain('Documentation');
});
