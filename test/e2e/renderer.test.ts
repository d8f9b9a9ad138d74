import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Harness, openHarness } from './harness';
import { pressKeys } from './press';

let harness: Harness;
let page: Page;

beforeAll(async () => {
  // What React finds wrong on the way through every place is a complaint.
  harness = await openHarness({ width: 1280, height: 800 }, 'development');
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
  await page.getByText('Merged the change as one commit into main').waitFor();
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

test('a pull request is opened of the review that is shown, answered in its threads, and merged', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await press('g', 'p');
  const dialog = page.getByRole('dialog', { name: 'Pull request of this change' });
  await dialog.getByLabel('Token').fill('wrong-token-of-mine');
  await page.keyboard.press('Enter');
  await dialog
    .getByRole('alert')
    .getByText(/does not take the token/)
    .waitFor();
  await dialog.getByLabel('Token').fill('a-token-of-mine');
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Title').waitFor();
  await dialog.getByLabel('Reviewers').fill('grace, acme/core');
  await dialog.getByLabel('Labels').fill('bug, good first issue');
  // How far the push has come is shown, and Escape stops that and nothing else.
  const title = dialog.getByLabel('Title');
  const words = await title.inputValue();
  await title.fill(`${words}, slowly`);
  await dialog.getByRole('button', { name: 'Open pull request' }).click();
  await dialog.getByText('Pushing 45 %, 12.30 MiB, 3.00 MiB/s').waitFor();
  await page.getByRole('button', { name: 'Pushing 45 %' }).waitFor();
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.getByText(/The push was stopped. .* No pull request was opened./).waitFor();
  await dialog.getByRole('progressbar').waitFor({ state: 'detached' });
  await title.fill(`${words}, behind`);
  await dialog.getByRole('button', { name: 'Open pull request' }).click();
  await dialog.getByText('#7 open').waitFor();
  // What required checks hold back is pushed to it all the same when that is said, and the core is told so.
  const require = (checks: readonly object[]) =>
    page.evaluate(
      (set) =>
        (
          window as unknown as { harness: { core: { configure(id: number, more: object): void } } }
        ).harness.core.configure(1, { checks: set }),
      checks,
    );
  await require([{ name: 'lint', command: 'npm run lint', required: true }]);
  const again = dialog.getByRole('button', { name: 'Push it' });
  await dialog.getByText('Required checks have not passed on this change').waitFor();
  expect(await again.isDisabled()).toBe(true);
  await dialog.getByLabel(/Push all the same/).check();
  await again.click();
  await again.waitFor({ state: 'detached' });
  await require([]);
  expect((await harness.called('pullRequests.open')).slice(1)).toMatchObject([
    {
      ...{ task: 6, head: 'd'.repeat(40), tree: 'e'.repeat(40), remote: 'origin' },
      ...{ reviewers: ['grace', 'acme/core'], labels: ['bug', 'good first issue'], draft: false },
    },
    { task: 6, head: 'd'.repeat(40), overrideChecks: true },
  ]);
  await dialog.getByRole('textbox', { name: /Reply on/ }).fill('Because.');
  await page.keyboard.press('Control+Enter');
  await dialog.getByText('ada Because.').waitFor();
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await dialog.getByRole('button', { name: 'Reopen' }).waitFor();
  await dialog.getByRole('textbox', { name: 'Comment on the pull request' }).fill('Thanks to all.');
  await page.keyboard.press('Control+Enter');
  await dialog.getByRole('list', { name: 'Reviews and comments' }).getByText('Thanks to all.').waitFor();
  // The thread stands in the diff, too, among the comments, and takes the same keys.
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await press('}');
  await page.locator('[data-comment="thread-T0"]:focus').getByText('settled').waitFor();
  const thread = page.locator('[data-comment="thread-T0"]');
  // However long the key is held, it is one press.
  await page.keyboard.down('Enter');
  await thread.getByText('pull request').waitFor();
  await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await thread.getByText('ada Because.').waitFor();
  await thread.getByRole('textbox', { name: /Reply on/ }).fill('Once more.');
  await page.keyboard.press('Control+Enter');
  await thread.getByText('ada Once more.').waitFor();
  await thread.getByRole('button', { name: /^Send to/ }).waitFor();
  await page.locator('body').click({ position: { x: 1, y: 1 } });
  await press('g', 'p');
  await dialog.getByLabel('How the forge merges it').selectOption('rebase');
  await dialog.getByRole('button', { name: 'Merge on github.com' }).click();
  // Checks of which only the core knows hold it back, and can be overridden all the same.
  await dialog.getByText('required checks have not passed on this change').waitFor();
  await dialog.getByLabel(/Merge all the same/).check();
  await dialog.getByRole('button', { name: 'Merge on github.com' }).click();
  await dialog.getByText('#7 merged').waitFor();
  const merged = { task: 6, head: 'd'.repeat(40), method: 'rebase' };
  expect(await harness.called('pullRequests.merge')).toEqual([merged, { ...merged, overrideChecks: true }]);
});

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
  expect(await harness.broken()).toEqual([]);
  await press('Escape');

  await press('Control+Backspace');
  const sheet = page.getByRole('dialog', { name: 'Discard this change?' });
  await sheet.getByText('does not come back with it: npm run watch -- --every file').waitFor();
  expect(await sheet.getByRole('button', { name: 'Cancel' }).evaluate((one) => one === document.activeElement)).toBe(
    true,
  );
  expect(await harness.broken()).toEqual([]);
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
  type Inside = { harness: { core: { meet(task: number, path: string): void } } };
  await openReview('Documentation');
  const form = page.getByRole('dialog', { name: 'Approve this change' });
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
  // The smallest step up is enough to be left alone, whatever comes meanwhile.
  await page.mouse.wheel(0, -10);
  await jump.waitFor();
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
  // How the task moved stands between what was said.
  await page.locator('.moved', { hasText: 'In review.' }).waitFor();
  await expectWhole('conversation');
  await press('g', '3');
  await page.getByText('✓ test/uploader.test.ts').waitFor();
  await expectWhole('checks');
  await press('g', '4');
  await page.getByText('History').waitFor();
  await expectWhole('info');
});

