import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, openHarness } from './harness';
import { openReviewOf, optionOf } from './open-review';
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

const press = (...keys: readonly string[]) => pressKeys(page, ...keys);

const openReview = (title: string) => openReviewOf(page, title);

const comment = (text: string) => page.locator('.comment').filter({ hasText: text });
const writer = () => page.getByRole('textbox', { name: /^Comment on (line|the whole)/ });

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

test('what is typed after the key of a comment is written, and never keys: while the diff is fetched, and before the field is there', async () => {
  await harness.open('little', 'light', 'stuck=reviews.patch');
  await openReview('Documentation');
  await expect.poll(() => harness.called('reviews.patch')).not.toEqual([]);
  const free = () =>
    page.evaluate(() => (window as unknown as { harness: { core: { free(): void } } }).harness.core.free());
  const early = page.getByRole('textbox', { name: 'Comment whose place is on its way' });
  await press(']');
  await page.getByText('The diff is still on its way: nothing was done').waitFor();
  await press('m');
  await page.keyboard.type('Why you use ');
  await page.getByText('put into a comment on the hunk at hand when it is here').waitFor();
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  // Left and come back to it is as it was, and whoever is elsewhere as the diff comes is not fetched back.
  await page.locator('.changes-facts').click();
  await free();
  await page.getByText('fetchMember').first().waitFor();
  await page.getByText('Your comment has no place yet.').waitFor();
  expect(await writer().count()).toBe(0);
  await press('m');
  await page.keyboard.type('yours?');
  await writer().and(page.locator(':focus')).waitFor();
  await expect.poll(() => writer().inputValue()).toBe('Why you use yours?');
  await expect.poll(() => early.inputValue()).toBe('');
  // The field takes a moment to be there: what is typed meanwhile is the page's in no event.
  await press('Escape');
  await press(']', ']');
  await page.evaluate(() => {
    for (const key of ['m', 'y', 'u', 'w'])
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
      );
  });
  await writer().and(page.locator(':focus')).waitFor();
  expect(await page.getByText(/hunks? accepted/).count()).toBe(0);
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(await harness.called('reviews.takeBack')).toEqual([]);
});

test('words of a comment go into it when the diff is here, and are thrown away with a way back', async () => {
  await harness.open('little', 'light', 'stuck=reviews.patch');
  await openReview('Documentation');
  await expect.poll(() => harness.called('reviews.patch')).not.toEqual([]);
  const early = page.getByRole('textbox', { name: 'Comment whose place is on its way' });
  await press('m');
  await page.keyboard.type('Why');
  await press('Escape');
  await expect.poll(() => early.inputValue()).toBe('');
  await press('Control+z');
  await expect.poll(() => early.inputValue()).toBe('Why');
  await press('m');
  await page.keyboard.type(' so?');
  await page.evaluate(() => (window as unknown as { harness: { core: { free(): void } } }).harness.core.free());
  await writer().and(page.locator(':focus')).waitFor();
  await expect.poll(() => writer().inputValue()).toBe('Why so?');
});

test('words of a comment for which there is no hunk stay where they are written, and are no keys', async () => {
  await harness.open('little', 'light', 'stuck=reviews.patch');
  await openReview('Documentation');
  await expect.poll(() => harness.called('reviews.patch')).not.toEqual([]);
  const early = page.getByRole('textbox', { name: 'Comment whose place is on its way' });
  await page.getByRole('navigation', { name: 'Changed files' }).getByText('logo.png').click();
  await press('m');
  await page.keyboard.type('This');
  await page.evaluate(() => (window as unknown as { harness: { core: { free(): void } } }).harness.core.free());
  await page.getByText('There is no hunk here to comment on').waitFor();
  await page.keyboard.type(' is mine');
  await expect.poll(() => early.inputValue()).toBe('This is mine');
});

test('what is typed before a file can be edited is no key of the window, and that is said', async () => {
  await harness.open('little', 'light', 'stuck=reviews.file');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  await press('g', 'e');
  await page.keyboard.type('cyu');
  await page.getByText('The file is still opened: what you typed was not written').waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.evaluate(() => (window as unknown as { harness: { core: { free(): void } } }).harness.core.free());
  const editor = page.locator('.edit-pane [contenteditable="true"]');
  await editor.and(page.locator(':focus')).waitFor();
  await page.keyboard.type('typed ');
  await editor.getByText('typed').waitFor();
  await press('Escape', 'c');
  await page.getByRole('dialog', { name: /^New task/ }).waitFor();
  expect(await harness.called('reviews.takeBack')).toEqual([]);
});

