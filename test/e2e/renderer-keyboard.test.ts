import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Task } from '../../core/contract/task';
import { type Harness, openHarness } from './harness';
import { pressKeys } from './press';

/** The page's own window, as these tests reach into it. */
interface Inside {
  readonly harness: { readonly core: { readonly tasks: ReadonlyMap<number, Task>; put(task: Task): Task } };
}

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
const cursor = () => page.locator('.row-cursor .line-title').first().textContent();

/** Waits until the request in hand, or what is picked, takes answers. */
const answerable = () =>
  page.locator('.several[data-answerable], main:not(:has(.several)) .card[aria-current] [data-answerable]').waitFor();

const press = (...keys: readonly string[]) => pressKeys(page, ...keys);

describe('the inbox', () => {
  test.each([['j'], ['ArrowDown']])(
    '%s walks over requests and changes to review, and ↵ opens what it is on',
    async (down) => {
      const seen: (string | null)[] = [];
      for (let step = 0; step < 6; step += 1) {
        seen.push(await page.locator('[data-cursor] :is(.card-task, .line-title)').textContent());
        await press(down);
      }
      expect(seen.map((name) => name?.replace(/^In review: /, ''))).toEqual([
        'Move webhook signing into its own module',
        'Choose a storage for sessions',
        'Add retry with backoff to the uploader',
        'Rename Account to Member in the whole code base',
        'Documentation for webhooks',
        'Documentation for webhooks',
      ]);
      await press('k', 'Enter');
      expect(await title()).toBe('Rename Account to Member in the whole code base');
      await page.getByRole('tab', { name: /Changes/, selected: true }).waitFor();
    },
  );

  test('↵ opens the request the cursor is on, also after a press on the rail', async () => {
    await page
      .getByRole('navigation', { name: 'Places' })
      .getByRole('button', { name: /^Inbox/ })
      .click();
    await press('j', 'Enter');
    expect(await title()).toBe('Choose a storage for sessions');
  });

  test('a request that comes when only changes were left has the cursor', async () => {
    await press('j', 'k');
    for (const [key, title] of [
      ['a', 'Move webhook signing'],
      ['2', 'Choose a storage'],
      ['a', 'Add retry'],
    ] as const) {
      await answerable();
      await press(key);
      await page.locator('.card', { hasText: title }).waitFor({ state: 'detached' });
    }
    await page.getByText('No agent waits for you').waitFor();
    expect(await page.locator('[data-cursor] .line-title').textContent()).toContain('Rename Account');
    await page.evaluate(() => {
      const { core } = (
        window as unknown as { harness: { core: { tasks: Map<number, object>; put(task: object): void } } }
      ).harness;
      const task = core.tasks.get(4) as { id: number; title: string };
      const asked = {
        ...{ id: 40, task: 4, taskTitle: task.title, repository: '/r', agent: 'goose', kind: 'permission' },
        ...{ title: 'make test', body: '', tool: null, options: [], rules: [], allowsText: false, multiple: false },
        ...{ steps: [], priority: 'default', state: 'open', answer: null, answeredBy: null, createdAt: Date.now() },
        ...{ answeredAt: null, deliveredAt: null },
      };
      core.put({ ...task, state: 'waiting', requests: [asked] });
    });
    await page.locator('.card[data-cursor]', { hasText: 'make test' }).waitFor();
    await answerable();
    await press('a');
    await page.getByText('No agent waits for you').waitFor();
    expect(await harness.called('requests.answer')).toMatchObject([
      { request: 3 },
      { request: 2 },
      { request: 1 },
      { request: 40 },
    ]);
  });

  test('scrolls within itself alone: the window around it stays, whatever is gone to', async () => {
    const moved = await page.evaluate(() => {
      document.querySelector('.inbox-reviews')?.scrollIntoView();
      const around = [document.documentElement, document.body, document.getElementById('root')];
      return around.map((one) => one?.scrollTop);
    });
    expect(moved).toEqual([0, 0, 0]);
    expect(await page.evaluate(() => document.querySelector('.inbox')?.scrollTop)).toBeGreaterThan(0);
  });

  test('on a change to review the keys of a request answer nothing', async () => {
    await press('j', 'j', 'j', 'a', 'd', '1');
    expect(await harness.called('requests.answer')).toEqual([]);
  });
});