const comment = (text: string) => page.locator('.comment').filter({ hasText: text });
const writer = () => page.getByRole('textbox', { name: /^Comment on (line|the whole)/ });

test('comments are written by keyboard, kept as drafts under their lines, and sent with the change in one go', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await press(']', 'm');
  await writer().and(page.locator(':focus')).waitFor();
  const said = async () => (await writer().getAttribute('aria-label')) ?? '';
  const [, from, to = from] = /^Comment on lines? (\d+)(?: to (\d+))?$/.exec(await said()) ?? [];
  const [first, last] = [Number(from), Number(to) + 1];
  await page.keyboard.type('Say why this is ');
  // The lines it is about are chosen by keyboard as well, and shown, without a letter or the focus being lost.
  await press('Alt+ArrowDown', 'Alt+ArrowDown', 'Alt+ArrowUp');
  expect(await said()).toBe(`Comment on lines ${first} to ${last}`);
  await page.getByRole('status').getByText(`lines ${first} to ${last}`).waitFor();
  expect(await page.locator('[data-column-number][data-selected-line]').count()).toBeGreaterThan(1);
  await press('Alt+Shift+ArrowDown', 'Alt+Shift+ArrowDown');
  expect(await said()).not.toContain(` ${first} to`);
  await press('Alt+Shift+ArrowUp', 'Alt+Shift+ArrowUp');
  expect(await said()).toBe(`Comment on lines ${first} to ${last}`);
  await page.keyboard.type('cached <b>at all</b>.');
  await press('Control+Enter');
  await comment('<b>at all</b>').getByText('draft').waitFor();
  await page.getByText('1 comment to send').waitFor();
  await press('g', 'm');
  await writer().and(page.locator(':focus')).waitFor();
  await page.keyboard.type('Is it needed?');
  await press('Control+Enter');
  await page.getByText('2 comments to send').waitFor();
  expect(await harness.called('comments.add')).toMatchObject([
    {
      head: 'd'.repeat(40),
      mergeBase: 'c'.repeat(40),
      place: { side: 'new', lines: { first, last } },
      text: 'Say why this is cached <b>at all</b>.',
    },
    { place: { side: 'new', lines: null } },
  ]);
  await press('{');
  await page.locator('[data-comment="1"]:focus').waitFor();
  await press('Enter');
  await page.getByRole('textbox', { name: 'Change the comment' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.type(' Briefly.');
  await press('Control+Enter');
  await comment('Briefly.').getByText('draft').waitFor();
  await press('}');
  await page.locator('[data-comment="2"]:focus').press('Delete');
  await page.getByText('1 comment to send').waitFor();
  await press('Control+z');
  await page.getByText('2 comments to send').waitFor();
  // Approving says what would be left, and leaves it only once that was confirmed.
  await press('a');
  const leave = page.getByRole('checkbox', { name: /^Approve all the same; they stay/ });
  await leave.and(page.locator(':focus')).waitFor();
  await page.getByText('2 comments were not sent to the agent.').waitFor();
  await page.getByRole('button', { name: 'Show the first' }).click();
  await page.locator('[data-comment]:focus', { hasText: 'Is it needed?' }).waitFor();
  await press('a');
  await leave.and(page.locator(':focus')).waitFor();
  expect(await page.getByRole('button', { name: /^Merge into/ }).isEnabled()).toBe(false);
  await press('Enter');
  expect(await harness.called('tasks.approve')).toEqual([]);
  expect(await harness.broken()).toEqual([]);
  await press('Space');
  expect(await page.getByRole('button', { name: /^Merge into/ }).isEnabled()).toBe(true);
  await page.getByRole('dialog').getByRole('button', { name: 'Request changes' }).click();
  await page.getByRole('textbox', { name: 'About the whole change' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.type('Otherwise fine.');
  await press('Control+Enter');
  await page.getByText(/^Sent your 3 comments to claude/).waitFor();
  expect(await harness.called('tasks.reject')).toMatchObject([{ task: 6, comment: 'Otherwise fine.' }]);
  // What was sent back stays to be read while it is made anew, and nothing more can be said of it then.
  await page.getByRole('tab', { name: /Changes/ }).click();
  await page
    .getByRole('status')
    .getByText(/^Waiting to be reworked\. This is the change as/)
    .waitFor();
  await page.getByText('fetchMember').first().waitFor();
  await page.evaluate(() => {
    type Core = { tasks: Map<number, object>; put(task: object): void };
    const { core } = (window as unknown as { harness: { core: Core } }).harness;
    core.put({ ...core.tasks.get(6), state: 'running' });
  });
  await page
    .getByRole('status')
    .getByText(/^Being reworked\./)
    .waitFor();
  await page.getByText('fetchMember').first().waitFor();
  expect(await page.getByText('No change yet').count()).toBe(0);
  await press(']', 'm');
  expect(await writer().count()).toBe(0);
  expect(await harness.broken()).toEqual([]);
  // What the agent was told and nobody called settled is said, too, and holds nothing.
  await page.evaluate(() => {
    const { core } = (
      window as unknown as { harness: { core: { tasks: Map<number, object>; put(task: object): unknown } } }
    ).harness;
    core.put({ ...core.tasks.get(6), state: 'review' });
  });
  await page.getByRole('button', { name: /^Approve/ }).waitFor();
  await press('a');
  await page.getByText('2 comments are not resolved.').waitFor();
  await page
    .getByRole('button', { name: /^Merge into/ })
    .and(page.locator(':focus'))
    .waitFor();
  await page.getByRole('button', { name: 'Show the first' }).click();
  await page.locator('[data-comment]:focus', { hasText: 'Is it needed?' }).waitFor();
});

test('a comment that was begun stays when it is left, when the page is gone, and when it could not be kept', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  const number = page.locator('diffs-container').first().locator('[data-column-number]');
  await number.nth(2).click();
  await writer().and(page.locator(':focus')).waitFor();
  await page.keyboard.type('There is no room for this');
  await press('Escape');
  await comment('There is no room').getByText('begun').waitFor();
  expect(await page.locator('textarea:focus').count()).toBe(0);
  await page.reload();
  await comment('There is no room').getByRole('button', { name: 'Go on' }).click();
  await writer().and(page.locator(':focus')).waitFor();
  await press('Control+Enter');
  await page
    .getByRole('alert')
    .getByText(/the disk is full. Make room and keep it again/)
    .waitFor();
  expect(await writer().inputValue()).toBe('There is no room for this');
  await press('Escape');
  await comment('There is no room').getByRole('button', { name: 'Throw away' }).click();
  await comment('There is no room').waitFor({ state: 'detached' });
  await press('Control+z');
  await comment('There is no room').waitFor();
});

test('that a file ends without a line break is said beside its last line, and is no line of the change', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.locator('.file', { hasText: 'new file é' }).click();
  const note = page.locator('diffs-container [data-no-newline]', { hasText: 'No newline at end of file' });
  await note.waitFor();
  const look = await note.evaluate((row) => {
    const gutter = row.closest('code')?.querySelector("[data-gutter-buffer='metadata']") ?? null;
    const context = getComputedStyle(document.querySelector('.diff') ?? document.body).getPropertyValue('--panel');
    const probe = document.createElement('div');
    probe.style.color = context;
    document.body.append(probe);
    const panel = getComputedStyle(probe).color;
    probe.remove();
    return {
      sign: getComputedStyle(row, '::before').content,
      grounds: [row, gutter].map((each) => each && getComputedStyle(each).backgroundColor === panel),
    };
  });
  expect(look).toEqual({ sign: 'none', grounds: [true, true] });
});

test('lines are chosen by dragging over their numbers', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  const number = (line: number) =>
    page.locator(`diffs-container [data-column-number="${line}"][data-line-type="context"]`).first();
  await number(9).hover({ position: { x: 4, y: 10 } });
  await page.mouse.down();
  await number(11).hover({ position: { x: 4, y: 10 } });
  await page.mouse.up();
  await page.getByRole('textbox', { name: 'Comment on lines 9 to 11', exact: true }).waitFor();
});