describe('what is shown of a file', () => {
  beforeAll(async () => {
    await harness.open('little');
    await openReview('Documentation');
    await page.getByText('fetchMember').first().waitFor();
  });

  test('that a file ends without a line break is said beside its last line, and is no line of the change', async () => {
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

  test('a picture is seen before and after, side by side or under a slider by keyboard, with its sizes', async () => {
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
    expect(await harness.broken('.binary')).toEqual([]);
  });

  test('code that is scrolled past faster than it can be read is drawn plain, and coloured when it rests', async () => {
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
  await harness.open('little');
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
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  await page.getByRole('button', { name: /^Resolve: .*Why/ }).click();
  await comment('Why?').getByText('resolved').waitFor();
  await page.getByRole('button', { name: /^Reopen: .*Why/ }).click();
  await comment('Why?').getByText('ignored').waitFor();
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
  expect(await harness.brokenInEitherTheme('[data-comment]')).toEqual([]);
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
  // The list marks its file, whichever is at the top.
  const fileOfMarked = () =>
    page.evaluate(() => {
      for (const { shadowRoot } of document.querySelectorAll('*'))
        if (shadowRoot?.querySelector('[data-selected-line]'))
          return shadowRoot.querySelector('[data-title]')?.textContent ?? null;
      return null;
    });
  const fileInList = () => page.locator('.file-button[aria-current]').getAttribute('title');
  await expect.poll(async () => (await fileInList()) === (await fileOfMarked())).toBe(true);
  // Undoing a file that was written since leads to no hunk.
  await page.evaluate(() => {
    type Inside = { harness: { core: { edits: { make(task: number, edit: object): void } } } };
    (window as unknown as Inside).harness.core.edits.make(6, { kind: 'edit', path: 'docs/other.md', part: false });
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

test('files stand in a tree whose folders fold, and what was viewed stays so until that very file is another', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  const list = page.getByRole('navigation', { name: 'Changed files' });
  const titlesOf = (found: Locator) => found.evaluateAll((all) => all.map((each) => each.getAttribute('title') ?? ''));
  const seen = () => titlesOf(list.locator('.file-seen:not(.file-folder)'));
  const docs = list.getByRole('button', { name: /^docs/ });
  const inDocs = list.locator('.file-button[title^="docs/"]');
  const [first = '', second = ''] = await titlesOf(inDocs);
  expect([first, second]).not.toContain('');
  await press(']', 'v', 'v');
  await page.getByText(/^2 of 15 files viewed/).waitFor();
  expect(await seen()).toEqual([first, second]);
  expect(await harness.brokenInEitherTheme()).toEqual([]);
  await page.reload();
  await page.getByText(/^2 of 15 files viewed/).waitFor();
  expect(await seen()).toEqual([first, second]);
  // What a finger touches is as large as one, and the rows keep apart.
  const tops = () => list.locator('.file-button').evaluateAll((all) => all.map((each) => each.getBoundingClientRect()));
  const devtools = await page.context().newCDPSession(page);
  const touch = (enabled: boolean) => devtools.send('Emulation.setTouchEmulationEnabled', { enabled });
  await touch(true);
  await expect.poll(async () => (await tops()).slice(0, 3).map(({ height }) => height)).toEqual([44, 44, 44]);
  // Where they lie is drawn anew the moment after.
  const overlapping = async () => {
    const boxes = await tops();
    return boxes.slice(1).filter(({ top }, at) => top < (boxes[at]?.bottom ?? 0));
  };
  await expect.poll(overlapping).toEqual([]);
  await touch(false);
  await expect.poll(async () => (await tops())[1]?.height).toBe(26);
  // Folded it stands for the file at hand, and for all of its lines.
  await list.locator(`.file-button[title="${second}"]`).click();
  await docs.click();
  await expect.poll(() => inDocs.count()).toBe(0);
  expect([await docs.getAttribute('aria-expanded'), await docs.getAttribute('aria-current')]).toEqual([
    'false',
    'true',
  ]);
  await docs.getByText(/^\+\d+$/).waitFor();
  expect(await harness.broken()).toEqual([]);
  await docs.press('Enter');
  await inDocs.first().waitFor();
  await page.evaluate((path) => {
    type Inside = { harness: { core: { edits: { write(task: number, edit: object): void } } } };
    (window as unknown as Inside).harness.core.edits.write(6, { path, text: 'another\n' });
  }, first);
  await page.getByText(/^1 of 15 files viewed/).waitFor();
  expect(await seen()).toEqual([second]);
});

test('what is clicked in the list is what a key is for, also where the diff cannot scroll so far', async () => {
  await harness.open('little');
  await openReview('Documentation');
  await page.getByText('fetchMember').first().waitFor();
  const file = page.locator('.file-button[title$=".ts"]').last();
  const path = await file.getAttribute('title');
  await file.click();
  // The file at the top is another one, and has been for as long as that is told late.
  await expect.poll(() => page.locator('[data-selected-line]').count()).toBeGreaterThan(0);
  await press('u');
  await page.getByRole('button', { name: /^Bring back what you took back of/ }).waitFor();
  expect(await harness.called('reviews.takeBack')).toMatchObject([{ path }]);
  // Of one without lines there is no hunk, yet it is at hand.
  const picture = page.locator('.file-button[title="web/logo.png"]');
  await picture.click();
  await expect.poll(() => page.locator('[data-selected-line]').count()).toBe(0);
  expect(await picture.getAttribute('aria-current')).toBe('true');
  await press('g', 'm');
  await page
    .getByRole('textbox', { name: 'Comment on the whole file web/logo.png' })
    .and(page.locator(':focus'))
    .waitFor();
  await press('Escape', 'v');
  await page.getByText('Marked web/logo.png as viewed').waitFor();
  // Whoever scrolls on by themselves lets go of it, however they do.
  for (const key of ['PageUp', 'Home']) {
    await picture.click();
    await expect.poll(() => picture.getAttribute('aria-current')).toBe('true');
    await page.locator('diffs-container code').last().focus();
    await press(key);
    await expect.poll(() => picture.getAttribute('aria-current')).toBeNull();
  }
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
  // As narrow as a phone the bar takes a second line rather than cut what is chosen.
  await harness.resize({ width: 390, height: 800 });
  const room = () =>
    choice.evaluate((field) => {
      const pen = document.createElement('canvas').getContext('2d');
      if (pen === null || !(field instanceof HTMLSelectElement) || window.innerWidth > 390) return null;
      pen.font = getComputedStyle(field).font;
      const sign = 28;
      return Math.sign(field.clientWidth - sign - pen.measureText(field.selectedOptions[0]?.text ?? '').width);
    });
  await expect.poll(room).toBe(1);
  await harness.resize({ width: 1280, height: 800 });
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
