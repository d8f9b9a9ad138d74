import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Harness, openHarness } from './harness';

let harness: Harness;
let page: Page;

beforeAll(async () => {
  harness = await openHarness({ width: 1280, height: 800 });
  page = harness.page;
});
afterAll(() => harness?.close());
beforeEach(() => harness.open('little'));
afterEach(() => expect(harness.complaints.splice(0)).toEqual([]));

const finding = () => page.getByLabel('Find in this conversation').locator('input');
const count = () => page.locator('.find-count');
const marks = (name: string) => page.evaluate((key) => CSS.highlights.get(key)?.size ?? 0, name);

/** Opens the conversation of a task. */
async function open(task: number): Promise<void> {
  await page.evaluate((id) => {
    (window as unknown as { harness: { command(command: string): void } }).harness.command(`show-task:${id}`);
  }, task);
  await page.locator('.head-title').waitFor();
  await page.getByRole('tab', { name: 'Conversation' }).click();
  await page.locator('.conversation-row').first().waitFor();
}

/** Lets so much time go by in the page. */
const later = (ms: number) => page.evaluate((wait) => new Promise((resolve) => setTimeout(resolve, wait)), ms);

describe('searching every conversation', () => {
  test('Ctrl+Shift+F finds as words are typed, and ↵ goes to the very place, opened and marked', async () => {
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('unused variable');
    const first = page
      .getByRole('option')
      .filter({ has: page.locator('mark') })
      .first();
    await first.waitFor();
    expect(await harness.broken('[role="dialog"]')).toEqual([]);
    await page.keyboard.press('Enter');
    const place = page.locator('.conversation-found');
    await place.getByText('unused variable').waitFor();
    await expect.poll(() => marks('found-here')).toBeGreaterThan(0);
    expect(await place.isVisible()).toBe(true);
    expect(await count().textContent()).toBe('1 of 1');
    await expect.poll(() => harness.broken(), { timeout: 10_000 }).toEqual([]);
  });

  test('the first place is picked in every answer, also when the one before had it elsewhere', async () => {
    await page.keyboard.press('Control+Shift+F');
    for (const words of ['retry', 'unused', 'jitter']) {
      await page.keyboard.press('Control+a');
      await page.keyboard.type(words);
      const first = page.locator('.found-item').first();
      await first.locator('mark').getByText(words).waitFor();
      await expect.poll(() => first.getAttribute('aria-selected')).toBe('true');
    }
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.locator('.found-item').nth(1).getAttribute('aria-selected')).toBe('true');
  });

  test('says so where nothing is found, and what the words do before any are typed', async () => {
    await page.keyboard.press('Control+Shift+F');
    await page.getByText('Finds what you and the agents wrote').waitFor();
    await page.keyboard.type('nothing');
    await page.getByText('Nothing has all of “nothing”.').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('building');
    await page.getByText('Conversations are still being read, 44 % done').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.sheet').waitFor({ state: 'detached' });
  });

  test('is narrowed by repository, agent and state', async () => {
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('jitter');
    await page.getByLabel('Repository').selectOption({ label: 'web' });
    await page.getByLabel('Agent').selectOption({ label: 'Goose' });
    await page.getByLabel('State').selectOption({ label: 'In review' });
    await expect
      .poll(() => harness.called('search.find'))
      .toContainEqual(expect.objectContaining({ words: 'jitter', repository: 2, agent: 'goose', states: ['review'] }));
  });

  test('calls a prompt a prompt, whoever wrote it', async () => {
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('jitter');
    const where = page.locator('.found-where').first();
    await where.waitFor();
    expect(await where.textContent()).toMatch(/^Prompt · /);
  });

  test('waits for an answer that is slow instead of asking over it, while the index is made', async () => {
    await harness.open('little', 'light', 'stuck=search.find');
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.insertText('building');
    const asked = async () => (await harness.called('search.find')).length;
    await expect.poll(asked, { timeout: 5_000 }).toBe(2);
    await later(2_500);
    expect(await asked()).toBe(2);
  });

  test('the palette has the best places, too, and leads to all of them', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('jitter');
    await page
      .getByRole('option')
      .filter({ has: page.locator('mark') })
      .first()
      .waitFor();
    await page.getByRole('option', { name: /Search all conversations for “jitter”/ }).click();
    await page.getByRole('dialog', { name: 'Search all conversations' }).waitFor();
    expect(await page.getByRole('combobox').first().inputValue()).toBe('jitter');
  });
});

