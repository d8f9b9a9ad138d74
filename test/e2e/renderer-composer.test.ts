import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Task } from '../../core/contract/task';
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

interface Inside {
  readonly harness: {
    command(command: string): void;
    readonly core: {
      readonly tasks: Map<number, Task>;
      put(task: Task): void;
      handOver(task: number): void;
      free(): void;
    };
  };
}

const change = (id: number, more: Partial<Task>) =>
  page.evaluate(
    ([task, parts]) => {
      const { core } = (window as unknown as Inside).harness;
      const before = core.tasks.get(task);
      if (before !== undefined) core.put({ ...before, ...parts });
    },
    [id, more] as const,
  );
const notify = (id: number) =>
  page.evaluate((task) => (window as unknown as Inside).harness.command(`show-task:${task}`), id);
const composer = () => page.locator('.composer-row textarea');
const hasFocus = (selector: string) =>
  page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector);

/** Opens a task of the sample and what is said in it. */
async function open(task: number): Promise<void> {
  await notify(task);
  await page.getByRole('tab', { name: 'Conversation' }).click();
  await page.locator('.conversation-row').first().waitFor();
}

test('the field is as tall as what is in it, in every width, and one line while it only asks', async () => {
  const look = () =>
    composer().evaluate((field) => ({ height: field.clientHeight, isCut: field.scrollHeight > field.clientHeight }));
  await harness.open('little');
  await notify(6);
  await composer().waitFor();
  const line = { height: 30, isCut: false };
  expect(await look()).toEqual(line);
  await change(6, { agent: 'an agent whose name alone takes more than the room there is for a line' });
  await page.getByPlaceholder(/whose name alone/).waitFor();
  expect(await look()).toEqual(line);
  const text = 'Words that fill a line of the wide field, and of the narrow one more than that.';
  await composer().fill(text);
  const narrow = await look();
  await page.keyboard.press('Escape');
  // Beside the conversation there is all of the window, and then no longer.
  await pressKeys(page, 'b');
  await expect.poll(look).toEqual(line);
  await pressKeys(page, 'b');
  await expect.poll(look).toEqual(narrow);
  expect(narrow.isCut).toBe(false);
  expect(narrow.height).toBeGreaterThan(line.height);
  await composer().fill('');
  expect(await look()).toEqual(line);
});

describe('who types when a turn ends', () => {
  test('types on in the same field, and no letter approves, merges or discards', async () => {
    await harness.open('little');
    await open(4);
    await page.keyboard.press('r');
    await page.keyboard.type('Use the fake');
    await change(4, { state: 'review', change: { files: 2, additions: 8, deletions: 1 } });
    await page.getByRole('button', { name: /Request changes/ }).waitFor();
    // Who comes back to the window may have committed in the worktree, so it is looked at again each time.
    const looks = async () => (await harness.called('tasks.get')).length;
    const before = await looks();
    for (const _ of [1, 2, 3]) await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect.poll(looks).toBeGreaterThanOrEqual(before + 3);
    await page.keyboard.type(' and a clock, d c');
    await page.keyboard.press('Enter');
    await page.keyboard.type('words');
    await page.keyboard.press('Control+Backspace');
    expect(await composer().inputValue()).toBe('Use the fake and a clock, d c\n');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await harness.called('tasks.approve')).toEqual([]);

    await change(4, { state: 'running' });
    await page.getByRole('button', { name: /Queue message/ }).waitFor();
    await page.keyboard.type('in all tests');
    await change(4, { state: 'done', outcome: 'merged', mergedOid: 'a'.repeat(40) });
    await page.getByText('The task has ended. What you wrote is kept.').waitFor();
    await page.keyboard.type('!');
    await page.keyboard.press('Control+Enter');
    expect(await composer().inputValue()).toBe('Use the fake and a clock, d c\nin all tests!');
    expect(await harness.called('messages.add')).toEqual([]);
    expect(await harness.broken()).toEqual([]);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Backspace');
    expect(await hasFocus('.composer-row textarea')).toBe(true);
    await page.keyboard.press('Escape');
    await composer().waitFor({ state: 'detached' });
  });

  test('sends once however often it is asked, and what is written meanwhile stays', async () => {
    await harness.open('little', 'light', 'stuck=messages.add');
    await open(4);
    await page.keyboard.press('r');
    await page.keyboard.type('Use the fake clock');
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Control+Enter');
    await page.keyboard.type(' in slow tests');
    await page.keyboard.press('Control+Enter');
    expect(await page.locator('.composer .note-failed').count()).toBe(0);
    await page.evaluate(() => (window as unknown as Inside).harness.core.free());
    await page.locator('.message-queue').getByText('Use the fake clock').waitFor();
    expect(await composer().inputValue()).toBe('Use the fake clock in slow tests');
    expect(await harness.called('messages.add')).toHaveLength(1);
  });
});