describe('a letter in the list', () => {
  const said = (text: string) => page.locator('.saying', { hasText: text });

  test('takes the open task out of review with a way back, and changes none from the row of another', async () => {
    await press('g', 'r', 'w');
    expect(await harness.called('tasks.take')).toEqual([]);
    await option('Documentation').click();
    await page.getByText('fetchMember').first().waitFor();
    await press('w');
    await said('Took “Documentation for webhooks” out of review to drive its agent').waitFor();
    await press('Control+z');
    await expect.poll(() => harness.called('tasks.handBack')).toEqual([{ task: 6, afterwards: 'review' }]);
    await said('“Documentation for webhooks” is in review again').waitFor();
    // The cursor goes on to another row, and the page stays with the open task.
    await press('k', 'w', 'Control+Backspace', 'a');
    await said('A did nothing: “Documentation for webhooks” is open, not “Rename Account').waitFor();
    expect(await harness.called('tasks.take')).toHaveLength(1);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await press('Enter', 'w');
    await expect.poll(async () => (await harness.called('tasks.take')).length).toBe(2);
  });

  test('is the second one of a pair from the row of another task, too, and does not begin one after an arrow', async () => {
    const open = async () => {
      await press('g', 'r');
      await option('Documentation').click();
      await press('k');
    };
    const heading = (place: string) => page.locator('.list-head', { hasText: place }).waitFor();
    await open();
    await press('g', 'd');
    await heading('Done');
    await open();
    await press('g', 'n');
    await heading('Running');
    await open();
    await press('g', '3');
    await page.getByRole('tab', { name: /Checks/, selected: true }).waitFor();
    await press('g', 'c');
    await said('G then C did nothing: “Documentation for webhooks” is open').waitFor();
    await press('g', 'w');
    await page.getByRole('dialog', { name: /Worktrees/ }).waitFor();
    await press('Escape');
    await option('Documentation').click();
    await press('k');
    await page.keyboard.press('g');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('y');
    await said('Y did nothing').waitFor();
    expect(await page.locator('.saying').allTextContents()).not.toContainEqual(expect.stringContaining('then Y'));
  });

  test('leads out of a list that lies over the task to what it opened', async () => {
    await harness.resize({ width: 900, height: 600 });
    try {
      await press('g', 'r', 'Enter', 'j', 'k');
      await page.locator('main[data-drawer]').waitFor();
      await press('w');
      await page.locator('main:not([data-drawer])').waitFor();
      await page.getByRole('tab', { name: 'Terminal', selected: true }).waitFor();
    } finally {
      await harness.resize({ width: 1280, height: 800 });
    }
  });

  test('queues a task that failed again, with a way back', async () => {
    await press('g', 'f', 'Enter', 'e');
    await said('is queued again').waitFor();
    await press('Control+z');
    await said('Cancelled “').waitFor();
  });
});

describe('approving', () => {
  beforeEach(async () => {
    await press('g', 'r');
    await option('Documentation').click();
    await page.getByText('fetchMember').first().waitFor();
  });
  const popover = () => page.getByRole('dialog', { name: 'Approve this change' });

  test('Escape and ↵ after the key merge nothing and open nothing', async () => {
    await press('a');
    await popover().waitFor();
    await press('Escape');
    await popover().waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('listbox');
    await press('Enter', 'Enter');
    expect(await popover().count()).toBe(0);
    expect(await harness.called('tasks.approve')).toEqual([]);
  });

  test('Escape and ↵ after a press on the button merge nothing and open nothing', async () => {
    await page.getByRole('button', { name: /^Approve/ }).click();
    await popover().waitFor();
    await press('Escape');
    await popover().waitFor({ state: 'detached' });
    await press('Enter', 'Enter');
    expect(await popover().count()).toBe(0);
    expect(await harness.called('tasks.approve')).toEqual([]);
  });

  test('↵ held down on the button does not also merge', async () => {
    await page.getByRole('button', { name: /^Approve/ }).focus();
    await page.keyboard.down('Enter');
    await popover().waitFor();
    for (let repeat = 0; repeat < 5; repeat += 1) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    expect(await harness.called('tasks.approve')).toEqual([]);
    await press('Enter');
    await page.getByText('Merged 2 commits into main').waitFor();
  });

  test('Discard has a key, and a place among the keys', async () => {
    await press('Control+Backspace');
    await page.getByText(/Everything is kept under a backup ref/).waitFor();
    await press('?');
    await page.getByRole('dialog').getByText('Discard this change').waitFor();
  });
});

