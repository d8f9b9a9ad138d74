import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ElectronApplication } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';

const root = resolve(__dirname, '..', '..');
let machine: Machine;
let desktop: Desktop;

// One app for all: each test leaves it with nothing that waits and nothing noted.
beforeAll(async () => {
  machine = makeMachine();
  desktop = await openDesktop(machine);
  await watch(desktop.app);
});
afterEach(async () => {
  const tasks: { id: number; state: string }[] = await terminal('task', 'list');
  const ends: Readonly<Record<string, string>> = { waiting: 'cancel', review: 'discard' };
  for (const { id, state } of tasks) if (ends[state] !== undefined) await terminal('task', ends[state], `${id}`);
  await expect.poll(async () => (await tray()).tip, { timeout: 10_000 }).toBe('Switchyard: Nothing waits for you');
  await desktop.app.evaluate(() => {
    const { shown, closed, grabs } = (globalThis as unknown as { handed: Handed }).handed;
    for (const noted of [shown, closed, grabs]) noted.splice(0);
  });
});
afterAll(async () => {
  await desktop?.close();
  machine?.remove();
});

/** One command of the built terminal door, in JSON. */
async function terminal(...words: string[]) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, 'out', 'main', 'cli.js'), ...words, '--json'],
    { cwd: machine.folder, env: machine.environment },
  );
  return JSON.parse(stdout);
}

const add = (title: string, prompt: string, ...more: string[]) =>
  terminal(
    ...['task', 'add', '--repository', machine.repository, '--trust', '--agent', 'echo'],
    ...['--title', title, '--prompt', prompt, ...more],
  );

/** What the app hands to the system, which has neither notifications nor a tray here. */
interface Handed {
  readonly shown: Electron.Notification[];
  readonly closed: Electron.Notification[];
  menu: Electron.Menu | null;
  tip: string;
  focused: boolean;
  /** Every call that would take the focus. */
  readonly grabs: string[];
}

/** Has everything handed to the system noted, in an app whose window nobody looks at. */
function watch(app: ElectronApplication): Promise<void> {
  return app.evaluate(({ Notification, BrowserWindow, Tray }) => {
    const handed: Handed = { shown: [], closed: [], menu: null, tip: '', focused: false, grabs: [] };
    Object.assign(globalThis, { handed });
    Notification.isSupported = () => true;
    Notification.prototype.show = function show() {
      handed.shown.push(this);
    };
    Notification.prototype.close = function close() {
      handed.closed.push(this);
    };
    BrowserWindow.prototype.isFocused = () => handed.focused;
    for (const name of ['show', 'focus'] as const) {
      const before = BrowserWindow.prototype[name];
      BrowserWindow.prototype[name] = function grab() {
        handed.grabs.push(name);
        before.call(this);
      };
    }
    Tray.prototype.setContextMenu = (menu) => {
      handed.menu = menu;
    };
    Tray.prototype.setToolTip = (tip) => {
      handed.tip = tip;
    };
  });
}

const shown = () =>
  desktop.app.evaluate(() =>
    (globalThis as unknown as { handed: Handed }).handed.shown.map(({ title, body, silent }) => ({
      title,
      body,
      silent,
    })),
  );
const closed = () =>
  desktop.app.evaluate(() => (globalThis as unknown as { handed: Handed }).handed.closed.map(({ title }) => title));
const grabs = () => desktop.app.evaluate(() => (globalThis as unknown as { handed: Handed }).handed.grabs);
const tray = () =>
  desktop.app.evaluate(() => {
    const { menu, tip } = (globalThis as unknown as { handed: Handed }).handed;
    return { tip, labels: menu?.items.map(({ label, type }) => (type === 'separator' ? '-' : label)) ?? [] };
  });

test('a request that arrives while nobody looks is announced without taking the focus, and the click leads to its task', async () => {
  await add('Ask me', '[permission: make <b>clean</b> && make]', '--wait');
  await expect.poll(shown).toEqual([
    {
      title: '● echo · Ask me',
      body: expect.stringMatching(/^Wants to run make &lt;b&gt;.*\nin my project$/),
      silent: false,
    },
  ]);
  expect(await grabs()).toEqual([]);
  await desktop.app.evaluate(() =>
    (globalThis as unknown as { handed: Handed }).handed.shown[0]?.emit('click', {} as Electron.Event),
  );
  await desktop.page.getByRole('tab', { name: 'Conversation' }).waitFor();
  await desktop.page
    .getByRole('button', { name: /Allow$/ })
    .first()
    .waitFor();
  expect(await grabs()).toContain('show');
});