test('each comment says what became of it, in light and dark, and is done with when the person says so', async () => {
  for (const theme of ['light', 'dark'] as const) {
    await harness.open('little', theme);
    await page.evaluate(() => {
      const { comments } = (
        window as unknown as {
          harness: { core: { comments: { add(given: object): { id: number }; change(id: number, to: object): void } } };
        }
      ).harness.core;
      const change = { task: 6, head: 'd'.repeat(40), mergeBase: 'c'.repeat(40) };
      const at = (path: string, line: number) => ({ path, side: 'new', lines: { first: line, last: line } });
      const keep = (place: object, text: string, to: object): void =>
        comments.change(comments.add({ ...change, place, text }).id, { sentAt: 1, ...to });
      keep(at('docs/member-3.json', 2), 'Name it', { fate: 'addressed', since: '-line 5\n+five' });
      keep(at('docs/member-3.json', 4), 'Why?', { fate: 'ignored' });
      keep(at('docs/member-3.json', 6), 'Here?', { fate: 'moved' });
      keep(at('src/gone.ts', 6), 'Not this file', { fate: 'addressed', now: null, quote: 'const gone = 1;' });
    });
    await openReview('Documentation');
    await page.getByText('const gone = 1;').waitFor();
    await comment('Why?').getByText('ignored').waitFor();
    await comment('Here?').getByText('moved').waitFor();
    await comment('Name it')
      .getByRole('button', { name: /What was changed in these lines/ })
      .click();
    await comment('Name it').getByText('+five').waitFor();
    expect(await harness.broken()).toEqual([]);
    await page.getByRole('button', { name: /^Resolve: .*Why/ }).click();
    await comment('Why?').getByText('resolved').waitFor();
    await page.getByRole('button', { name: /^Reopen: .*Why/ }).click();
    await comment('Why?').getByText('ignored').waitFor();
  }
});

