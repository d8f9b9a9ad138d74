import { renameSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../core/client';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';
import { giveTask, reach } from './reach';

let machine: Machine;
let desktop: Desktop;
let connection: Connection;

beforeAll(async () => {
  machine = makeMachine();
  desktop = await openDesktop(machine);
  connection = await reach(machine);
});
afterAll(async () => {
  connection?.close();
  await desktop.close();
  machine.remove();
});

/** Gives the echo agent a task. */
const addTask = (title: string, prompt: string) => giveTask(connection.client, machine, { title, prompt });

test('the menu bar stays out of sight, and its entries keep their keys', async () => {
  const { app, page } = desktop;
  const bar = () =>
    app.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      const [, outer = 0] = window?.getSize() ?? [];
      const [, content = 0] = window?.getContentSize() ?? [];
      return { hides: window?.isMenuBarAutoHide(), visible: window?.isMenuBarVisible(), taken: outer - content };
    });
  if (process.platform !== 'darwin') expect(await bar()).toEqual({ hides: true, visible: false, taken: 0 });
  await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.sendInputEvent({
      type: 'keyDown',
      keyCode: 'O',
      modifiers: ['control'],
    }),
  );
  await page.getByRole('dialog', { name: 'Add repository' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('the line that installs an agent is copied with one press', async () => {
  const { app, page } = desktop;
  await page.getByRole('button', { name: /^goose not installed/ }).click();
  await page.getByRole('button', { name: 'Copy the line' }).click();
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toContain('download_cli.sh');
});

test('a core that hangs up is noticed without a close listener', async () => {
  const { app, page } = desktop;
  await page
    .getByText(/running/)
    .first()
    .waitFor();
  await page.evaluate(() => {
    window.addEventListener('message', (event) => {
      if (event.ports[0] !== undefined) Object.assign(window, { renewed: true });
    });
  });
  // A page that asks for a port gets a new one, and the one it had is hung up on.
  await page.evaluate(() => window.switchyard?.ready());
  await page.waitForFunction(() => (window as unknown as { renewed?: boolean }).renewed === true);
  await addTask('After the change', 'Anything');
  await page
    .getByRole('navigation', { name: 'Places' })
    .getByRole('button', { name: /^Review/ })
    .click();
  await page.getByRole('option').filter({ hasText: 'After the change' }).waitFor();
  expect(await page.getByText(/core stopped answering/).count()).toBe(0);
  expect(desktop.complaints).toEqual([]);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('what was merged and what was discarded can still be read, and the discarded comes back', async () => {
  const { page } = desktop;
  const places = page.getByRole('navigation', { name: 'Places' });
  const open = async (place: RegExp, title: string): Promise<void> => {
    await places.getByRole('button', { name: place }).click();
    await page.getByRole('option').filter({ hasText: title }).click();
    await page.getByRole('tab', { name: /Changes/ }).click();
  };
  await addTask('Kept change', '[write: KEPT.md | Kept for good]');
  await addTask('Thrown change', '[write: THROWN.md | Thrown away]');
  await open(/^Review/, 'Kept change');
  await page.getByText('Kept for good').first().waitFor();
  await page.getByRole('button', { name: /^Approve/ }).click();
  await page.getByRole('button', { name: /Merge into main/ }).click();
  await page.getByText(/^Merged 1 commit/).waitFor();
  await open(/^Review/, 'Thrown change');
  await page.getByText('Thrown away').first().waitFor();
  await page.keyboard.press('Control+Backspace');
  await page.getByText(/^Discarded “Thrown change”/).waitFor();

  await open(/^Done/, 'Kept change');
  await page.getByText(`Merged into main as ${machine.git('rev-parse', 'main').slice(0, 7)}`).waitFor();
  await page.getByText('Kept for good').first().waitFor();
  expect(await page.getByRole('button', { name: /^Approve|^Request changes|^Discard/ }).count()).toBe(0);
  await open(/^Done/, 'Thrown change');
  await page.getByText(/Discarded; kept in refs\/switchyard\/backup\//).waitFor();
  await page.getByText('Thrown away').first().waitFor();
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('button', { name: /^Approve/ }).waitFor();
  expect(desktop.complaints).toEqual([]);
});

test('a command that was denied is not called failed, and the answer is said once', async () => {
  const { page } = desktop;
  await addTask('Denied command', '[permission: rm -rf /]');
  await page
    .getByRole('navigation', { name: 'Places' })
    .getByRole('button', { name: /^Inbox/ })
    .click();
  await page.getByRole('button', { name: /Deny$/ }).first().click();
  await page
    .getByRole('navigation', { name: 'Places' })
    .getByRole('button', { name: /^Review/ })
    .click();
  await page.getByRole('option').filter({ hasText: 'Denied command' }).click();
  await page.getByRole('tab', { name: /Conversation/ }).click();
  await page.locator('.tool', { hasText: 'rm -rf /' }).getByText('denied, not run').waitFor();
  expect(await page.locator('.tool').getByText('failed').count()).toBe(0);
  expect(await page.locator('.fact', { hasText: 'rm -rf /' }).textContent()).toMatch(/→ Denied$/);
  expect(desktop.complaints).toEqual([]);
});

test('a repository moved away says so in as much room as it takes, and goes on once it is back', async () => {
  const { page } = desktop;
  await addTask('Moved below me', '[write: MOVED.md | Still here]');
  const away = `${machine.repository} elsewhere`;
  await page
    .getByRole('navigation', { name: 'Places' })
    .getByRole('button', { name: /^Review/ })
    .click();
  await page.getByRole('option').filter({ hasText: 'Moved below me' }).waitFor();
  renameSync(machine.repository, away);
  await page.getByRole('option').filter({ hasText: 'Moved below me' }).click();
  const box = page.locator('.failed');
  await box.waitFor();
  expect((await box.boundingBox())?.height).toBeLessThan(200);
  await page.getByRole('button', { name: /^Approve/ }).click();
  const popover = page.getByRole('dialog', { name: 'Approve this change' });
  await popover.getByRole('alert').waitFor();
  renameSync(away, machine.repository);
  await popover.getByRole('button', { name: 'Look again' }).click();
  await popover.getByRole('button', { name: /Merge into main/ }).waitFor();
});

test('a page reloaded again and again while a task streams goes on showing it', async () => {
  const { app, page } = desktop;
  const gone: string[] = [];
  page.on('crash', () => gone.push('crashed'));
  // Electron 25 calls a port's close listener while the page is torn down; the renderer may die of it.
  await page.addInitScript(() => {
    const { addEventListener } = MessagePort.prototype;
    const heard: string[] = [];
    Object.assign(window, { heard });
    MessagePort.prototype.addEventListener = function listen(type: string, ...rest: unknown[]) {
      heard.push(type);
      return addEventListener.apply(this, [type, ...rest] as unknown as Parameters<typeof addEventListener>);
    };
  });
  const words = Array.from({ length: 100 }, (_, at) => `[say: step ${at}]\n[wait: 50ms]`).join('\n');
  await addTask('Talks for long', `${words}\n[permission: make]`);
  await page
    .getByRole('navigation', { name: 'Places' })
    .getByRole('button', { name: /^Running/ })
    .click();
  await page.getByRole('option').filter({ hasText: 'Talks for long' }).click();
  for (let round = 0; round < 4; round += 1) {
    await page
      .getByText(/step \d+/)
      .last()
      .waitFor();
    const loaded = page.waitForEvent('load');
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
    await loaded;
    expect(await page.evaluate(() => (window as unknown as { heard: string[] }).heard)).not.toContain('close');
  }
  await page
    .getByRole('button', { name: /Allow$/ })
    .first()
    .click({ timeout: 40_000 });
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .waitFor();
  expect(gone).toEqual([]);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});
