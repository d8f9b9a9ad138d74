import type { ElectronApplication } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../core/client';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';
import { giveTask, reach, waitsForPerson } from './reach';

let machine: Machine;
let desktop: Desktop;
let connection: Connection;

// One app for all: each test leaves it with nothing that waits and nothing noted.
beforeAll(async () => {
  machine = makeMachine();
  desktop = await openDesktop(machine);
  connection = await reach(machine);
  await watch(desktop.app);
});
afterEach(async () => {
  const { tasks } = connection.client;
  for (const { id, state } of await tasks.list({})) {
    if (state === 'waiting') await tasks.cancel({ task: id });
    if (state === 'review') await tasks.discard({ task: id });
  }
  await expect.poll(async () => (await tray()).tip, { timeout: 10_000 }).toBe('Switchyard: Nothing waits for you');
  await desktop.app.evaluate(() => {
    const { shown, closed, grabs } = (globalThis as unknown as { handed: Handed }).handed;
    for (const noted of [shown, closed, grabs]) noted.splice(0);
  });
});
afterAll(async () => {
  connection?.close();
  await desktop?.close();
  machine?.remove();
});

/** Gives the echo agent a task and waits until that waits for a person. */
const add = async (title: string, prompt: string) =>
  waitsForPerson(connection.client, await giveTask(connection.client, machine, { title, prompt }));

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
  await add('Ask me', '[permission: make <b>clean</b> && make]');
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
  const { requests } = await add('Ask me', '[permission: make]\n[write: a.txt | a]');
  await expect.poll(async () => (await shown()).length, { timeout: 5_000 }).toBe(1);
  await connection.client.requests.answer({ request: requests[0]?.id ?? 0, answer: { decision: 'allow', text: null } });
  await expect.poll(closed).toContain('● echo · Ask me');
  await expect
    .poll(shown, { timeout: 10_000 })
    .toContainEqual({ title: '◇ Ready for review', body: 'Ask me · my project', silent: true });
  expect(await grabs()).toEqual([]);
});

test('several that arrive together are one notification, which leads to the inbox', async () => {
  await Promise.all(['One', 'Two', 'Three'].map((title) => add(title, '[permission: make]')));
  await expect.poll(async () => (await shown()).at(-1)?.title, { timeout: 20_000 }).toBe('● 3 agents wait for you');
  await desktop.app.evaluate(() =>
    (globalThis as unknown as { handed: Handed }).handed.shown.at(-1)?.emit('click', {} as Electron.Event),
  );
  await desktop.page.getByRole('heading', { name: 'Inbox' }).waitFor();
});

test('the tray lists what waits and leads there', async () => {
  const { id } = await add('Ask me', '[permission: make a & b]');
  await expect.poll(tray, { timeout: 10_000 }).toEqual({
    tip: 'Switchyard: 1 request waits for you',
    labels: ['● Ask me: echo wants to run make a && b', '-', 'Open Switchyard', 'New task…', '-', 'Quit Switchyard'],
  });
  await desktop.app.evaluate(() => (globalThis as unknown as { handed: Handed }).handed.menu?.items[0]?.click());
  await desktop.page.getByRole('heading', { name: 'Ask me' }).waitFor();
  await connection.client.tasks.cancel({ task: id });
  await expect.poll(async () => (await tray()).labels[0]).not.toMatch(/^●/);
});

test('in quiet hours nothing is shown and the count goes on; at their end one notification sums up', async () => {
  const now = new Date();
  const clock = (minutes: number) => {
    const at = new Date(now.getTime() + minutes * 60_000);
    return `${`${at.getHours()}`.padStart(2, '0')}:${`${at.getMinutes()}`.padStart(2, '0')}`;
  };
  await connection.client.settings.set({ name: 'quietHours', value: `${clock(-60)}-${clock(60)}` });
  await add('One', '[permission: make]');
  await add('Two', '[permission: make]');
  await expect.poll(async () => (await tray()).tip, { timeout: 10_000 }).toBe('Switchyard: 2 requests wait for you');
  expect(await shown()).toEqual([]);
  // Switched off, they end like those whose time has come; that they do then is shown with a clock of its own.
  await connection.client.settings.set({ name: 'quietHours', value: 'off' });
  await expect.poll(async () => (await shown()).map(({ title }) => title)).toEqual(['● 2 agents wait for you']);
});

test('a page that crashes behind other windows is shown again without taking the focus, and hears what was asked meanwhile', async () => {
  await add('Ask me', '[permission: make]');
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
  await add('Ask me', '[permission: make]');
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