describe('the list', () => {
  const put = (id: number, more: object): Promise<void> =>
    page.evaluate(
      (to) => {
        const { core } = (
          window as unknown as { harness: { core: { tasks: Map<number, object>; put(task: object): unknown } } }
        ).harness;
        core.put({ ...core.tasks.get(to.id), ...to.more });
      },
      { id, more },
    );
  const order = () =>
    page.getByRole('option').evaluateAll((rows) => rows.map((row) => Number(row.id.replace('task-', ''))));

  test('keeps its order under the pointer, and takes the new one when that leaves', async () => {
    await press('g', 'r');
    await option('Documentation').hover();
    const before = await order();
    expect(before).toEqual([7, 6]);
    await put(7, { state: 'done', outcome: 'merged' });
    await put(4, { state: 'review' });
    await option('Rename Account').getByText('Merged · api').waitFor();
    await page.getByRole('option').nth(2).waitFor();
    expect(await order()).toEqual([7, 6, 4]);
    await page.locator('.nothing-open').hover();
    await expect.poll(order).toEqual([6, 4]);
  });

  test('is walked by letters wherever the focus is but in a field, and unfolds where it was folded away', async () => {
    await press('g', 'r');
    await option('Rename Account').click();
    await page.getByText('fetchMember').first().waitFor();
    // The arrows of a list of choices stay there.
    await page.getByRole('combobox', { name: 'What of the change is shown' }).press('ArrowDown');
    expect(await cursor()).toContain('Rename Account');
    for (const control of [
      page.getByRole('checkbox', { name: 'Viewed' }).first(),
      page.getByRole('combobox', { name: 'What of the change is shown' }),
      page.getByRole('tab', { name: 'Info' }),
    ]) {
      await control.focus();
      await press('j');
      expect(await cursor()).toContain('Documentation');
      await control.focus();
      await press('k');
      expect(await cursor()).toContain('Rename Account');
    }
    await harness.resize({ width: 900, height: 600 });
    await page.getByRole('button', { name: 'Show the list' }).waitFor();
    await page.getByRole('tab', { name: 'Info' }).focus();
    await press('j', 'Enter');
    await expect.poll(title).toContain('Documentation');
    await harness.resize({ width: 1280, height: 800 });
  });

  test('a task opened by mouse has the cursor, also when it was open and the cursor elsewhere', async () => {
    await press('g', 'q');
    await option('Publish the Bun').click();
    expect(await cursor()).toContain('Publish the Bun');
    await press('j');
    expect(await cursor()).toContain('Warm the build');
    expect(await title()).toBe('Publish the Bun images');
    await option('Publish the Bun').click();
    expect(await cursor()).toContain('Publish the Bun');
  });

  test('the row of the cursor and the open row are told apart', async () => {
    await press('g', 'q');
    await option('Publish the Bun').click();
    await press('j');
    const looks = await page.locator('.row').evaluateAll((rows) =>
      rows.map((row) => {
        const { backgroundColor, outlineStyle } = getComputedStyle(row);
        return { filled: backgroundColor !== 'rgba(0, 0, 0, 0)', framed: outlineStyle === 'solid' };
      }),
    );
    expect(looks.filter(({ filled }) => filled)).toEqual([{ filled: true, framed: false }]);
    expect(looks.filter(({ framed }) => framed)).toEqual([{ filled: false, framed: true }]);
  });

  test('frames no row while the keys go elsewhere, and A leads from the changes of a task that waits to what it asks', async () => {
    await page.evaluate(() => {
      (window as unknown as { harness: { command(command: string): void } }).harness.command('show-task:1');
    });
    await page.getByRole('tab', { name: /Changes/ }).click();
    const framed = () =>
      page
        .locator('.row')
        .evaluateAll((rows) => rows.filter((row) => getComputedStyle(row).outlineStyle !== 'none').length);
    await press('j');
    expect(await framed()).toBe(1);
    await page.getByRole('tab', { name: /Changes/ }).click();
    expect(await framed()).toBe(0);
    const answer = page.getByRole('button', { name: /^Answer/ });
    expect(await answer.locator('kbd').textContent()).toBe('A');
    await press('a');
    await page.getByRole('tab', { name: 'Conversation', selected: true }).waitFor();
    await page.locator('[data-answerable]').first().waitFor();
    expect(await harness.called('requests.answer')).toEqual([]);
    expect(await answer.locator('kbd').count()).toBe(0);
    await press('a');
    await expect.poll(async () => (await harness.called('requests.answer')).length).toBe(1);
  });

  test('when the task under the cursor leaves, the cursor is on what follows', async () => {
    await press('g', 'q', 'j');
    const before = await page.locator('.row .line-title').allTextContents();
    await page.evaluate(() => {
      const { core } = (
        window as unknown as { harness: { core: { tasks: Map<number, object>; put(task: object): void } } }
      ).harness;
      core.put({ ...core.tasks.get(9), state: 'cancelled' });
    });
    await option('Translate').waitFor({ state: 'detached' });
    expect(await cursor()).toBe(before[2]);
  });
});