test('an agent is asked to review by a key, and what it leaves is decided on by keyboard, one by one and all at once', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await press('g', 'a');
  await page.getByRole('textbox', { name: /What to look at/ }).fill('How errors are handled');
  await page.keyboard.press('Control+Enter');
  await page.getByText(/reviews the change in task \d+/).waitFor();
  const [asked] = (await harness.called('reviews.ask')) as readonly { task: number; prompt: string }[];
  expect(asked).toMatchObject({ task: 6, prompt: 'How errors are handled' });
  const fill = (many: number, text?: string) =>
    page.evaluate(
      ([number, words]) => {
        const { core } = (
          window as unknown as {
            harness: { core: { comments: { fill(task: number, path: string, many: number, more: object): void } } };
          }
        ).harness;
        const reviewer = { task: 99, agent: 'goose', severity: 'problem', acceptedAt: null };
        const more = { by: 'goose', fate: 'proposed', reviewer, ...(words !== undefined && { text: words }) };
        core.comments.fill(6, 'docs/member-3.json', number, more);
      },
      [many, text] as const,
    );
  await fill(1, `${'Say why this is cached.\n'.repeat(100)}And delete the other.`);
  await fill(4);
  const proposed = page.locator('[data-comment][data-fate="proposed"]');
  await proposed.getByText('goose in task 99').first().waitFor();
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  // Nothing of it goes to the agent that made the change.
  expect(await page.getByText(/comments? to send/).count()).toBe(0);
  const focused = page.locator('[data-comment]:focus');
  await press('}');
  await focused.waitFor();
  const first = Number(await focused.getAttribute('data-comment'));
  // What is accepted is there whole, and is read to its end by keyboard.
  await focused.getByText('And delete the other.').waitFor();
  await page.keyboard.press('Tab');
  for (const wanted of ['goose in task 99', 'Accept', 'Edit', 'Dismiss']) {
    await page.waitForFunction((text) => document.activeElement?.textContent?.startsWith(text), wanted);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('End');
  await page.waitForFunction(() => {
    const { scrollTop, scrollHeight, clientHeight } = document.activeElement as HTMLElement;
    return scrollTop > 0 && scrollTop + clientHeight > scrollHeight - 2;
  });
  await page.locator(`[data-comment="${first}"]`).focus();
  // Held, the key is one press: it accepts, and opens no editor.
  for (let held = 0; held < 3; held += 1) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await page.getByText('1 comment to send').waitFor();
  await press('}');
  await page.waitForFunction((before) => {
    const now = document.activeElement?.closest<HTMLElement>('[data-comment]')?.dataset.comment;
    return now !== undefined && now !== before;
  }, `${first}`);
  const second = Number(await focused.getAttribute('data-comment'));
  await page.keyboard.press('Delete');
  await page.locator(`[data-comment="${second}"]`).waitFor({ state: 'detached' });
  await press('Control+z');
  await page.locator(`[data-comment="${second}"]`).waitFor();
  // An approval says what nobody decided on.
  await press('a');
  await page.getByText("4 comments of an agent's review are undecided.").waitFor();
  // What comes after it was said is not meant by it.
  const stays = page.getByRole('checkbox', { name: /Approve all the same/ });
  await page.keyboard.press('Space');
  expect(await stays.isChecked()).toBe(true);
  await fill(1);
  await page.getByText('More came since you said so.').waitFor();
  expect(await stays.isChecked()).toBe(false);
  await page.keyboard.press('Space');
  expect(await stays.isChecked()).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await press('g', 'y');
  await page.getByText('6 comments to send').waitFor();
  const decided = (await harness.called('comments.accept')) as readonly { comments: readonly number[] }[];
  expect(decided.map(({ comments }) => comments.length)).toEqual([1, 5]);
  expect(await harness.called('comments.dismiss')).toEqual([
    { comments: [second], dismissed: true },
    { comments: [second], dismissed: false },
  ]);
});

