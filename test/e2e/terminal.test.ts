import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { running } from '../support/lives';
import { until } from '../support/until';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';
import { pressKeys } from './press';

let machine: Machine;
let desktop: Desktop;

/** Opens the app on a machine of its own, with a task in review. */
async function begin(): Promise<void> {
  machine = makeMachine();
  machine.environment.SHELL = '/bin/sh';
  desktop = await openDesktop(machine);
  await taskInReview();
}

async function end(): Promise<void> {
  await desktop.close();
  machine.remove();
}

afterAll(end);

/** Drops the repository and has the echo agent finish a task in it; its page is shown then. */
async function taskInReview(): Promise<void> {
  const { page } = desktop;
  await desktop.drop(machine.repository);
  await page.getByRole('button', { name: 'Trust and add' }).click();
  const prompt = page.getByRole('textbox', { name: /What should be done/ });
  await prompt.fill('Greet\n[write: hello.txt | hello]');
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('echo');
  await prompt.press('Control+Enter');
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .waitFor();
}

/** What the terminal shows. The page's own policy keeps Playwright from waiting inside it. */
async function screen(page: Page): Promise<string> {
  const text = await page.evaluate(() => document.querySelector('.xterm-rows')?.textContent ?? '');
  return text.replaceAll('\u00a0', ' ');
}

async function shows(page: Page, text: string): Promise<void> {
  await until(async () => (await screen(page)).includes(text));
}