describe('Ctrl+A', () => {
  const selected = () => page.evaluate(() => window.getSelection()?.toString() ?? '');

  test('selects nothing outside of what is read', async () => {
    await press('Control+a');
    expect(await selected()).toBe('');
  });

  test('selects the conversation it is pressed in and nothing beside it', async () => {
    await press('g', 'd');
    await option('Remove the legacy').click();
    await page.getByText('The uploader throws').click();
    await press('Control+a');
    expect(await selected()).toContain('The uploader throws');
    expect(await selected()).not.toContain('Remove the legacy importer');
    expect(await selected()).not.toContain('Inbox');
  });

  test('selects the diff it is pressed in and nothing beside it', async () => {
    await press('g', 'r');
    await option('Documentation').click();
    await page.getByText('fetchMember').first().click();
    await press('Control+a');
    const { anchor, focus } = await page.evaluate(() => {
      const selection = window.getSelection();
      const inDiff = (node: Node | null | undefined): boolean =>
        (node instanceof Element ? node : node?.parentElement)?.closest('.diff') != null;
      return { anchor: inDiff(selection?.anchorNode), focus: inDiff(selection?.focusNode) };
    });
    expect({ anchor, focus }).toEqual({ anchor: true, focus: true });
  });

  test('selects the text of the field it is pressed in', async () => {
    await press('c');
    await page.keyboard.type('all of this');
    await press('Control+a', 'Backspace');
    expect(await page.getByRole('textbox', { name: /What should be done/ }).inputValue()).toBe('');
  });
});

test('] leads from any tab of a done task to its diff and on through it', async () => {
  await press('g', 'd');
  await option('Remove the legacy').click();
  await page.getByRole('tab', { name: 'Conversation', selected: true }).waitFor();
  await press(']');
  await page.getByRole('tab', { name: /Changes/, selected: true }).waitFor();
  await page.getByText('fetchMember').first().waitFor();
  await press(']', ']', ']');
  await expect
    .poll(() => page.locator('.file-button[aria-current]').getAttribute('title'))
    .not.toBe('docs/member-3.json');
});

/** The entry of the palette that ↵ would take is in sight. */
const selectedIsSeen = () =>
  page.evaluate(() => {
    const item = document.querySelector('.palette-item[aria-selected="true"]')?.getBoundingClientRect();
    const list = document.querySelector('.palette-list')?.getBoundingClientRect();
    return item !== undefined && list !== undefined && item.top >= list.top && item.bottom <= list.bottom;
  });