test('two hundred comments in one file leave the page small, and are come across one after the other', async () => {
  await harness.open('little');
  const nodes = () => page.evaluate(() => document.querySelectorAll('.diff *').length);
  await page.evaluate(() => {
    const { core } = (
      window as unknown as { harness: { core: { comments: { fill(task: number, path: string, many: number): void } } } }
    ).harness;
    core.comments.fill(6, 'docs/member-3.json', 200);
  });
  await openReview('Documentation');
  await page.getByText('200 comments to send').waitFor();
  await page.locator('[data-comment]').first().waitFor();
  await press('{');
  await page.locator('[data-comment]:focus').waitFor();
  const first = await page.locator('[data-comment]:focus').getAttribute('data-comment');
  await press('{', '{');
  await page.waitForFunction((before) => {
    const now = document.activeElement?.closest<HTMLElement>('[data-comment]')?.dataset.comment;
    return now !== undefined && now !== before;
  }, first);
  expect(await nodes()).toBeLessThan(1_500);
});

test('an accepted hunk stays accepted, and the bar counts it', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await press(']', 'y');
  await page.getByText(/^1 of \d+ hunks accepted/).waitFor();
  await page.reload();
  await page.getByText(/^1 of \d+ hunks accepted/).waitFor();
  await page.locator('[data-accepted]').first().waitFor();
  await press(']');
  await page.getByRole('button', { name: 'Accepted', pressed: true }).click();
  await page.getByText(/^15 files/).waitFor();
  // What was taken back can be undone from the bar as long as nothing came after it, long after that was said.
  const marked = () => page.locator('[data-selected-line]').first().textContent();
  const takenBack = () => harness.called('reviews.takeBack');
  const first = await marked();
  await press('y', 'y', '[', '[', 'y', 'u');
  const undo = page.getByRole('button', { name: /^Bring back what you took back of docs/ });
  await undo.waitFor();
  // The next is at hand, marked; it is accepted, and was not gone to.
  await expect.poll(marked).not.toBe(first);
  const next = await marked();
  // Undoing a file that was written since leads to no hunk.
  await page.evaluate(() => {
    type Inside = { harness: { core: { edits: { make(task: number, edit: object): void } } } };
    (window as unknown as Inside).harness.core.edits.make(6, { kind: 'edit', path: 'docs/other.md' });
  });
  await page.getByRole('button', { name: 'Undo your edit of docs/other.md' }).click();
  await undo.waitFor();
  expect(await marked()).toBe(next);
  await press('u');
  await page.getByText('You accepted that hunk').waitFor();
  expect(await takenBack()).toHaveLength(1);
  // The count is never cut, and nothing of the bar either, with a comment and an edit to be undone beside it.
  await page.evaluate(() => {
    type Inside = { harness: { core: { comments: { fill(task: number, path: string, many: number): void } } } };
    (window as unknown as Inside).harness.core.comments.fill(6, 'docs/member-8.ts', 1);
  });
  await page.locator('.changes-bar').getByRole('button', { name: '1 comment' }).waitFor();
  const isCut = () =>
    page.locator('.changes-bar').evaluate((bar) => {
      const count = bar.querySelector('.changes-count');
      const beside = count?.closest('.changes-facts')?.nextElementSibling;
      const end = count?.getBoundingClientRect().right ?? Number.NaN;
      return !(end <= (beside?.getBoundingClientRect().left ?? 0)) || bar.scrollWidth > bar.clientWidth;
    });
  expect(await isCut()).toBe(false);
  await harness.resize({ width: 900, height: 600 });
  expect(await isCut()).toBe(false);
  await harness.resize({ width: 1280, height: 800 });
  await undo.click();
  await undo.waitFor({ state: 'detached' });
  await page.getByText(/^Brought back what you took back of docs/).waitFor();
  await expect.poll(marked).toBe(first);
  expect(await harness.called('reviews.undo')).toEqual([{ task: 6 }, { task: 6 }]);
  // One that is not taken back is at hand as before: asking once more means it.
  const [{ path }] = (await takenBack()) as [{ readonly path: string }];
  await harness.changeMeanwhile(path, 'theirs\n');
  await press('u');
  await page.getByText(/^Nothing was edited: the change on .* moved since you looked/).waitFor();
  await expect.poll(marked).toBe(first);
  await press('v');
  await expect.poll(marked).not.toBe(first);
});