/** The shell is ready: it shows `# ` to root and `$ ` to everybody else. */
async function prompts(page: Page): Promise<void> {
  await until(async () => /[#$]$/.test((await screen(page)).trimEnd()));
}

/** The bytes the view has been given are all there are in the files. */
async function shownWhole(page: Page, terminal?: string): Promise<void> {
  await until(async () => {
    const shown = await page.locator('.terminal-screen').getAttribute('data-shown');
    return shown !== null && Number(shown) === kept(terminal);
  });
}

function kept(terminal?: string): number {
  const folder = join(machine.data, 'terminals');
  const newest = terminal ?? readdirSync(folder).sort().at(-1) ?? '';
  const parts = readdirSync(join(folder, newest)).filter((name) => name.endsWith('.bytes'));
  return parts.reduce((sum, part) => sum + readFileSync(join(folder, newest, part)).length, 0);
}

async function type(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

test('a shell in the worktree and the agent’s own screen by keyboard, which survive the app being killed, and let go of the keyboard', async () => {
  await begin();
  let { page } = desktop;
  await page.keyboard.press('t');
  await page.getByText('No terminal yet').waitFor();
  // What is typed from the very press on is the shell's, though `w` would take the agent over and `c` open a sheet.
  await page.keyboard.press('o');
  await type(page, 'echo woc $((6 * 7));');
  await page.getByText('leaves the terminal').waitFor();
  await shows(page, 'woc 42');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await prompts(page);
  await type(page, 'echo here $((40 + 2)); cat hello.txt; mine=kept');
  await shows(page, 'here 42hello');
  // Keys of the window are the program's now, and its own again after the key that leaves.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('g1');
  await shows(page, 'g1');
  await page.keyboard.press('Control+u');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.keyboard.press('Shift+Escape');
  await page.getByText('to type in it').waitFor();
  expect(await page.getByText('leaves the terminal').isVisible()).toBe(false);
  await pressKeys(page, 'g', '1');
  await page.getByRole('tab', { name: 'Conversation', selected: true }).waitFor();
  // From its review the agent is driven by hand; its screen has the keyboard as soon as it is there.
  await page.keyboard.press('w');
  await shows(page, 'Each line you type is said again');
  await type(page, 'Call it blue.');
  await shows(page, 'echo: Call it blue.');
  await page.keyboard.press('Shift+Escape');

  await desktop.kill();
  desktop = await openDesktop(machine);
  ({ page } = desktop);
  await page.getByText('Greet').first().click();
  await page.getByText('You drive Echo').waitFor();
  await page.keyboard.press('t');
  await shows(page, 'echo: Call it blue.');
  await page.keyboard.press('Shift+Escape');
  await page.keyboard.press('h');
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .waitFor();
  await pressKeys(page, 'g', '1');
  await page.getByText('You took over in a terminal.').waitFor();
  await page.getByText('Call it blue.', { exact: true }).waitFor();
  await page.keyboard.press('t');
  await page.locator('.terminal-chip', { hasText: 'Shell' }).click();
  await shows(page, 'here 42hello');
  await shownWhole(page, 'terminal-1');
  await page.keyboard.press('t');
  await type(page, 'echo and $mine');
  await shows(page, 'and kept');
  expect(desktop.complaints).toEqual([]);

  await page.keyboard.press('Shift+Escape');
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByText('Ended on request.').waitFor();
  // One that has ended takes no input: its keys are the window's.
  await page.locator('.terminal-screen').click();
  await pressKeys(page, 'g', '4');
  await page.getByRole('tab', { name: 'Info', selected: true }).waitFor();
});

/** What the app asked as it was quit, and with which button the next question is answered. */
interface Asked {
  readonly asked: string[];
  answer: string;
}

/** Has the questions of the app answered in the person's place. */
function answering(answer: string): Promise<void> {
  return desktop.app.evaluate(({ dialog }, first) => {
    const questions: Asked = { asked: [], answer: first };
    Object.assign(globalThis, { questions });
    dialog.showMessageBox = (async (...given: unknown[]) => {
      const { message, detail, buttons } = given.at(-1) as { message: string; detail: string; buttons: string[] };
      questions.asked.push(`${message}\n${detail}`);
      return { response: buttons.indexOf(questions.answer), checkboxChecked: false };
    }) as never;
  }, answer);
}

test('quitting asks about what runs in a shell: it stays open, keeps it for the next start, or leaves nothing behind', async () => {
  let { page } = desktop;
  // In the app of the test before, whose shell has ended.
  await page.keyboard.press('t');
  await page.locator('.terminal-chip').first().waitFor();
  const before = await page.locator('.terminal-chip').count();
  await page.keyboard.press('o');
  await until(async () => (await page.locator('.terminal-chip').count()) > before);
  await page.getByText('leaves the terminal').waitFor();
  await prompts(page);
  // By its words: in a pid namespace a program has another id than outside.
  const program = `sleep 300.${Date.now()}`;
  await type(page, `setsid nohup ${program} > /dev/null 2>&1 &`);
  await until(() => running(program) === 1);
  await answering('Cancel');
  await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  const asked = () => desktop.app.evaluate(() => (globalThis as unknown as { questions: Asked }).questions.asked);
  await until(async () => (await asked()).length === 1);
  expect(await asked()).toEqual([expect.stringContaining(`A program runs on a terminal\n• Greet: ${program}\n`)]);
  // The page is there as before.
  await type(page, 'echo still $((40 + 2))');
  await shows(page, 'still 42');
  // A question that lay over a window whose page crashed has no answer, and the next one is asked all the same.
  const another = desktop.app.waitForEvent('window');
  await desktop.app.evaluate(({ app, BrowserWindow, dialog }) => {
    dialog.showMessageBox = (() => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
      return new Promise(() => {});
    }) as never;
    app.quit();
  });
  await (await another).getByText(/echo ok/).waitFor();
  await answering('Quit and keep it running');
  await desktop.close();
  expect(running(program)).toBe(1);

  desktop = await openDesktop(machine);
  ({ page } = desktop);
  await page.getByText('Greet').first().click();
  await page.keyboard.press('t');
  await shows(page, 'still 42');
  await answering('Quit and end it');
  await desktop.close();
  expect(running(program)).toBe(0);
  await until(() => readdirSync(join(machine.data, 'run')).every((name) => !name.startsWith('host-')));
});

test('what a program prints reaches neither clipboard nor title, and opens only https, after asking', async () => {
  await end();
  await begin();
  const { app, page } = desktop;
  await app.evaluate(({ clipboard, dialog, shell }) => {
    const seen = { asked: [] as string[], opened: [] as string[] };
    Object.assign(globalThis, { seen });
    clipboard.writeText('mine');
    dialog.showMessageBox = (async (...given: unknown[]) => {
      const asked = given.at(-1) as { message: string; detail: string };
      // Quitting may ask as well, at the end.
      if (!asked.message.startsWith('Open ')) return { response: 1, checkboxChecked: false };
      seen.asked.push(`${asked.message} ${asked.detail}`);
      return { response: 0, checkboxChecked: false };
    }) as never;
    shell.openExternal = async (url: string) => void seen.opened.push(url);
  });
  const title = await page.title();
  await page.keyboard.press('t');
  await page.keyboard.press('o');
  await prompts(page);
  await type(
    page,
    `printf '\\033]52;c;aGVsbG8=\\007\\033]0;taken\\007\\033]2;taken\\033\\\\\\033]8;;file:///etc/passwd\\033\\\\bad\\033]8;;\\033\\\\\\n'`,
  );
  await type(
    page,
    `printf 'see https://example.com/a?b=c now http://example.org/ \\033]8;;https://example.net/x\\033\\\\good\\033]8;;\\033\\\\\\n'`,
  );
  // What was typed has the escape sequence before the last word.
  await shows(page, 'now http://example.org/ good');
  expect(await page.title()).toBe(title);
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('mine');
  // The last row that has it is what was printed; the one above is what was typed. The pane may still take its size.
  const placeOf = (text: string) =>
    page.evaluate((wanted) => {
      const found = [...document.querySelectorAll('.xterm-rows > div')].filter((row) =>
        row.textContent?.replaceAll('\u00a0', ' ').includes(wanted),
      );
      const row = found.at(-1);
      if (row === undefined) throw new Error(`Nothing shows ${wanted}.`);
      const box = row.getBoundingClientRect();
      const width = document.querySelector('.xterm-screen')?.getBoundingClientRect().width ?? 0;
      const columns = Number(document.querySelector('.terminal-screen')?.getAttribute('data-columns'));
      const column = row.textContent?.indexOf(wanted) ?? 0;
      const x = box.left + ((column + 1.5) * width) / columns;
      return { x, y: box.top + box.height / 2, above: box.top - box.height / 2 };
    }, text);
  const press = async (text: string, isLink: boolean) => {
    // What lies under the pointer is asked once when it enters a cell: it leaves the cell before it is asked again.
    const point = async () => {
      const at = await placeOf(text);
      await page.mouse.move(at.x, at.above);
      await page.mouse.move(at.x, at.y);
    };
    await point();
    // Of what is no link the pointer may still say so for a while; what pressing it did is seen at the end.
    const isFound = async () => {
      if ((await page.locator('.xterm-cursor-pointer').count()) > 0) return true;
      await point();
      return false;
    };
    if (isLink) await until(isFound);
    await page.mouse.down();
    await page.mouse.up();
  };
  await press('good', true);
  await press('http://example.org/', false);
  await press('bad', false);
  await press('https://example.com/a?b=c', true);
  const seen = () =>
    app.evaluate(() => (globalThis as unknown as { seen: { asked: string[]; opened: string[] } }).seen);
  await until(async () => (await seen()).opened.length === 2);
  // The page itself may ask for no more. What it asks for is answered in order: the last comes after all refusals.
  for (const address of ['file:///etc/passwd', 'http://example.com/', 'https://example.com/last'])
    await page.evaluate(
      (url) => (window as unknown as { switchyard: { openLink(url: string): void } }).switchyard.openLink(url),
      address,
    );
  await until(async () => (await seen()).opened.includes('https://example.com/last'));
  expect(await seen()).toEqual({
    asked: [
      'Open example.net in your browser? https://example.net/x',
      'Open example.com in your browser? https://example.com/a?b=c',
      'Open example.com in your browser? https://example.com/last',
    ],
    opened: ['https://example.net/x', 'https://example.com/a?b=c', 'https://example.com/last'],
  });
});

test('a paste runs nothing by itself, finding takes the focus again, and keys typed as a program ends do nothing', async () => {
  await end();
  await begin();
  const { app, page } = desktop;
  await page.keyboard.press('t');
  await page.keyboard.press('o');
  await prompts(page);
  const paste = async (text: string) => {
    await app.evaluate(({ clipboard }, given) => clipboard.writeText(given), text);
    await page.keyboard.press('Control+Shift+V');
  };
  await paste('echo one$((40 + 2))\n');
  await shows(page, 'echo one$((40 + 2))');
  await page.keyboard.type(' end');
  await shows(page, 'echo one$((40 + 2)) end');
  expect(await screen(page)).not.toContain('one42');
  await page.keyboard.press('Enter');
  await shows(page, 'one42 end');

  await paste('echo two$((40 + 2))\necho three\n');
  await page.getByRole('button', { name: 'Paste 2 lines' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Paste 2 lines' }).waitFor({ state: 'detached' });
  await type(page, 'echo four$((40 + 2))');
  await shows(page, 'four42');
  expect(await screen(page)).not.toContain('two');

  await page.keyboard.press('Control+Shift+F');
  const field = page.getByRole('textbox', { name: 'Find in this terminal' });
  const focused = () => field.evaluate((element) => element === document.activeElement);
  await until(focused);
  await page.keyboard.type('no such text');
  await page.getByText('Not found').waitFor();
  await page.getByRole('button', { name: 'Previous place' }).focus();
  await page.keyboard.press('Control+f');
  await until(focused);
  await page.keyboard.type('four42');
  await page.getByText('Not found').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });

  // More than is shown at first: what was left out is shown from its first byte on when it is asked for.
  await type(page, "head -c 2200000 /dev/zero | tr '\\0' x; exit");
  await page.getByText(/It ended while you typed/).waitFor();
  // Meant for the program, and to the window they would discard the change or go to another tab.
  await page.keyboard.press('Control+Backspace');
  await page.keyboard.press('Control+w');
  await page.keyboard.type('g4n');
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(await page.getByRole('tab', { name: 'Terminal', selected: true }).count()).toBe(1);
  await page.keyboard.press('Shift+Escape');
  await page.getByText(/It ended while you typed/).waitFor({ state: 'detached' });
  await pressKeys(page, 'g', '4');
  await page.getByRole('tab', { name: 'Info', selected: true }).waitFor();
  await page.keyboard.press('t');
  await page.getByText(/The first .* are not shown\./).waitFor();
  await page.getByRole('button', { name: 'Show what is kept of it' }).click();
  await page.getByText(/The first .* are not/).waitFor({ state: 'detached' });
  await shownWhole(page);
  expect(await page.getByText(/The first .* are not/).count()).toBe(0);
  expect(desktop.complaints).toEqual([]);
});