test('the palette shows its selected entry also when what is typed lists others above it', async () => {
  await harness.resize({ width: 900, height: 600 });
  await press('Control+k');
  await page.locator('.palette-item').first().waitFor();
  const entries = await page.locator('.palette-item').count();
  for (let step = 0; step < entries; step += 1) await press('ArrowDown');
  await press('ArrowUp', 'ArrowUp');
  await page.keyboard.type('go to');
  await page.locator('.palette-item', { hasText: 'Search all conversations for “go to”' }).waitFor();
  await page.locator('.found-item').first().waitFor();
  await expect.poll(selectedIsSeen).toBe(true);
  await press('Escape');
  await harness.resize({ width: 1280, height: 800 });
});

test.each([
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
])('the palette keeps its selected entry in view, $width wide', async (size) => {
  await harness.resize(size);
  await press('Control+k');
  const entries = await page.locator('.palette-item').count();
  expect(entries).toBeGreaterThan(20);
  for (let step = 0; step < entries; step += 1) {
    await press('ArrowDown');
    await expect.poll(selectedIsSeen).toBe(true);
  }
  await press('ArrowUp', 'ArrowUp');
  await expect.poll(selectedIsSeen).toBe(true);
  await page.keyboard.type('go to');
  await expect.poll(selectedIsSeen).toBe(true);
  await press('Escape');
  await harness.resize({ width: 1280, height: 800 });
});

test('closing a sheet gives the focus back to where it was', async () => {
  await press('g', 'q', 'j');
  for (const keys of ['c', '?', 'Control+k', 'Control+o', 'Control+,']) {
    await press(keys);
    await page.getByRole('dialog').waitFor();
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect([keys, await page.evaluate(() => document.activeElement?.getAttribute('role'))]).toEqual([keys, 'listbox']);
  }
});

// A theme changes colours alone, which the rules of accessibility look at.
test('whatever has the focus shows it', async () => {
  /** Everything Tab reaches from here until it comes round, and what of it shows no ring, frame or cursor of its own. */
  const walk = async (): Promise<{ readonly reached: number; readonly bare: readonly string[] }> => {
    const bare: string[] = [];
    const seen = new Set<string>();
    for (let step = 0; step < 80; step += 1) {
      await press('Tab');
      const found = await page.evaluate(() => {
        let element = document.activeElement;
        const path: string[] = [];
        while (element?.shadowRoot?.activeElement != null) {
          path.push(element.tagName);
          element = element.shadowRoot.activeElement;
        }
        if (element === null || element === document.body) return null;
        const name = `${path.join(' ')} ${element.tagName}.${element.className} ${element.textContent?.slice(0, 30)}`;
        const box = element.getBoundingClientRect();
        const framed = [element, element.parentElement, ...element.querySelectorAll('.row-cursor')].some((one) => {
          if (one == null) return false;
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1.5;
        });
        return { name: `${name} ${Math.round(box.x)},${Math.round(box.y)}`, framed, isRows: element.matches('.rows') };
      });
      if (found === null) continue;
      if (found.name === [...seen][0]) break;
      seen.add(found.name);
      if (!found.framed) bare.push(found.name);
    }
    return { reached: seen.size, bare };
  };
  const inbox = await walk();
  expect(inbox.bare).toEqual([]);
  expect(inbox.reached).toBeGreaterThan(25);
  await press('g', 'r', 'j', 'Enter');
  await page.getByText('fetchMember').first().waitFor();
  const task = await walk();
  expect(task.bare).toEqual([]);
  expect(task.reached).toBeGreaterThan(25);
});