test('a file is edited in place: kept when it is left, never saved over what came meanwhile unseen, then saved', async () => {
  const path = 'docs/member-8.ts';
  const field = page.getByRole('textbox', { name: `Edit ${path}` });
  const fileAtTop = () => page.locator('.file-button[aria-current]').textContent();
  const saves = async () => (await harness.called('reviews.write')).length;
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await press(']', ']');
  await page.locator('[data-selected-line]').first().waitFor();
  await press('g', 'e');
  await field.and(page.locator(':focus')).waitFor();
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  // At the first line the change has changed there, with the keys of the diff its own.
  await page.keyboard.type('y typed ');
  await press('Control+f');
  await page.getByRole('textbox', { name: 'Find', exact: true }).and(page.locator(':focus')).waitFor();
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  await press('Escape', 'Escape');
  await page.getByText(`What you typed into ${path} is kept, not saved`).waitFor();
  expect(await page.getByText(/hunks accepted/).count()).toBe(0);

  await page.reload();
  const unsaved = page.getByRole('button', { name: '1 file not saved' });
  await unsaved.waitFor();
  // From where its diff is not there yet.
  await press('g', '1');
  await unsaved.waitFor({ state: 'detached' });
  await press('a');
  // Approving says what would be left behind, and leaves it only once that was confirmed.
  const stays = page.getByRole('checkbox', { name: /^Approve all the same; it stays kept/ });
  await stays.and(page.locator(':focus')).waitFor();
  await page.getByText(`What you typed into ${path} is not saved, and no part of this change.`).waitFor();
  await press('Enter');
  expect(await harness.called('tasks.approve')).toEqual([]);
  const merge = page.getByRole('button', { name: /^Merge into/ });
  expect(await merge.isEnabled()).toBe(false);
  // It stands where a low window shows it, whatever has the focus.
  await harness.resize({ width: 900, height: 600 });
  const isSeen = await stays.evaluate((box) => {
    const form = box.closest('[role="dialog"]');
    if (form === null) return false;
    form.scrollTop = 0;
    return box.getBoundingClientRect().bottom <= form.getBoundingClientRect().bottom;
  });
  expect(isSeen).toBe(true);
  await harness.resize({ width: 1280, height: 800 });
  await press('Space');
  expect(await merge.isEnabled()).toBe(true);
  expect(await harness.broken()).toEqual([]);
  await page.getByRole('button', { name: 'Show it' }).click();
  await field.and(page.locator(':focus')).getByText('y typed').waitFor();
  // Opened once the diff is there, it has the lines marked that the change has changed.
  expect(await page.locator('.cm-changed-line').count()).toBeGreaterThan(0);
  await press('Escape');
  await unsaved.click();
  await field.getByText('y typed').waitFor();
  await harness.changeMeanwhile(path, 'theirs\n');
  await press('Control+s');
  await page.getByText(`${path} was changed since you began.`).waitFor();
  await press('Control+s');
  await page.locator('.cm-deletedChunk', { hasText: 'theirs' }).waitFor();
  expect(await saves()).toBe(1);
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  await page.getByRole('button', { name: 'Take the newer version' }).click();
  await field.getByText('theirs').waitFor();
  await page.getByRole('button', { name: /^Close Esc/ }).waitFor();
  await field.press('Control+z');
  await field.getByText('y typed').waitFor();
  const place = await fileAtTop();
  await press('Control+s');
  await page.getByText(`Saved ${path} as a commit of yours`).waitFor();
  await field.waitFor({ state: 'detached' });
  expect(await harness.called('reviews.write')).toMatchObject([
    {},
    { path, text: expect.stringContaining('y typed ') },
  ]);
  const undo = page.getByRole('button', { name: `Undo your edit of ${path}` });
  await undo.waitFor();
  await page.locator('.diff-scroll diffs-container').getByText('fetchMember').first().waitFor();
  await expect.poll(fileAtTop).toBe(place);
  expect(await page.getByText('1 file not saved').count()).toBe(0);
  await press('Control+z');
  await undo.waitFor({ state: 'detached' });
  expect(await harness.called('reviews.undo')).toEqual([{ task: 6 }]);

  await page.locator('.file-button[title="packages/client/src/member-4.css"]').click();
  const large = page.getByRole('button', { name: 'Edit packages/client/src/member-4.css' });
  await large.hover();
  // The change is read again between the press and its end, and what is pressed stays where it is.
  const reviews = (await harness.called('reviews.get')).length;
  await page.mouse.down();
  await page.evaluate(() => {
    const { core } = (
      window as unknown as { harness: { core: { tasks: Map<number, { updatedAt: number }>; put(task: object): void } } }
    ).harness;
    core.put({ ...core.tasks.get(6), updatedAt: (core.tasks.get(6)?.updatedAt ?? 0) + 1 });
  });
  await expect.poll(async () => (await harness.called('reviews.get')).length).toBeGreaterThan(reviews);
  await page.mouse.up();
  await page.getByText('It is larger than 1 MiB.').waitFor();
  await press('Escape');
});

