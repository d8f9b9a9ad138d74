import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Budget } from '../../core/contract/budget';
import type { RepositoryCheck } from '../../core/contract/check';
import type { Task } from '../../core/contract/task';
import type { TranscriptBody } from '../../core/contract/transcript';
import { type Harness, openHarness } from './harness';
import { optionOf, overlay } from './open-review';
import { pressKeys } from './press';

let harness: Harness;
let page: Page;

beforeAll(async () => {
  harness = await openHarness({ width: 1280, height: 800 });
  page = harness.page;
});
afterAll(() => harness?.close());
afterEach(() => expect(harness.complaints.splice(0)).toEqual([]));

const option = (title: string) => optionOf(page, title);
const places = () => page.getByRole('navigation', { name: 'Places' });
const core = <T>(run: (core: { live(): void; die(): void; core: { findAgents(): void } }) => T) =>
  page.evaluate(`(${run})(window.harness)`);

const press = (...keys: readonly string[]) => pressKeys(page, ...keys);

/** What sticks out of its own box, or under a scrollbar, in the rail. */
const clippedInRail = () =>
  page.evaluate(() => {
    const rail = document.querySelector('.rail');
    if (rail === null) return ['no rail'];
    const left = rail.getBoundingClientRect().left;
    const right = left + rail.clientLeft + rail.clientWidth;
    return [...rail.querySelectorAll('.rail-count, .rail-initials')]
      .filter((one) => getComputedStyle(one).display !== 'none')
      .filter((one) => {
        const box = one.getBoundingClientRect();
        return one.scrollWidth > one.clientWidth + 1 || box.right > right || box.left < left || box.width === 0;
      })
      .map((one) => `${one.className} ${one.textContent}`);
  });

describe('a core that takes long', () => {
  test('is said to be starting, for how long, and nothing is claimed about tasks until it is there', async () => {
    await harness.openSlow();
    await page.getByRole('heading', { name: 'Switchyard is starting' }).waitFor();
    await page.getByText(/Starting for 0:0[2-9]/).waitFor();
    expect(await page.getByText(/waits for you|Nothing|0 queued|not connected/).count()).toBe(0);
    expect(await harness.broken()).toEqual([]);
    await core(({ live }) => live());
    await page.getByText('3 agents wait for you').waitFor();
    expect(await page.getByText('Switchyard is starting').count()).toBe(0);
  });

  test('does not hide what was being written as if there were no repository', async () => {
    await harness.open('little');
    await press('c');
    await page.keyboard.type('Half a prompt');
    await harness.openSlow();
    const sheet = page.getByRole('dialog', { name: 'New task' });
    await sheet.getByRole('status', { name: 'Loading' }).waitFor();
    expect(await sheet.getByText('Add a repository first').count()).toBe(0);
    await core(({ live }) => live());
    await expect
      .poll(() => sheet.getByRole('textbox', { name: /What should be done/ }).inputValue())
      .toBe('Half a prompt');
    await page.keyboard.type(' and more');
    const prompt = sheet.getByRole('textbox', { name: /What should be done/ });
    expect(await prompt.inputValue()).toBe('Half a prompt and more');
    // Left and opened again, it is written on as well.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await press('c');
    await page.keyboard.type(', again');
    expect(await prompt.inputValue()).toBe('Half a prompt and more, again');
  });

  test('that stops answering is told with a count of how long it has been tried', async () => {
    await harness.open('little');
    await core(({ die }) => die());
    await page.getByText(/core stopped answering/).waitFor();
    await page.getByText('Trying for 0:03').waitFor();
    // The count is no part of the alert, which would be read out with every second.
    expect(await page.getByRole('alert').textContent()).not.toContain('0:0');
    await core(({ live }) => live());
    await page.getByText(/core stopped answering/).waitFor({ state: 'detached' });
  });

  test('that goes in the middle of a call fails the call instead of leaving it open for ever', async () => {
    await harness.open('little', 'light', 'stuck=tasks.create');
    await press('c');
    await page.keyboard.type('Never answered');
    await press('Control+Enter');
    await page.getByRole('button', { name: 'Queueing…' }).waitFor();
    await core(({ die }) => die());
    await page.getByText(/lost its core before it answered/).waitFor();
    expect(await page.getByRole('textbox', { name: /What should be done/ }).inputValue()).toBe('Never answered');
  });
});

describe('agents', () => {
  test('are looked for before any is called missing, and the sheet takes the one that is found', async () => {
    await harness.open('little', 'light', 'agents=looking');
    await page.getByText('Looking for agents…').waitFor();
    expect(await page.getByText(/not installed|missing/).count()).toBe(0);
    await press('c');
    const agent = page.getByRole('combobox', { name: 'Agent' });
    expect(await agent.locator('option').allTextContents()).toEqual(['Looking for agents…']);
    await core(({ core }) => core.findAgents());
    await expect.poll(() => page.getByText('Looking for agents…').count()).toBe(0);
    expect(await agent.inputValue()).toBe('claude');
  });

  test('that are not installed are said calmly, with the line that installs them a press away', async () => {
    await harness.open('none', 'light', 'agents=echo');
    await page.getByText(/No coding agent is installed yet/).waitFor();
    await page.getByRole('button', { name: 'Claude Code' }).click();
    await page.getByText('npm install -g @anthropic-ai/claude-code').waitFor();
    await page.getByRole('button', { name: 'Copy the line' }).waitFor();
    const colours = await page.evaluate(() => ({
      absent: getComputedStyle(document.querySelector('.status-absent') ?? document.body).color,
      quiet: getComputedStyle(document.querySelector('.quiet') ?? document.body).color,
    }));
    expect(colours.absent).toBe(colours.quiet);
  });
});