test('several lines pasted while a shell is still opening are said not to be taken, and one line is', async () => {
  await harness.open('little', 'light', 'stuck=terminals.open');
  await notify(4);
  await page.getByRole('tab', { name: 'Terminal' }).click();
  await page.getByRole('button', { name: 'New shell' }).last().click();
  await expect.poll(() => hasFocus('.terminal-opening textarea')).toBe(true);
  const paste = (text: string) =>
    page.evaluate((words) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', words);
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(event);
    }, text);
  await paste('npm test\nrm -r build');
  await page.getByText('The 2 lines you pasted were not taken.').waitFor();
  await paste('npm test\n');
  await page.locator('.terminal-opening pre').getByText('npm test').waitFor();
  expect(await page.getByText('you pasted were not taken').count()).toBe(0);
});

describe('the empty field', () => {
  const inField = () => hasFocus('.composer-row textarea');
  const onPage = () => hasFocus('[role="tabpanel"]');
  const answers = () => harness.called('requests.answer');

  test('is left to a request that comes up, which no key of that moment answers, and once a change is sent back', async () => {
    await harness.open('little');
    await open(1);
    await page.locator('.asked .choice kbd').first().waitFor();
    const requests = await page.evaluate(
      () => (window as unknown as Inside).harness.core.tasks.get(1)?.requests as Task['requests'],
    );
    const work = async (): Promise<void> => {
      await change(1, { state: 'running', requests: [] });
      await page.locator('.asked').waitFor({ state: 'detached' });
      await page.keyboard.press('r');
      await expect.poll(inField).toBe(true);
    };
    await work();
    await page.keyboard.type('Use the fake clock');
    await page.keyboard.press('Control+Enter');
    await page.locator('.message-queue').getByText('Use the fake clock').waitFor();
    // The next message may follow.
    expect(await inField()).toBe(true);

    // A key on its way as it comes up is written, and what is written stays.
    await Promise.all([change(1, { state: 'waiting', requests }), page.keyboard.press('a')]);
    await page.locator('.asked').waitFor();
    expect(await composer().inputValue()).toBe('a');
    expect(await page.locator('.asked kbd').count()).toBe(0);
    expect(await answers()).toEqual([]);
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Escape');

    await work();
    await page.evaluate(() => {
      const press = (): void => {
        if (document.activeElement?.role !== 'tabpanel') return;
        document.removeEventListener('focusin', press);
        // Before the turn of the focus is over, so that no stall makes it an answer.
        queueMicrotask(() => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' })));
      };
      document.addEventListener('focusin', press);
    });
    await change(1, { state: 'waiting', requests });
    await page.getByText('Not answered: it had only just come up').first().waitFor();
    expect(await onPage()).toBe(true);
    await page.locator('.asked [data-answerable]').waitFor();
    expect(await answers()).toEqual([]);
    await page.keyboard.press('a');
    await expect.poll(async () => (await answers()).length).toBe(1);

    await open(4);
    await change(4, { state: 'review', change: { files: 2, additions: 8, deletions: 1 } });
    await page.getByRole('button', { name: /Request changes/ }).waitFor();
    await page.keyboard.press('r');
    await page.keyboard.type('Use less');
    await page.keyboard.press('Control+Enter');
    await expect.poll(onPage).toBe(true);
    expect(await harness.called('tasks.reject')).toMatchObject([{ comment: 'Use less' }]);
    expect(await composer().inputValue()).toBe('');
  });
});

describe('a change to a message', () => {
  const editor = () => page.getByRole('textbox', { name: 'Change the message' });

  test('is kept when another tab is shown, without taking the focus, and is not lost with the message', async () => {
    await harness.open('little');
    await open(4);
    await page.keyboard.press('r');
    await page.keyboard.type('Use the fake clock');
    await page.keyboard.press('Control+Enter');
    await page.locator('.message-queue').getByText('Use the fake clock').waitFor();
    await composer().press('ArrowUp');
    await page.keyboard.type(' in slow');
    await page.getByRole('tab', { name: 'Info' }).click();
    await editor().waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await editor().waitFor();
    expect(await editor().inputValue()).toBe('Use the fake clock in slow');
    expect(await hasFocus('[role="tab"]')).toBe(true);

    await editor().click();
    await page.keyboard.press('End');
    await page.evaluate(() => (window as unknown as Inside).harness.core.handOver(4));
    await editor().waitFor({ state: 'detached' });
    await page
      .getByText(/What you wrote is in the field/)
      .first()
      .waitFor();
    await page.keyboard.type(' tests');
    expect(await composer().inputValue()).toBe('Use the fake clock in slow tests');
    expect(await harness.called('messages.edit')).toEqual([]);
  });

  test('that was saved is not brought back once the agent has the message', async () => {
    await harness.open('little');
    await open(4);
    await page.keyboard.press('r');
    await page.keyboard.type('Use the fake clock');
    await page.keyboard.press('Control+Enter');
    await page.locator('.message-queue').getByText('Use the fake clock').waitFor();
    await composer().press('ArrowUp');
    await page.keyboard.type(' always');
    await page.keyboard.press('Control+Enter');
    await page.locator('.message-queue').getByText('Use the fake clock always').waitFor();
    expect(await hasFocus('.composer-row textarea')).toBe(true);
    await page.evaluate(() => (window as unknown as Inside).harness.core.handOver(4));
    await page.locator('.message-queue').waitFor({ state: 'detached' });
    expect(await composer().inputValue()).toBe('');
  });
});

describe('who comes for a request', () => {
  beforeAll(() => harness.open('much'));

  const isAtEnd = () =>
    page.evaluate(() => {
      const pane = document.querySelector('.conversation-scroll');
      return pane !== null && pane.scrollHeight - pane.scrollTop - pane.clientHeight < 24;
    });
  const seesRequest = async () => {
    await expect.poll(isAtEnd, { timeout: 15_000 }).toBe(true);
    await page.locator('.asked .choice').first().waitFor();
  };
  const readFurtherUp = async () => {
    await page.locator('.conversation-scroll').hover();
    await page.mouse.wheel(0, -3_000);
    await page.getByRole('button', { name: /Jump to latest/ }).waitFor();
    // The wheel goes on by itself for a while, and what is gone to meanwhile it would leave again.
    let last = -1;
    await expect
      .poll(
        async () => {
          const before = last;
          last = await page.evaluate(() => document.querySelector('.conversation-scroll')?.scrollTop ?? 0);
          return last === before;
        },
        { interval: 150 },
      )
      .toBe(true);
  };

  test('and then reads further up is where they were after another tab', async () => {
    await page.locator('.card-task').first().click();
    await seesRequest();
    await readFurtherUp();
    await page.getByRole('tab', { name: 'Info' }).click();
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await page.getByRole('button', { name: /Jump to latest/ }).waitFor();
    expect(await isAtEnd()).toBe(false);
  });

  test('is led to it from the inbox, a notification and Answer, however far up was read before', async () => {
    await pressKeys(page, 'g', 'i');
    await page.locator('.card-task').first().click();
    await seesRequest();
    const task = await page.evaluate(() => JSON.parse(localStorage.getItem('switchyard.view') ?? '{}').task as number);
    await readFurtherUp();
    await pressKeys(page, 'g', 'i');
    await page.locator('.card-task').first().click();
    await seesRequest();
    // A stray key must not answer: only who asks to answer gets the focus on an answer.
    expect(await hasFocus('.choice')).toBe(false);

    await readFurtherUp();
    await notify(task);
    await seesRequest();

    await readFurtherUp();
    await page.getByRole('tab', { name: 'Info' }).click();
    await page.getByRole('button', { name: /^Answer/ }).click();
    await seesRequest();
    await expect.poll(() => hasFocus('.asked .choice')).toBe(true);

    // A field that grows with what is written takes nobody from the end, also when it is measured again.
    await composer().focus();
    for (const line of ['one', 'two', 'three', 'four']) {
      await page.keyboard.type(line);
      await page.keyboard.press('Enter');
      await expect.poll(isAtEnd).toBe(true);
    }
    await page.keyboard.type('five');
    await expect.poll(isAtEnd).toBe(true);
    expect(await composer().evaluate((field) => field.clientHeight)).toBeGreaterThan(80);
  });
});