test('what is not in review shows its comments and what was typed into its files, and takes no more', async () => {
  await harness.open('little');
  await page.evaluate(() =>
    localStorage.setItem('switchyard.drafts', JSON.stringify({ 'file-edit:6:docs/member-3.json': 'abc\ntyped once' })),
  );
  await page.reload();
  await page.getByText(/\d+ queued/).waitFor();
  await page.evaluate(() => {
    const { core } = (
      window as unknown as {
        harness: {
          core: {
            comments: { fill(task: number, path: string, many: number, more: object): void };
            tasks: Map<number, object>;
            put(task: object): void;
            unreadable: Set<number>;
          };
        };
      }
    ).harness;
    core.comments.fill(6, 'docs/member-3.json', 1, { sentAt: 1, fate: 'ignored' });
    core.put({ ...core.tasks.get(6), state: 'done', outcome: 'discarded' });
    core.unreadable.add(6);
  });
  await press('g', 'd');
  await option('Documentation').click();
  await page.getByRole('tab', { name: /Changes/ }).click();
  // What was typed is there also where the change cannot be read.
  await page.getByText('git said “fatal: unable to read tree”').waitFor();
  await page.getByText('What you typed into docs/member-3.json was not saved.').waitFor();
  expect(await harness.broken()).toEqual([]);
  await page.evaluate(() =>
    (window as unknown as { harness: { core: { unreadable: Set<number> } } }).harness.core.unreadable.clear(),
  );
  await page.getByRole('button', { name: 'Try again' }).click();
  await comment('say why this is cached').waitFor();
  await page.getByText('What you typed into docs/member-3.json was not saved.').click();
  await page.getByText('typed once').waitFor();
  expect(await harness.broken()).toEqual([]);
  const away = page.getByRole('button', { name: /^Throw it away/ });
  await away.click();
  await away.waitFor({ state: 'detached' });
  await press('Control+z');
  await away.waitFor();
  await press(']', 'm');
  expect(await writer().count()).toBe(0);
  expect(await page.getByRole('button', { name: /^(Comment|Accept)/ }).count()).toBe(0);
});

/** What was asked for to show more of a file. Pictures near the screen are fetched by themselves. */
const wholeFiles = async (): Promise<readonly { path: string }[]> =>
  ((await harness.called('reviews.content')) as { path: string }[]).filter(({ path }) => !path.endsWith('.png'));

test('more lines than a hunk has around it are shown by key and button, the whole file too, and put away again', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  const after = (line: number) => page.getByText(`// Line ${line} after all of it.`, { exact: true }).first();
  // Only what is on screen is drawn.
  const reach = (what: Locator) =>
    expect
      .poll(async () => {
        if (await what.isVisible()) return true;
        await page.locator('.diff-scroll').evaluate((pane) => pane.scrollBy({ top: 200, behavior: 'instant' }));
        return false;
      })
      .toBe(true);
  const more = page.getByRole('button', { name: 'Show more lines after the hunk above' }).first();
  await press(']', '=');
  await expect.poll(async () => (await wholeFiles()).length).toBe(2);
  await reach(after(0));
  await reach(more);
  await more.focus();
  expect(await harness.broken()).toEqual([]);
  await press('Enter');
  await reach(after(39));
  expect(await after(40).count()).toBe(0);
  await press('f');
  await reach(after(59));
  await press('f');
  await after(59).waitFor({ state: 'detached' });
  expect(await wholeFiles()).toMatchObject([
    { commit: 'c'.repeat(40), path: 'docs/member-3.json' },
    { commit: 'd'.repeat(40), path: 'docs/member-3.json' },
  ]);
});