test('changes picked in the list are shown once more, land together, and can be stopped', async () => {
  await page.evaluate(() =>
    localStorage.setItem('switchyard.drafts', JSON.stringify({ 'file-edit:7:docs/member-3.json': 'abc\ntyped once' })),
  );
  await page.reload();
  await page.getByText(/\d+ queued/).waitFor();
  await press('g', 'r');
  await option('Rename Account').waitFor();
  await press('x', 'j', 'x');
  const picked = page.getByRole('region', { name: 'Selected changes' });
  await picked.getByText('2 changes for main').waitFor();
  await expect.poll(() => page.locator('.row[aria-checked="true"]').count()).toBe(2);
  // One of them is read once more: going back from it leaves them selected.
  await press('Enter');
  await page.locator('.head-title').waitFor();
  await press('Escape');
  await page.getByText('No task is open').waitFor();
  await picked.getByText('2 changes for main').waitFor();
  await press('Escape');
  await picked.waitFor({ state: 'detached' });
  // All means all that are shown.
  await press('/');
  await page.getByLabel('Filter tasks').fill('Rename');
  await press('Tab', '*');
  await picked.getByText('1 change for main').waitFor();
  await press('/', 'Escape', '*');
  await picked.getByText('2 changes for main').waitFor();

  await harness.resize({ width: 900, height: 600 });
  await press('g', 'l');
  const sheet = page.getByRole('dialog', { name: 'Land 2 changes on main' });
  await sheet.getByRole('listitem').nth(1).waitFor();
  expect(await sheet.getByRole('listitem').allTextContents()).toEqual([
    expect.stringMatching(/^#6 Documentation for webhooks/),
    expect.stringMatching(/^#7 Rename Account/),
  ]);
  const land = sheet.getByRole('button', { name: 'Land 2 changes' });
  const { y = 0, height = 0 } = (await land.boundingBox()) ?? {};
  expect(y + height).toBeLessThanOrEqual(600);
  expect(await harness.brokenInEitherTheme('[role="dialog"]')).toEqual([]);
  // Nothing lands while what was typed into a file of one of them would be left behind unseen.
  await press('Control+Enter');
  expect(await harness.called('trains.start')).toEqual([]);
  await sheet.getByRole('checkbox', { name: /^Land all the same; it stays kept/ }).check();
  await press('Control+Enter');
  await sheet.waitFor({ state: 'detached' });
  expect(await harness.called('trains.start')).toMatchObject([
    { base: expect.any(String), changes: [{ task: 6 }, { task: 7 }] },
  ]);

  const train = page.getByRole('region', { name: 'Train 1' });
  await train.getByText('Train 1 onto main: 0 of 2 landed').waitFor();
  await option('Documentation for webhooks').getByText('Train 1, 1 of 2: is being checked.').waitFor();
  await expect.poll(() => page.locator('.row[data-picked]').count()).toBe(0);
  // A train takes a row's room of the list, and no more before it is unfolded.
  expect((await train.boundingBox())?.height).toBeLessThanOrEqual(52);
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  await harness.resize({ width: 1280, height: 800 });
  await train.getByRole('button', { name: 'Changes of train 1' }).click();
  await train.getByRole('button', { name: '#7 Rename' }).click();
  await page.locator('.page .note').getByText('Train 1, 2 of 2: waits its turn.').waitFor();
  await page.getByRole('button', { name: 'Stop train 1' }).click();
  await train.getByText('0 of 2 landed, 2 left in review').waitFor();
  expect(await harness.called('trains.stop')).toEqual([{ train: 1 }]);
  // What it left is not offered to land again before it was picked again, and says why it was left.
  await option('Documentation for webhooks').getByText('You stopped the train (train 1)').waitFor();
  expect(await page.locator('.row[data-picked], .land-several').count()).toBe(0);
  // One that was dismissed does not come back with the list.
  await train.getByRole('button', { name: 'Dismiss train 1' }).click();
  await press('g', 'i');
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  await press('g', 'r');
  await option('Rename Account').waitFor();
  expect(await train.count()).toBe(0);
});

test('the cursor of the list comes back to the open task with it, unless it was moved meanwhile', async () => {
  await press('g', 'r', 'Enter');
  await page.locator('.head-title').waitFor();
  const open = (await title()) ?? '';
  const row = await cursor();
  expect(row).toContain(open);
  const become = (state: 'running' | 'review') =>
    page.evaluate(
      ([name, to]) => {
        const { core } = (window as unknown as Inside).harness;
        const task = [...core.tasks.values()].find((one) => one.title === name);
        if (task !== undefined) core.put({ ...task, state: to });
      },
      [open, state] as const,
    );
  await become('running');
  await expect.poll(cursor).not.toBe(row);
  const other = await cursor();
  await become('review');
  await expect.poll(cursor).toBe(row);

  await become('running');
  await expect.poll(cursor).toBe(other);
  await page.locator('.rows').focus();
  await page.keyboard.press('ArrowDown');
  await become('review');
  await option(open).waitFor();
  expect(await cursor()).toBe(other);
});