test('an answer given elsewhere closes its notification, and what is finished is told quietly', async () => {
  const { requests } = await add('Ask me', '[permission: make]\n[write: a.txt | a]', '--wait');
  await expect.poll(async () => (await shown()).length, { timeout: 5_000 }).toBe(1);
  await terminal('answer', `${requests[0].id}`, '--allow');
  await expect.poll(closed).toContain('● echo · Ask me');
  await expect
    .poll(shown, { timeout: 10_000 })
    .toContainEqual({ title: '◇ Ready for review', body: 'Ask me · my project', silent: true });
  expect(await grabs()).toEqual([]);
});

test('several that arrive together are one notification, which leads to the inbox', async () => {
  await terminal('repository', 'add', machine.repository, '--trust');
  await Promise.all(['One', 'Two', 'Three'].map((title) => add(title, '[permission: make]', '--wait')));
  await expect.poll(async () => (await shown()).at(-1)?.title, { timeout: 20_000 }).toBe('● 3 agents wait for you');
  await desktop.app.evaluate(() =>
    (globalThis as unknown as { handed: Handed }).handed.shown.at(-1)?.emit('click', {} as Electron.Event),
  );
  await desktop.page.getByRole('heading', { name: 'Inbox' }).waitFor();
});

test('the tray lists what waits and leads there', async () => {
  const { id } = await add('Ask me', '[permission: make a & b]', '--wait');
  await expect.poll(tray, { timeout: 10_000 }).toEqual({
    tip: 'Switchyard: 1 request waits for you',
    labels: ['● Ask me: echo wants to run make a && b', '-', 'Open Switchyard', 'New task…', '-', 'Quit Switchyard'],
  });
  await desktop.app.evaluate(() => (globalThis as unknown as { handed: Handed }).handed.menu?.items[0]?.click());
  await desktop.page.getByRole('heading', { name: 'Ask me' }).waitFor();
  await terminal('task', 'cancel', `${id}`);
  await expect.poll(async () => (await tray()).labels[0]).not.toMatch(/^●/);
});

test('in quiet hours nothing is shown and the count goes on; at their end one notification sums up', async () => {
  const now = new Date();
  const clock = (minutes: number) => {
    const at = new Date(now.getTime() + minutes * 60_000);
    return `${`${at.getHours()}`.padStart(2, '0')}:${`${at.getMinutes()}`.padStart(2, '0')}`;
  };
  await terminal('settings', 'set', 'quietHours', `${clock(-60)}-${clock(60)}`);
  await add('One', '[permission: make]', '--wait');
  await add('Two', '[permission: make]', '--wait');
  await expect.poll(async () => (await tray()).tip, { timeout: 10_000 }).toBe('Switchyard: 2 requests wait for you');
  expect(await shown()).toEqual([]);
  // Switched off, they end like those whose time has come; that they do then is shown with a clock of its own.
  await terminal('settings', 'set', 'quietHours', 'off');
  await expect.poll(async () => (await shown()).map(({ title }) => title)).toEqual(['● 2 agents wait for you']);
});

test('a page that crashes behind other windows is shown again without taking the focus, and hears what was asked meanwhile', async () => {
  await add('Ask me', '[permission: make]', '--wait');
  await expect.poll(async () => (await shown()).length, { timeout: 5_000 }).toBe(1);
  const { app } = desktop;
  const again = app.waitForEvent('window');
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
  const page = await again;
  await page.getByText(/echo ok/).waitFor();
  expect(await grabs()).toEqual([]);

  const third = app.waitForEvent('window');
  await app.evaluate(({ BrowserWindow }) => {
    const { handed } = globalThis as unknown as { handed: Handed };
    const dying = BrowserWindow.getAllWindows()[0]?.webContents;
    // The click comes when the new window is there and its page is not.
    dying?.once('render-process-gone', () => setImmediate(() => handed.shown[0]?.emit('click', {} as Electron.Event)));
    dying?.forcefullyCrashRenderer();
  });
  await (await third).getByRole('heading', { name: 'Ask me' }).waitFor();
});

test('a window that comes in place of another has the count of what waits on its button, too', async () => {
  await add('Ask me', '[permission: make]', '--wait');
  await expect.poll(async () => (await shown()).length, { timeout: 5_000 }).toBe(1);
  const { app } = desktop;
  const again = app.waitForEvent('window');
  // Only Windows lays pictures over buttons, so this system says that it is one while the window comes.
  await app.evaluate(({ BrowserWindow }) => {
    const laid: string[] = [];
    Object.assign(globalThis, { laid });
    BrowserWindow.prototype.setOverlayIcon = (_image, words) => void laid.push(words);
    Object.defineProperty(process, 'platform', { value: 'win32' });
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
  });
  await (await again).getByText(/echo ok/).waitFor();
  await expect
    .poll(() => app.evaluate(() => (globalThis as unknown as { laid: string[] }).laid))
    .toEqual(['1 wait for you']);
  await app.evaluate(() => Object.defineProperty(process, 'platform', { value: 'linux' }));
});