describe('finding in a conversation', () => {
  test('Ctrl+F marks every place, ↵ and Shift+↵ go from one to the next and around, Escape ends it', async () => {
    await open(1);
    await page.keyboard.press('Control+f');
    await page.keyboard.type('retry');
    await expect.poll(() => count().textContent()).toMatch(/^\d+ of \d+$/);
    const of = Number((await count().textContent())?.split(' ')[2]);
    expect(of).toBeGreaterThan(1);
    const seen = new Set<string | null>();
    for (let step = 0; step < of; step += 1) {
      seen.add(await count().textContent());
      await page.keyboard.press('Enter');
    }
    expect(seen.size).toBe(of);
    await page.keyboard.press('Shift+Enter');
    await expect.poll(() => marks('found')).toBeGreaterThan(0);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('zebra');
    await expect.poll(() => count().textContent()).toBe('Not found');
    await page.keyboard.press('Escape');
    await finding().waitFor({ state: 'detached' });
    expect(await marks('found')).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('log');
  });

  test('goes to any of 10,000 events, and a row that was opened stays open out of sight', async () => {
    await harness.open('much');
    await open(1);
    await page.keyboard.press('Control+f');
    await page.keyboard.type('"5442. The uploader"');
    await expect.poll(() => count().textContent()).toBe('1 of 1');
    const place = page.locator('.conversation-found');
    await place.getByText('5442. The uploader').waitFor();
    const box = await place.boundingBox();
    expect(box !== null && box.y + box.height > 100 && box.y < 800).toBe(true);
    await page.keyboard.press('Escape');
    const tool = page.locator('.tool-line').first();
    // By key: what is clicked at a place may have moved from there, when the row was above what is shown.
    await tool.press('Enter');
    // Which row is the first one may change as it grows: what is looked for again is the row that was opened.
    const opened = page.locator('.tool-line[aria-expanded="true"]').first();
    const title = await opened.textContent();
    const key = await page.locator('.conversation-row', { has: opened }).first().getAttribute('data-index');
    await page.getByRole('button', { name: /Jump to latest/ }).click();
    await page.locator(`[data-index="${key}"]`).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+f');
    await page.keyboard.type('"5442. The uploader"');
    await page.locator(`[data-index="${key}"] .tool-line[aria-expanded="true"]`, { hasText: title ?? '' }).waitFor();
  });
});

describe('messages to a busy agent', () => {
  test('are queued with Ctrl+↵, changed with ↑, taken back, and brought back with undo', async () => {
    await open(4);
    await page.keyboard.press('r');
    await page.keyboard.type('Use the fake clock');
    await page.keyboard.press('Control+Enter');
    const queue = page.getByRole('region', { name: 'Messages the agent does not have yet' });
    await queue.getByText('Use the fake clock').waitFor();
    expect(await harness.broken()).toEqual([]);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.type(' in the slow tests');
    await page.keyboard.press('Control+Enter');
    // What is typed before the editor has closed is part of what is edited.
    await queue.getByRole('button', { name: 'Edit “Use the fake clock in the slow tests”' }).waitFor();
    await page.keyboard.type('And lint');
    await page.keyboard.press('Control+Enter');
    await queue.getByText('And lint').waitFor();
    await queue.getByRole('button', { name: 'Remove “And lint”' }).press('Enter');
    await queue.getByText('And lint').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+z');
    await queue.getByText('And lint').waitFor();
  });
});
