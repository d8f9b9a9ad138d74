import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Harness, openHarness } from './harness';
import { openReviewOf, overlay } from './open-review';
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

const press = (...keys: readonly string[]) => pressKeys(page, ...keys);

const openReview = (title: string) => openReviewOf(page, title);

test('every place and sheet breaks no rule of accessibility, in either theme', async () => {
  const expectWhole = async (place: string, inside?: string) =>
    expect([place, await harness.brokenInEitherTheme(inside)]).toEqual([place, []]);
  await harness.open('none', 'dark');
  await expectWhole('nothing yet');
  await harness.open('little', 'dark');
  await expectWhole('inbox');
  for (const keys of ['c', 'Control+k', 'Control+,', '?', 'Control+o']) {
    await press(keys);
    await page.getByRole('dialog').waitFor();
    // What a sheet lies over was looked at before; that nothing breaks between the two, one of them shows.
    await expectWhole(keys, keys === 'c' ? undefined : overlay);
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
  expect(await harness.brokenInEitherTheme(overlay)).toEqual([]);
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
  // What is sent to the agent is shown first, whole and as a quotation.
  await thread.getByRole('button', { name: /^Send to/ }).click();
  const quoted = thread.getByRole('region', { name: /is sent$/ });
  await quoted.getByText('> ada: Once more.').waitFor();
  await quoted.getByRole('button', { name: 'Cancel' }).click();
  await quoted.waitFor({ state: 'detached' });
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
  await dialog
    .getByRole('button', { name: /^Send to/ })
    .last()
    .click();
  const shown = await dialog
    .getByRole('region', { name: /is sent$/ })
    .locator('pre')
    .textContent();
  expect(shown).toContain('> ada: Thanks to all.');
  expect(await harness.called('tasks.reject')).toEqual([]);
  await dialog.getByRole('button', { name: /^Send it to/ }).click();
  await expect.poll(() => harness.called('tasks.reject')).toMatchObject([{ task: 6, comment: shown }]);
});

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
  // While the field is there, the key would be typed.
  await page.getByRole('textbox', { name: 'Change the comment' }).waitFor({ state: 'detached' });
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
  expect(await harness.broken(overlay)).toEqual([]);
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
  expect(await harness.brokenInEitherTheme('.edit-pane')).toEqual([]);
  // At the first line the change has changed there, with the keys of the diff its own.
  await page.keyboard.type('y typed ');
  await press('Control+f');
  await page.getByRole('textbox', { name: 'Find', exact: true }).and(page.locator(':focus')).waitFor();
  expect(await harness.brokenInEitherTheme('.cm-panels')).toEqual([]);
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
  expect(await harness.broken(overlay)).toEqual([]);
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
  expect(await harness.brokenInEitherTheme('.edit-pane')).toEqual([]);
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