describe('a queued task', () => {
  test('whose predecessor was discarded says so in plain words, and can bring it back, open it or give up', async () => {
    await harness.open('little');
    await press('g', 'q');
    await option('Publish the Bun').getByText('Waits for #13, which was discarded').waitFor();
    await option('Publish the Bun').click();
    await page.getByText(/Waits for #13 “Try Bun as the test runner”, which was discarded\./).waitFor();
    await page.getByRole('button', { name: 'Open #13' }).waitFor();
    await page.getByRole('button', { name: 'Restore #13' }).click();
    await page.getByText(/is in review again/).waitFor();
    await page.getByText(/Waits for #13 .* It starts when that is merged/).waitFor();
  });

  test('whose predecessor failed can have it retried, be changed as long as it has not begun, or be cancelled', async () => {
    await harness.open('little');
    await press('g', 'q');
    await option('Warm the build').click();
    await page.getByText(/Waits for #11 “Cache the build graph”, which failed\./).waitFor();
    await page.getByRole('button', { name: 'Retry #11' }).waitFor();
    await press('F2');
    const sheet = page.getByRole('dialog', { name: 'Edit task' });
    await sheet.getByRole('textbox', { name: /What should be done/ }).fill('Warm it at noon.');
    await sheet.getByRole('textbox', { name: 'Title' }).fill('Warm the build cache at noon');
    expect(await harness.broken(overlay)).toEqual([]);
    // What was begun is there again, and can be given up.
    await press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await press('F2');
    expect(await sheet.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('Warm the build cache at noon');
    await sheet.getByRole('button', { name: 'Words as they were' }).click();
    expect(await sheet.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('Warm the build cache at night');
    await sheet.getByRole('textbox', { name: /What should be done/ }).fill('Warm it at noon.');
    await sheet.getByRole('textbox', { name: 'Title' }).fill('Warm the build cache at noon');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Changed “Warm the build cache at noon”').waitFor();
    await sheet.waitFor({ state: 'detached' });
    const edit = { task: 17, title: 'Warm the build cache at noon', prompt: 'Warm it at noon.' };
    expect(await harness.called('tasks.edit')).toEqual([edit]);
    await page.getByRole('button', { name: 'Cancel this task' }).click();
    await page.getByText(/Cancelled “Warm the build/).waitFor();
  });
});

describe('changes', () => {
  test('of a merged task are read with the commit they became, and nothing to approve', async () => {
    await harness.open('little');
    await press('g', 'd');
    await option('Remove the legacy').click();
    await page.getByRole('tab', { name: /Changes/ }).click();
    await page.getByText('Merged into main as aaaaaaa').waitFor();
    await page.getByText('fetchMember').first().waitFor();
    expect(await page.getByRole('button', { name: /Approve|Request changes|Discard/ }).count()).toBe(0);
  });

  test('of a discarded task say where they are kept, and come back with Restore', async () => {
    await harness.open('little');
    await press('g', 'd');
    await option('Try Bun').click();
    await page.getByRole('tab', { name: /Changes/ }).click();
    await page.getByText('Discarded; kept in refs/switchyard/backup/try-bun/1').waitFor();
    await page.getByText('fetchMember').first().waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('button', { name: /^Approve/ }).waitFor();
  });

  test('that cannot be had are explained where they would be read, not reported as a failure', async () => {
    await harness.open('little');
    await press('g', 'f');
    await option('Drop the old').click();
    await page.getByRole('tab', { name: /Changes/ }).click();
    const explained = page.locator('.reading', { hasText: 'its branch is not there' });
    await explained.waitFor();
    expect(await page.locator('.tab-content .failed').count()).toBe(0);
    const [pane, column] = [await page.locator('.page').boundingBox(), await explained.boundingBox()];
    expect(column?.x).toBe(pane?.x);
    expect(await explained.evaluate((one) => getComputedStyle(one).textAlign)).toBe('start');
  });
});

test('running means the same in the rail, over the list and in the status line', async () => {
  await harness.open('little');
  await press('g', 'n');
  await page.getByRole('heading', { name: 'Running' }).waitFor();
  expect(
    await places()
      .getByRole('button', { name: /^Running/ })
      .locator('.rail-count')
      .textContent(),
  ).toBe('2');
  expect(await page.locator('.list-head .tabular').textContent()).toBe('2');
  expect(await page.getByRole('option').count()).toBe(2);
  await page.getByText('2/6 running').waitFor();
});

const sizes = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
  { width: 900, height: 360 },
];

test('no count of the rail is clipped or under its scrollbar, whatever the size', async () => {
  const now = () => page.evaluate(() => ({ width: window.innerWidth, height: window.innerHeight }));
  for (const amount of ['little', 'much'] as const) {
    await harness.open(amount);
    for (const size of sizes) {
      await harness.resize(size);
      await expect.poll(now).toEqual(size);
      expect(await clippedInRail()).toEqual([]);
    }
  }
});

describe.each(sizes)('$width by $height', (size) => {
  test('what was done is said over neither the composer nor the buttons', async () => {
    await harness.resize(size);
    await harness.open('little');
    await press('g', 'r');
    await option('Documentation').click();
    await page.getByText('fetchMember').first().waitFor();
    await press('v');
    const said = page.locator('.saying');
    await said.waitFor();
    const covered = await page.evaluate(() => {
      const toast = document.querySelector('.saying')?.getBoundingClientRect();
      if (toast === undefined) return ['no toast'];
      const over = (box: DOMRect): boolean => box.bottom > toast.top && box.top < toast.bottom;
      return [...document.querySelectorAll('.rooms button, .rooms textarea, .rooms input')]
        .filter((one) => one.getClientRects().length > 0 && one.closest('.files, .rail, .diff, .rows') === null)
        .filter((one) => over(one.getBoundingClientRect()))
        .map((one) => one.textContent);
    });
    expect(covered).toEqual([]);
    const rooms = await page.locator('.rooms').boundingBox();
    const box = await said.boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual((rooms?.y ?? 0) + (rooms?.height ?? 0) - 1);
  });
});

test('repositories in the narrow rail have letters of their own and their whole name on hover', async () => {
  await harness.resize({ width: 900, height: 600 });
  await harness.open('little');
  const initials = await page.locator('.rail-initials').allTextContents();
  expect(new Set(initials).size).toBe(3);
  await places().getByRole('button', { name: /^web/ }).hover();
  await page.getByRole('tooltip').getByText('web · /home/ada/work/web').waitFor();
});

test('the path of a repository stays in its field when it fails, selected, and when a folder was picked', async () => {
  await harness.resize({ width: 1280, height: 800 });
  await harness.open('little');
  await press('Control+o');
  const path = page.getByRole('textbox', { name: /folder of a git repository/ });
  await path.fill('/home/ada/nowhere');
  await press('Enter');
  await page.getByText(/is not a git repository/).waitFor();
  expect(await path.inputValue()).toBe('/home/ada/nowhere');
  // What was typed is selected: typing replaces it.
  await page.keyboard.type('/home/ada/work/here');
  expect(await path.inputValue()).toBe('/home/ada/work/here');
  expect(await page.getByText(/is not a git repository/).count()).toBe(0);
  await press('Enter');
  await page.getByRole('button', { name: 'Trust and add' }).waitFor();
  await page.getByRole('button', { name: 'Choose…' }).click();
  await expect.poll(() => path.inputValue()).toBe('/home/ada/work/mobile');
  await page.getByRole('heading', { name: 'mobile', exact: true }).waitFor();
  await path.fill('/home/ada/nowhere');
  expect(await page.getByRole('button', { name: 'Trust and add' }).count()).toBe(0);
  await press('Enter');
  await page.getByText(/is not a git repository/).waitFor();
});

test('trust covers what the sheet shows, by key once it can be read: what was added meanwhile is shown before anything is trusted', async () => {
  await harness.open('little');
  await page.evaluate(() => {
    const seen = new MutationObserver(() => {
      if (document.querySelector('.found') === null) return;
      seen.disconnect();
      const press = new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true });
      setTimeout(() => document.activeElement?.dispatchEvent(press), 50);
    });
    seen.observe(document, { childList: true, subtree: true });
  });
  await press('Control+o');
  await page.getByRole('textbox', { name: /folder of a git repository/ }).fill('/home/ada/work/here');
  await press('Enter');
  await page.getByText('hook pre-commit').waitFor();
  await page.getByText('Not trusted: it had only just come up').first().waitFor();
  expect(await page.evaluate(() => document.activeElement?.matches('.found'))).toBe(true);
  await page.evaluate(() =>
    (window as unknown as { harness: { core: { addHook(hook: string): void } } }).harness.core.addHook('hook pre-push'),
  );
  await page.getByRole('button', { name: 'Trust and add' }).click();
  await page.getByText(/Nothing was trusted/).waitFor();
  await page.getByText('hook pre-push').waitFor();
  expect(await harness.called('repositories.add')).toHaveLength(1);
  await page.locator('.found').focus();
  expect(await page.locator('.found').evaluate((found) => getComputedStyle(found).outlineStyle)).toBe('none');
  // The key that had the folder looked at may still be held.
  await page.evaluate(() => {
    const held = { key: 'Enter', repeat: true, bubbles: true, cancelable: true };
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', held));
  });
  await expect
    .poll(async () => {
      await page.keyboard.press('Enter');
      return (await harness.called('repositories.add')).length;
    })
    .toBe(2);
  await page.getByText('Added here and trusted it').waitFor();
});

test('the chips of a new task stand in even columns, whatever is chosen in them', async () => {
  await harness.open('little');
  await press('c');
  await page.getByRole('button', { name: 'Model, or several agents' }).waitFor();
  const columns = () =>
    page.evaluate(() => {
      const boxes = [...document.querySelectorAll('.chips > *')].map((chip) => chip.getBoundingClientRect());
      const edges = (of: (box: DOMRect) => number) => [...new Set(boxes.map((box) => Math.round(of(box))))];
      const heights = edges(({ height }) => height);
      const rows = edges(({ top }) => top).length;
      // In every row the last chip ends where the sheet's fields do.
      const end = Math.round(document.querySelector('.new-title')?.getBoundingClientRect().right ?? 0);
      const full = boxes.filter(({ right }) => Math.round(right) === end).length;
      return { lefts: edges(({ left }) => left).length, rows, full, heights };
    });
  const even = { lefts: 3, rows: 3, full: 3, heights: [28] };
  expect(await columns()).toEqual(even);
  await page.getByRole('combobox', { name: 'Priority' }).selectOption({ index: 0 });
  await page.getByRole('button', { name: 'Model, or several agents' }).click();
  expect(await columns()).toEqual(even);
  // Left before a word was written, it is there as it was chosen.
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await press('c');
  await page.getByRole('button', { name: 'One agent' }).waitFor();
  expect(await page.getByRole('combobox', { name: 'Priority' }).inputValue()).not.toBe('default');
});

/** Sets something of the repository of most tasks as if in a terminal. */
function configure(more: { readonly budget?: Budget; readonly checks?: readonly RepositoryCheck[] }): Promise<void> {
  return page.evaluate(
    (set) =>
      (window as unknown as { harness: { core: { configure(id: number, set: object): void } } }).harness.core.configure(
        1,
        set,
      ),
    more,
  );
}

/** Puts what is given over a task's newest run of its check. */
function checked(id: number, more: object): Promise<void> {
  return page.evaluate(
    ([task, given]) => {
      const { core } = (
        window as unknown as { harness: { core: { tasks: Map<number, object>; put(one: object): void } } }
      ).harness;
      const before = core.tasks.get(task as number) as { checks: object[] };
      core.put({ ...before, checks: [{ ...before.checks[0], ...(given as object) }] });
    },
    [id, more] as const,
  );
}

const check = (name: string, command: string, required = false): RepositoryCheck => ({ name, command, required });

test('checks are added, changed and ordered, one that is set elsewhere is shown, and none over what is being written', async () => {
  await harness.open('little');
  await press('g', 'r');
  await option('Documentation for webhooks').click();
  await press('g', '3');
  await configure({ checks: [] });
  await page.getByRole('button', { name: 'Add lint' }).click();
  await page.getByRole('heading', { name: /lint npm run lint has not run/ }).waitFor();
  await configure({ checks: [check('lint', 'make lint'), check('test', 'make test')] });
  await page.getByRole('heading', { name: /make lint/ }).waitFor();
  await page.getByRole('button', { name: 'Edit test' }).click();
  const command = page.getByLabel('Command');
  await command.fill('make check');
  await configure({ checks: [check('lint', 'make lint'), check('test', 'make all')] });
  expect(await command.inputValue()).toBe('make check');
  expect(await harness.broken()).toEqual([]);
  await page.getByRole('button', { name: 'Run earlier' }).click();
  await page.getByLabel(/^Required/).check();
  await command.press('Enter');
  await command.waitFor({ state: 'detached' });
  await expect
    .poll(async () => (await harness.called('repositories.configure')).at(-1))
    .toEqual({
      repository: 1,
      checks: [check('test', 'make check', true), check('lint', 'make lint')],
    });
});

test('the checks run by key while they print, and are stopped by key', async () => {
  await harness.open('little');
  await press('g', 'r');
  await option('Documentation for webhooks').click();
  await press('g', 'c');
  await page.getByText('RUN v4.1.0').waitFor();
  await page.getByRole('heading', { name: /test npm test running/ }).waitFor();
  await press('g', 'x');
  await page.getByRole('heading', { name: /failed, ended by a signal/ }).waitFor();
  expect(await harness.called('checks.run')).toEqual([{ task: 6 }]);
  expect(await harness.called('checks.stop')).toEqual([{ task: 6 }]);
});

test('a place in what a check printed leads to its line in the change, and one outside of it is copied', async () => {
  await harness.open('little');
  await press('g', 'r');
  await option('Rename Account').click();
  await press('g', '3');
  const printed = page.locator('.check-output');
  await printed.getByRole('button').nth(1).waitFor();
  expect(await printed.getByRole('button').allTextContents()).toEqual([
    'src/members/member-1.tsx:30:9',
    'vendor/run.js:3',
  ]);
  await printed.getByRole('button', { name: 'vendor/run.js:3' }).click();
  await page.getByText(/Copied the place|could not be copied/).waitFor();
  await printed.getByRole('button', { name: /member-1/ }).focus();
  await press('Enter');
  await page.getByRole('tab', { name: /Changes/, selected: true }).waitFor();
  const line = page.locator('diffs-container', { hasText: 'member-1.tsx' }).locator('[data-line="30"]').first();
  // What is above it is still drawn and fetched; in the end it stands where it is read.
  const y = async () => (await line.boundingBox())?.y ?? 0;
  await expect.poll(async () => (await y()) > 150 && (await y()) < 790).toBe(true);
});

test('a required check that did not pass on the change holds its approval back until that is overridden', async () => {
  await harness.open('little');
  await press('g', 'r');
  await option('Documentation for webhooks').click();
  await configure({ checks: [check('test', 'npm test', true), check('lint', 'make lint', true)] });
  await checked(6, { stale: true });
  await page.getByText('Required before it is approved: test passed on an older change; lint has not run.').waitFor();
  await page.getByRole('img', { name: 'Not all of them passed on this change' }).waitFor();
  await press('a');
  const merge = page.getByRole('button', { name: /^Merge into main/ });
  await merge.waitFor();
  expect(await merge.isDisabled()).toBe(true);
  expect(await harness.broken(overlay)).toEqual([]);
  await page.getByLabel(/Approve all the same/).check();
  await merge.click();
  await expect.poll(() => harness.called('tasks.approve')).toMatchObject([{ task: 6, overrideChecks: true }]);
  // Nothing that is there is said to be overridden when nothing holds it back.
  await harness.open('little');
  await press('g', 'r');
  await option('Documentation for webhooks').click();
  await press('a');
  await merge.click();
  await expect.poll(() => harness.called('tasks.approve')).toHaveLength(1);
  expect((await harness.called('tasks.approve'))[0]).not.toHaveProperty('overrideChecks');
});

test('what runs for a task is asked again when it was told, and never over a question that is still open', async () => {
  for (const [more, most] of [
    ['', 9],
    ['stuck=processes.list', 1],
  ] as const) {
    await harness.open('little', 'light', more);
    await press('g', 'n');
    await option('Fix the flaky login test').click();
    await press('g', '4');
    await page.locator('.facts').waitFor();
    // Longer than what is told is looked at again.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 3_500)));
    const asked = (await harness.called('processes.list')).length;
    expect(asked).toBeGreaterThan(most === 1 ? 0 : 1);
    expect(asked).toBeLessThanOrEqual(most);
  }
});

describe('a limit and a budget', () => {
  test('a parked task says why and until when, and goes on at a key', async () => {
    await harness.open('little');
    await press('g', 'q');
    await option('Nightly dependency audit').click();
    const head = page.locator('.head');
    await head.getByText('Parked').waitFor();
    expect(await head.locator('.head-state time').textContent()).toMatch(/^in (?:39|40)m$/);
    expect(await head.textContent()).toContain('claude has reached a limit of its provider');
    await head.getByRole('button', { name: 'Resume now' }).waitFor();
    expect(await harness.broken()).toEqual([]);
    await press('n');
    await head.getByText('Queued').waitFor();
    expect(await harness.called('tasks.resume')).toEqual([{ task: 10 }]);
    expect(await head.getByRole('button', { name: 'Resume now' }).count()).toBe(0);
  });

  test('a new task gets its budget from a quiet chip, which says what its agent cannot be held to', async () => {
    await harness.open('little');
    await press('c');
    await page.keyboard.type('Port the tests');
    await page.getByRole('combobox', { name: 'Agent' }).selectOption('goose');
    await page.getByRole('button', { name: 'No budget' }).click();
    const menu = page.getByRole('group', { name: /The most this task may spend/ });
    await menu.getByLabel('US dollars').fill('$5');
    await menu.getByLabel('Minutes of work').fill('none');
    await menu
      .getByRole('alert')
      .getByText(/Minutes of work: a number above 0/)
      .waitFor();
    await menu.getByLabel('Minutes of work').fill('30');
    await press('Enter');
    await page
      .getByText(/goose may not tell what it costs; the cap of \$5\.00 can be checked only if it does/)
      .waitFor();
    expect(await harness.broken(overlay)).toEqual([]);
    await page.getByRole('button', { name: 'Up to $5.00, 30 min' }).click();
    await menu.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Queue task' }).click();
    await expect
      .poll(() => harness.called('tasks.create'))
      .toMatchObject([{ agent: 'goose', budget: { usd: 5, tokens: null, minutes: 30 } }]);
  });

  test('a task is not queued with a budget that cannot be read', async () => {
    await harness.open('little');
    await press('c');
    await page.keyboard.type('Port the tests');
    await page.getByRole('button', { name: 'No budget' }).click();
    const fields = page.getByRole('group', { name: /The most this task may spend/ });
    const dollars = fields.getByLabel('US dollars');
    const minutes = fields.getByLabel('Minutes of work');
    await dollars.fill('5');
    await minutes.fill('30 min');
    await page.getByRole('button', { name: 'Queue task' }).click();
    await page.getByText('Not queued: Minutes of work of its budget cannot be read.').waitFor();
    expect(await minutes.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: 'Up to $5.00' }).click();
    expect(await minutes.inputValue()).toBe('30 min');
    expect(await harness.called('tasks.create')).toEqual([]);
    expect(await harness.broken(overlay)).toEqual([]);
    await minutes.fill('30');
    await dollars.fill('2,50');
    await press('ControlOrMeta+Enter');
    await page.getByText('Not queued: US dollars of its budget cannot be read.').waitFor();
    await dollars.fill('2.50');
    await press('ControlOrMeta+Enter');
    await expect
      .poll(() => harness.called('tasks.create'))
      .toMatchObject([{ budget: { usd: 2.5, tokens: null, minutes: 30 } }]);
  });

  test('the info of a task shows what it spent of its budget', async () => {
    await harness.open('little');
    await press('g', 'n');
    await option('Upgrade to Node 24').click();
    await press('g', '4');
    const facts = page.locator('.facts');
    await facts.getByText('unknown cost, at least 85,000 tokens, 12 min of work').waitFor();
    await facts.getByText('unknown of $5.00').waitFor();
    await facts.getByText('85,000 tokens of 100,000 tokens').waitFor();
    await facts.getByText('12 min of 60 min').waitFor();
    await facts.getByText(/the cap of \$5\.00 can be checked only if/).waitFor();
    expect(await harness.broken()).toEqual([]);
  });

  test('the settings hold the budgets of a new task, of a day and of each repository', async () => {
    await harness.open('little');
    await press('ControlOrMeta+,');
    const day = page.getByRole('group', { name: 'All tasks on a day' });
    await day.getByLabel('US dollars').fill('20');
    await press('Enter');
    await expect
      .poll(() => harness.called('settings.set'))
      .toEqual([{ name: 'dayBudget', value: { usd: 20, tokens: null, minutes: null } }]);
    await page.getByRole('group', { name: 'api on a day' }).waitFor();
    expect(await harness.broken(overlay)).toEqual([]);
  });

  test('the settings show a budget that is set elsewhere, and never write the old one back', async () => {
    await harness.open('little');
    await press('ControlOrMeta+,');
    const api = page.getByRole('group', { name: 'api on a day' });
    await api.getByLabel('US dollars').fill('20');
    await press('Enter');
    await expect.poll(() => harness.called('repositories.configure')).toHaveLength(1);
    await configure({ budget: { usd: 7, tokens: 1000, minutes: null } });
    await expect.poll(() => api.getByLabel('US dollars').inputValue()).toBe('7');
    expect(await api.getByLabel('Tokens').inputValue()).toBe('1000');
    await api.getByLabel('Minutes of work').fill('90');
    await press('Enter');
    await expect
      .poll(() => harness.called('repositories.configure'))
      .toMatchObject([{ budget: { usd: 20 } }, { budget: { usd: 7, tokens: 1000, minutes: 90 } }]);
  });
});

/** How far the conversation is from its end, in pixels, once nothing moves any more. */
async function fromEnd(): Promise<number> {
  const look = () =>
    page.locator('.conversation-scroll').evaluate((pane) => pane.scrollHeight - pane.scrollTop - pane.clientHeight);
  let last = Number.NaN;
  await expect
    .poll(async () => {
      const before = last;
      last = await look();
      return before === last;
    })
    .toBe(true);
  return last;
}

describe('checkpoints', () => {
  test('who goes back, and forward again, is at the end of the conversation and stays there', async () => {
    await harness.open('little');
    await press('g', 'r');
    await option('Rename').first().click();
    await press('g', '1');
    await page.getByText('Turn 3 changed 3 files').waitFor();
    const say = (events: readonly TranscriptBody[]) =>
      page.evaluate((said) => {
        const { core } = (
          window as unknown as {
            harness: { core: { tasks: Map<number, Task>; say(session: number, events: readonly object[]): void } };
          }
        ).harness;
        for (const { title, session } of core.tasks.values())
          if (title.startsWith('Rename') && session !== null) core.say(session, said);
      }, events);
    const turn = (number: number, checkpoint: number): readonly TranscriptBody[] => [
      ...Array.from({ length: 30 }, (_, at) => ({
        ...({ type: 'text', message: `turn${number}-${at}` } as const),
        text: `Step ${at} of turn ${number}.${'\n\nIt has more to say.'.repeat(at % 5)}`,
      })),
      { type: 'checkpoint', checkpoint, turn: number, files: number, additions: 1, deletions: 1 },
    ];
    await say([...turn(4, 5), ...turn(5, 6)]);
    await page.getByText('Turn 5 changed 5 files').waitFor();
    expect(await fromEnd()).toBe(0);
    // They look for the turn they go back to, which is further up; without what is folded then, all of it has room.
    await harness.resize({ width: 1280, height: 1600 });
    await page.locator('.conversation-scroll').hover();
    await page.mouse.wheel(0, -2000);
    await expect.poll(fromEnd).toBeGreaterThan(1000);
    await press('g', 'b');
    const sheet = page.getByRole('dialog', { name: 'Go back to a checkpoint' });
    await sheet.getByRole('radio', { name: /After turn 2/ }).click();
    await sheet.getByRole('button', { name: /^Go/ }).click();
    await sheet.waitFor({ state: 'detached' });
    await say([{ type: 'back', back: 2, checkpoint: 1, name: 'After turn 1', left: 6, conversation: 'back' }]);
    await page.getByText('You went back: after turn 1').last().waitFor();
    expect(await fromEnd()).toBe(0);
    await page.getByRole('button', { name: 'Go forward again…' }).last().click();
    await sheet.getByRole('button', { name: /^Go/ }).click();
    await sheet.waitFor({ state: 'detached' });
    await say([{ type: 'back', back: 3, checkpoint: 6, name: 'After turn 5', left: 7, conversation: 'back' }]);
    await page.getByText('You went forward again: after turn 5').waitFor();
    expect(await fromEnd()).toBe(0);
    await harness.resize({ width: 1280, height: 800 });
  });

  test('each turn ends with what it changed, is seen alone, and can be gone back to and undone', async () => {
    await harness.open('little');
    await press('g', 'r');
    await option('Rename').first().click();
    await press('g', '1');
    await page.getByText('Turn 3 changed 3 files').waitFor();
    // What was left behind by going back before is folded, opens, and the way to it is there.
    await page.getByRole('button', { name: 'Go forward again…' }).waitFor();
    expect(await page.getByText('Turn 2 changed 2 files').count()).toBe(0);
    await page.getByRole('button', { name: 'Turn 2 left behind: 2 steps' }).click();
    await page.getByText('Turn 2 changed 2 files').waitFor();
    await page
      .getByRole('article')
      .filter({ hasText: 'the check test failed' })
      .getByRole('heading', { name: 'Switchyard' })
      .waitFor();
    expect(await harness.brokenInEitherTheme()).toEqual([]);
    await press('g', 'b');
    const chosen = page.getByRole('dialog', { name: 'Go back to a checkpoint' });
    await chosen.getByRole('radio', { name: /After turn 1/, checked: true }).waitFor();
    await chosen.getByRole('radio', { name: /After turn 2 · left behind/ }).waitFor();
    await press('Escape');

    await page.getByRole('button', { name: 'Show changes of turn 3' }).click();
    await page.getByText('Only what turn 3 changed').waitFor();
    await page.getByText('3 files', { exact: true }).waitFor();
    await press('Escape');
    await page.getByText('Only what turn 3 changed').waitFor({ state: 'detached' });
    await press('g', '1');
    await page.getByRole('button', { name: 'Show changes of turn 3' }).click();
    await page.getByText('Only what turn 3 changed').waitFor();
    await press('a');
    await page.getByRole('dialog', { name: 'Approve this change' }).waitFor();
    await page.getByText('Only what turn 3 changed').waitFor({ state: 'detached' });
    await press('Escape');
    await page.getByRole('dialog', { name: 'Approve this change' }).waitFor({ state: 'detached' });
    await press('g', '1');

    // The worktree is where the newest turn left it. The first turn has its row once it is near.
    await page.locator('.conversation-scroll').press('Home');
    expect(await page.getByRole('button', { name: 'Go back to here, after turn 3' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Go back to here, after turn 1' }).click();
    const sheet = page.getByRole('dialog', { name: 'Go back to a checkpoint' });
    await sheet.getByRole('radio', { name: /After turn 1/, checked: true }).waitFor();
    await sheet.getByText(/conversation goes on from there/).waitFor();
    expect(await harness.broken(overlay)).toEqual([]);
    await press('ArrowUp');
    await sheet.getByRole('radio', { name: /After turn 2/, checked: true }).waitFor();
    await press('Enter');
    await sheet.waitFor({ state: 'detached' });
    await page.getByText(/^Back at: after turn 2/).waitFor();
    await press('Control+z');
    await expect
      .poll(async () =>
        (await harness.called('checkpoints.back')).map((input) => (input as { checkpoint: number }).checkpoint),
      )
      .toEqual([2, 5]);
  });

  test('an agent at work is stopped first, which is said before', async () => {
    await harness.open('little');
    await press('g', 'n');
    await option('').first().click();
    await press('g', 'b');
    const sheet = page.getByRole('dialog', { name: 'Go back to a checkpoint' });
    await sheet.getByText('The agent is in the middle of a turn. It is stopped first').waitFor();
    await sheet.getByRole('radio', { name: /After turn 1/ }).check();
    await sheet.getByRole('button', { name: 'Stop and go back' }).click();
    // Refused after the agent was stopped: why is said where it was asked for, with the choice as it was.
    await sheet.getByText('A rebase is under way there.').waitFor();
    await sheet.getByRole('radio', { name: /After turn 1/, checked: true }).waitFor();
    expect(await harness.called('tasks.cancel')).toHaveLength(1);
    await sheet.getByRole('radio', { name: /Before the first turn/ }).check();
    await sheet.getByRole('button', { name: 'Go back', exact: true }).click();
    await page.getByText(/^Back at:/).waitFor();
    expect(await harness.called('checkpoints.back')).toMatchObject([{ checkpoint: 1 }, { checkpoint: 0 }]);
    expect(await harness.called('tasks.cancel')).toHaveLength(1);
  });
});

describe('worktrees', () => {
  test('are found, removed and brought back by keyboard, of hundreds as of a few, and go for good only when asked twice', async () => {
    await harness.open('none');
    await press('g', 'w');
    const sheet = page.getByRole('dialog', { name: 'Worktrees' });
    await sheet.getByText('There is no worktree').waitFor();
    await harness.open('much');
    await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: 'Worktrees' }).click();
    await sheet.getByText('300 worktrees').waitFor();
    expect(await harness.broken(overlay)).toEqual([]);
    expect(await sheet.locator('*').count()).toBeLessThan(400);
    await sheet.getByRole('textbox', { name: 'Filter worktrees' }).fill('298: review');
    await sheet.getByText(/^1 worktree,/).waitFor();
    await sheet
      .getByRole('button', { name: /^Remove / })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => harness.called('worktrees.remove')).toHaveLength(1);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.getByText('It is in the recycle bin. Ignored by git, too large, and gone: node_modules/.').waitFor();
    await press('Control+z');
    await expect.poll(() => harness.called('worktrees.restore')).toHaveLength(1);
    await sheet.getByRole('radio', { name: 'Recycle bin' }).check();
    await sheet.getByText(/^301 backups/).waitFor();
    expect(await harness.broken(overlay)).toEqual([]);
    await sheet
      .getByRole('button', { name: /for good…$/ })
      .first()
      .click();
    expect(await harness.called('worktrees.removeBackup')).toEqual([]);
    await sheet.getByRole('button', { name: /for good$/ }).click();
    await sheet.getByText(/^300 backups/).waitFor();
    await sheet.getByRole('radio', { name: 'How long' }).check();
    await sheet.getByLabel('Keep backups for').first().fill('30');
    await sheet.getByRole('button', { name: 'See what would go' }).click();
    await sheet.getByText(/2 backups and 0 worktrees would go/).waitFor();
    expect(await harness.broken(overlay)).toEqual([]);
  });

  test('that cannot be listed yet are awaited', async () => {
    await harness.open('little', 'light', 'stuck=worktrees.list');
    await press('g', 'w');
    await page.getByRole('dialog', { name: 'Worktrees' }).getByRole('status', { name: 'Loading' }).waitFor();
    await press('Escape');
  });
});

describe('tasks after each other', () => {
  test('are walked, held, landed in order and put after each other by keyboard, and a new one starts when it is told to', async () => {
    await harness.open('little');
    const put = (id: number, more: object) =>
      page.evaluate(
        ([task, patch]) => {
          const { core } = (
            window as unknown as { harness: { core: { tasks: Map<number, object>; put(task: object): void } } }
          ).harness;
          core.put({ ...core.tasks.get(task as number), ...(patch as object) });
        },
        [id, more] as const,
      );
    await put(6, { before: [7] });
    const problem = 'It conflicts with the change of task 6 in docs/webhooks.md, which its agent did not resolve.';
    await put(7, { after: [6], landsAfter: [6], stack: { on: [6], problem } });
    await press('g', 'r');
    await option('Rename Account').getByText('It conflicts with the change of task 6').waitFor();
    await option('Rename Account').click();
    await page.getByText('It lands after task 6, which is in review.').first().waitFor();
    await press('(');
    await page.getByRole('heading', { name: 'Documentation for webhooks' }).waitFor();
    await press(')');
    await page.getByRole('heading', { name: 'Rename Account' }).waitFor();
    await page.getByRole('button', { name: 'Restack' }).click();
    await page.getByText('was restacked').waitFor();
    expect(await harness.broken()).toEqual([]);
    await press('a');
    const mergeAll = page.getByRole('button', { name: 'Merge all 2 in order' });
    await mergeAll.waitFor();
    expect(await page.getByRole('button', { name: /^Merge into/ }).count()).toBe(0);
    // It is what the form was opened for: it has the focus, Tab walks between it and Close, and Escape gives the focus back.
    const isFocused = (): Promise<boolean> => mergeAll.evaluate((button) => button === document.activeElement);
    await expect.poll(isFocused).toBe(true);
    await press('Shift+Tab');
    await page.getByRole('button', { name: 'Close', exact: true }).and(page.locator(':focus')).waitFor();
    await press('Tab');
    expect(await isFocused()).toBe(true);
    await press('Escape');
    await mergeAll.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.closest('[role="dialog"]'))).toBe(null);
    // What was typed and not saved is decided on first, and has the focus.
    await page.evaluate(() =>
      localStorage.setItem(
        'switchyard.drafts',
        JSON.stringify({ 'file-edit:6:docs/member-3.json': 'abc\ntyped once' }),
      ),
    );
    await page.reload();
    await page.getByText(/\d+ queued/).waitFor();
    await put(6, { state: 'running' });
    await put(7, { landsAfter: [6] });
    await page.getByRole('heading', { name: 'Rename Account' }).waitFor();
    await press('a');
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.getByText('What you typed into docs/member-3.json was not saved.').waitFor();
    // Whoever was sent to an editor where there was none is not thrown into one later.
    await put(6, { state: 'review' });
    const unsaved = page.getByRole('button', { name: '1 file not saved' });
    await unsaved.waitFor();
    await page.locator('.diff-scroll').getByText('fetchMember').first().waitFor();
    expect(await unsaved.count()).toBe(1);
    await press('g', 'r');
    await option('Rename Account').click();
    await press('a');
    const stays = page.getByRole('checkbox', { name: /^Merge them all the same; it stays kept/ });
    await stays.and(page.locator(':focus')).waitFor();
    await press('Enter');
    await press('Space');
    expect(await stays.isChecked()).toBe(true);
    expect(await harness.called('tasks.approveStack')).toEqual([]);
    expect(await harness.broken(overlay)).toEqual([]);
    await press('Enter');
    await expect
      .poll(() => harness.called('tasks.approveStack'))
      .toMatchObject([{ approvals: [{ task: 6 }, { task: 7 }] }]);

    await put(6, { state: 'review', outcome: null, overlaps: [{ with: 4, conflicts: 2, files: 0 }], before: [] });
    await press('g', 'r');
    await option('Documentation for webhooks').getByText('conflicts with #4: 2 files').waitFor();
    await option('Documentation for webhooks').click();
    const shown = page.getByRole('button', { name: 'Show the lines' });
    // What is said has a width that can be read, and what is done stands beside it or under it, all of it in sight.
    for (const width of [360, 390, 430, 600, 900, 1280]) {
      await harness.resize({ width, height: 844 });
      const [{ said, acts, broken } = { said: 0, acts: 0, broken: true }] = await shown.evaluateAll(
        (buttons, width) => {
          const note = buttons[0]?.closest('.note');
          const box = (part: string) => note?.querySelector(part)?.getBoundingClientRect() ?? new DOMRect();
          const [text, done] = [box('.note-text'), box('.note-actions')];
          return [
            { said: text.width, acts: done.width, broken: done.right > width || text.height > 60 || note == null },
          ];
        },
        width,
      );
      expect({ width, broken, isNarrow: said < Math.min(280, width - 80), acts: acts > 0 }).toEqual({
        ...{ width, broken: false, isNarrow: false, acts: true },
      });
    }
    await harness.resize({ width: 1280, height: 800 });
    await shown.click();
    await page.getByText('conflicts (content); lines 12–14 here, 13 there').waitFor();
    expect(await harness.broken()).toEqual([]);
    await page.getByRole('button', { name: 'Land after #4' }).click();
    await expect.poll(() => harness.called('tasks.edit')).toMatchObject([{ task: 6, after: [4] }]);

    await press('c');
    await page.keyboard.type('On top of it');
    const sheet = page.getByRole('dialog', { name: 'New task' });
    await sheet.getByRole('button', { name: 'After nothing' }).click();
    await page.getByRole('checkbox', { name: /Documentation for webhooks/ }).check();
    await page.getByRole('radio', { name: /once in review/ }).check();
    // Inside the sheet it would be cut off by that.
    expect(await page.locator('.sheet .after').count()).toBe(0);
    await page.keyboard.press('Escape');
    await sheet.getByRole('button', { name: 'After review of #6' }).waitFor();
    // Left and opened again it is as it was left.
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await press('c');
    await sheet.getByRole('button', { name: 'After review of #6' }).press('Control+Enter');
    await expect.poll(() => harness.called('tasks.create')).toMatchObject([{ after: [6], when: 'review' }]);
  });
});
