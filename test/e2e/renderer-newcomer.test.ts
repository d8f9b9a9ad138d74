import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Harness, openHarness } from './harness';
import { pressKeys } from './press';

let harness: Harness;
let page: Page;

beforeAll(async () => {
  harness = await openHarness({ width: 1280, height: 800 });
  page = harness.page;
});
afterAll(() => harness?.close());
beforeEach(() => harness.open('little'));
afterEach(() => expect(harness.complaints.splice(0)).toEqual([]));

const option = (title: string) => page.getByRole('option').filter({ hasText: title });
const title = () => page.locator('.head-title').textContent();
const focused = () =>
  page.evaluate(() => document.activeElement?.getAttribute('role') ?? document.activeElement?.tagName);

const press = (...keys: readonly string[]) => pressKeys(page, ...keys);

/** Folders from outside over the window, and let go there when `dropped`. */
const drag = (names: readonly string[], dropped: boolean) =>
  page.evaluate(
    ({ names, dropped }) => {
      const dataTransfer = new DataTransfer();
      for (const name of names) dataTransfer.items.add(new File([], name));
      for (const type of ['dragenter', ...(dropped ? ['drop'] : [])])
        window.dispatchEvent(new DragEvent(type, { dataTransfer, cancelable: true }));
    },
    { names: [...names], dropped },
  );

describe('folders dropped together', () => {
  test('are added one after another, any can be skipped, and the last leads to a task', async () => {
    await drag(['mobile', 'docs', 'site'], false);
    await page.getByText('Add these 3 repositories to Switchyard, one after another').waitFor();
    await drag(['mobile', 'docs', 'site'], true);
    await page.getByRole('dialog', { name: 'Add repository, 1 of 3' }).waitFor();
    await page.getByText('Then docs, site.').waitFor();
    await page.getByRole('button', { name: 'Add without trust' }).click();
    await page.getByRole('dialog', { name: 'Add repository, 2 of 3' }).waitFor();
    expect(await page.locator('#path').inputValue()).toBe('/home/ada/docs');
    await page.getByRole('button', { name: 'Skip this one' }).click();
    await page.getByRole('dialog', { name: 'Add repository, 3 of 3' }).waitFor();
    expect(await page.getByRole('button', { name: 'Skip this one' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Trust and add' }).click();
    await page.getByRole('dialog', { name: 'New task' }).waitFor();
    await page.keyboard.type('go');
    expect(await page.getByRole('textbox', { name: /What should be done/ }).inputValue()).toBe('go');
    expect(await harness.called('repositories.add')).toMatchObject([
      { path: '/home/ada/mobile', trust: false },
      { path: '/home/ada/site', trust: true },
    ]);
  });

  test('cover the whole window, so that no text shows through around the frame', async () => {
    await drag(['mobile'], false);
    await page.getByText('Add this repository to Switchyard').waitFor();
    const look = await page.locator('.drop').evaluate((drop) => {
      const { x, y, width, height } = drop.getBoundingClientRect();
      return { box: [x, y, width, height], ground: getComputedStyle(drop).backgroundColor };
    });
    expect(look.box).toEqual([0, 0, 1280, 800]);
    expect(look.ground).toMatch(/^rgb\(/);
  });
});

describe('what became of a change', () => {
  test('is told apart in the list by word and mark', async () => {
    await press('g', 'd');
    const marks = new Set<string | null>();
    for (const [task, word] of [
      ['Remove the legacy importer', 'Merged'],
      ['Try Bun as the test runner', 'Discarded'],
      ['Explain the retry policy', 'Answered'],
      ['Spike: WASM parser', 'Cancelled'],
    ] as const) {
      expect(await option(task).locator('.line-facts').textContent()).toContain(word);
      marks.add(await option(task).locator('.glyph').innerHTML());
    }
    // An answer is a tick like a merge; nothing else is.
    expect(marks.size).toBe(3);
  });

  test.each([
    ['Try Bun as the test runner', 'Discarded', /^Discarded; kept in refs\/switchyard\/backup\/try-bun\/1/],
    ['Remove the legacy importer', 'Merged', /^Merged into main as aaaaaaa/],
  ])('is said of “%s” in the header and over every tab', async (task, word, strip) => {
    await press('g', 'd');
    await option(task).click();
    expect(await page.locator('.head-state').textContent()).toContain(word);
    for (const tab of [/Conversation/, /Changes/, /Checks/, /Info/]) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('.outcome').getByText(strip).waitFor();
    }
    expect(await page.getByRole('button', { name: 'Restore' }).count()).toBe(word === 'Discarded' ? 1 : 0);
  });
});

describe('by keyboard', () => {
  test('↵ opens the first row of a list just shown, whichever list was left', async () => {
    await press('g', 'q', 'j', 'j', 'g', 'f', 'Enter');
    expect(await title()).toBe('Cache the build graph');
  });

  test('↵ in the filter opens the first hit and goes on from the list', async () => {
    await press('g', 'q', '/');
    await page.keyboard.type('bun');
    await press('Enter');
    expect(await title()).toBe('Publish the Bun images');
    expect(await focused()).toBe('listbox');
    await press('/');
    await page.keyboard.type('changelog');
    await press('Enter');
    expect(await title()).toBe('Write a changelog for 3.0');
    // A number finds its task also where that is listed elsewhere.
    await press('/');
    await page.keyboard.type('#6');
    await page.getByRole('button', { name: 'Open #6' }).waitFor();
    await press('Enter');
    expect(await title()).toMatch(/Documentation/);
    expect(await page.locator('.head-facts').textContent()).toMatch(/^#6/);
    expect(await page.locator('.rows .row').allTextContents()).toEqual([expect.stringContaining('#6')]);
  });

  test('↵ in a filter without a hit keeps what is written at hand', async () => {
    await press('g', 'q', '/');
    await page.keyboard.type('no such');
    await press('Enter');
    await page.keyboard.type(' task');
    expect(await page.getByRole('textbox', { name: 'Filter tasks' }).inputValue()).toBe('no such task');
  });

  test('the sheet of keys can be scrolled at once and has no thick ring round it', async () => {
    await press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    const ring = await page.evaluate(() => {
      const here = document.activeElement;
      return here === null ? null : { name: here.className, width: getComputedStyle(here).outlineWidth };
    });
    expect(ring).toEqual({ name: 'sheet-body help', width: '1px' });
  });
});

describe('what is said at the foot', () => {
  const news = () => page.locator('.saying-done');
  const queue = async (): Promise<void> => {
    await press('c');
    await page.keyboard.type('Sweep the floor');
    await press('Control+Enter');
    await page.getByText('Queued “Sweep the floor”').waitFor();
  };

  test('goes soon after its task has moved on', async () => {
    await queue();
    await page.evaluate(() => {
      const { core } = (
        window as unknown as { harness: { core: { tasks: Map<number, object>; put(task: object): void } } }
      ).harness;
      core.put({ ...core.tasks.get(Math.max(...core.tasks.keys())), state: 'running' });
    });
    await news().waitFor({ state: 'detached', timeout: 3_000 });
  });

  test('goes by itself, and nothing older comes back in its place', async () => {
    await press('g', 'r');
    await option('Documentation').click();
    await press('Control+Backspace');
    await page.getByText(/^Discarded “Documentation/).waitFor();
    await queue();
    await news().waitFor({ state: 'detached', timeout: 6_500 });
    expect(await news().count()).toBe(0);
    await press('Escape');
    await page.locator('.rail').click({ position: { x: 5, y: 5 } });
    await press('Control+z');
    await page.getByText(/is in review again/).waitFor();
  });
});