test('code that is scrolled past faster than it can be read is drawn plain, and coloured when it rests', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  /** Scrolls there in so many steps, each drawn, and says how the last lines are drawn then. */
  const scroll = (to: number, steps: number) =>
    page.locator('.diff-scroll').evaluate(
      async (pane, [end, count]) => {
        const begin = pane.scrollTop;
        for (let step = 1; step <= count; step += 1) {
          pane.scrollTop = begin + ((end * pane.scrollHeight - begin) * step) / count;
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        }
        const roots = [...pane.querySelectorAll('diffs-container')].map(({ shadowRoot }) => shadowRoot);
        const last = roots.filter((root) => root?.querySelector('[data-line]') != null).at(-1);
        return last?.querySelector('[data-line] span[class]') == null ? 'plain' : 'coloured';
      },
      [to, steps] as const,
    );
  // Once there and back, so that the colours are known.
  await expect.poll(() => scroll(1, 1)).toBe('coloured');
  await expect.poll(() => scroll(0, 1)).toBe('coloured');
  expect(await scroll(1, 6)).toBe('plain');
  await expect.poll(() => scroll(1, 1)).toBe('coloured');
});

test('changes of white space are hidden by a key, which is said, and no hunk of that diff is acted on', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await press('i');
  await page.getByText('Changes of white space alone are hidden').waitFor();
  await expect
    .poll(() => harness.called('reviews.patch'))
    .toContainEqual(expect.objectContaining({ ignoreWhitespace: true }));
  expect(await harness.broken()).toEqual([]);
  await press(']', 'u', 'y', '=', 'f');
  await page.getByText('Press I to show them').waitFor();
  expect(await page.getByRole('button', { name: 'Take back' }).count()).toBe(0);
  expect(await harness.called('reviews.takeBack')).toEqual([]);
  expect(await wholeFiles()).toEqual([]);
  await press('m');
  await writer().and(page.locator(':focus')).waitFor();
  await press('Escape');
  await page.reload();
  await page.getByRole('button', { name: 'Show them' }).click();
  await page.getByRole('button', { name: 'Take back' }).waitFor();
});

test('what is new, a commit or a turn is shown alone, and a verdict is about the whole', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  const choice = page.getByRole('combobox', { name: 'What of the change is shown' });
  await press('g', 's');
  await choice.and(page.locator(':focus')).waitFor();
  await choice.selectOption('New since your last review');
  await page.getByText('Only what is new since you last asked for changes').waitFor();
  expect(await harness.broken()).toEqual([]);
  await page.getByText('3 files', { exact: true }).waitFor();
  await press(']', 'm', 'u');
  expect(await writer().count()).toBe(0);
  // Whoever is at the choice while a part arrives stays there.
  const bar = await choice.elementHandle();
  const show = async (part: string): Promise<void> => {
    await press('g', 's');
    await choice.selectOption(part);
  };
  await show('Tests');
  await press('g', 's');
  await page.getByText('Only the commit “Tests”').waitFor();
  await page.getByText('3 files', { exact: true }).waitFor();
  await choice.and(page.locator(':focus')).waitFor();
  await show('Turn 2 (left behind)');
  await page.getByText('Only what turn 2 changed').waitFor();
  expect(await harness.called('reviews.between')).toEqual([
    { task: 6, from: 'f'.repeat(40), to: 'd'.repeat(40) },
    { task: 6, from: null, to: 'f'.repeat(40) },
  ]);
  await press('a');
  await page.getByRole('dialog', { name: 'Approve this change' }).waitFor();
  await expect.poll(() => choice.inputValue()).toBe('whole');
  expect(await bar?.evaluate((field) => field.isConnected)).toBe(true);
  await press('Escape');
});

test('a picture is seen before and after, side by side or under a slider by keyboard, with its sizes', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.locator('.file-button[title="web/logo.png"]').click();
  await page.getByRole('img', { name: 'web/logo.png, after' }).waitFor();
  await page.getByText(/^Before: 320 × 240, \d+ KB$/).waitFor();
  await page.getByText(/^After: 480 × 240, \d+ KB$/).waitFor();
  const drawn = (): Promise<readonly number[]> =>
    page.locator('.binary img').evaluateAll((all) => all.map((each) => (each as HTMLImageElement).naturalWidth));
  expect(await drawn()).toEqual([320, 480]);
  await page.getByRole('button', { name: 'Swipe' }).click();
  const slider = page.getByRole('slider', { name: /logo\.png is shown as it was before/ });
  await slider.press('ArrowRight');
  expect(await slider.getAttribute('aria-valuetext')).toBe('51 % before, 49 % after');
  const stage = page.locator('.swipe-stage');
  const width = (await stage.boundingBox())?.width ?? 0;
  await stage.hover({ position: { x: width / 2, y: 20 } });
  await page.mouse.down();
  await stage.hover({ position: { x: width / 4, y: 20 } });
  await page.mouse.up();
  expect(await slider.inputValue()).toBe('25');
  expect(await harness.broken()).toEqual([]);
});
