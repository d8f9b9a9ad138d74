import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';

const root = resolve(__dirname, '..', '..');
let machine: Machine;
let desktop: Desktop | null;

beforeEach(() => {
  machine = makeMachine();
  desktop = null;
});
afterEach(async () => {
  await desktop?.close();
  await terminal('stop').catch(() => {});
  machine.remove();
});

/** One command of the built terminal door, in JSON. */
async function terminal(...words: string[]) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, 'out', 'main', 'cli.js'), ...words, '--json'],
    {
      cwd: machine.folder,
      env: machine.environment,
    },
  );
  return JSON.parse(stdout);
}

test('the menu opens what it names, a page that crashes is shown again, a second app hands its folder to the first, and the window opens where it was', async () => {
  desktop = await openDesktop(machine);
  await tellMenu(desktop);
  await tellCrash(desktop);
  await tellSecond();
  const bounds = { x: 40, y: 50, width: 900, height: 620 };
  await desktop.app.evaluate(
    ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds),
    bounds,
  );
  await desktop.close();
  desktop = await openDesktop(machine);
  expect(await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(
    bounds,
  );
  await tellReach(desktop);
});

test('the app joins the runtime in the background, and takes its place when it ends', async () => {
  const background = await terminal('start');
  expect(background.owner).toBe('background');
  desktop = await openDesktop(machine);
  await terminal(
    'task',
    'add',
    '--repository',
    machine.repository,
    '--trust',
    '--agent',
    'echo',
    '--title',
    'First task',
    '--prompt',
    'p',
    '--wait',
  );
  await desktop.page.getByText('First task').first().waitFor();
  expect(await terminal('status')).toMatchObject({ owner: 'background', pid: background.pid });

  await terminal('stop');
  await expect.poll(async () => (await terminal('status')).owner, { timeout: 15_000 }).toBe('app');
  const noted = await noteDescriptors();
  await terminal(
    'task',
    'add',
    '--repository',
    machine.repository,
    '--agent',
    'echo',
    '--title',
    'Second task',
    '--prompt',
    'q',
    '--wait',
  );
  await desktop.page.getByText('Second task').first().waitFor({ timeout: 20_000 });
  await tellDescriptors(desktop, noted);
});

/** The menu opens what it names, and the folder dialog adds a repository. */
async function tellMenu({ app, page }: Desktop): Promise<void> {
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
  }, machine.repository);
  await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('add-repository')?.click());
  await page.getByRole('button', { name: 'Choose…' }).click();
  await page.getByRole('button', { name: 'Add without trust' }).click();
  await expect.poll(async () => (await terminal('repository', 'list')).length, { timeout: 15_000 }).toBe(1);
  await page.getByRole('dialog', { name: 'New task' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  for (const id of ['new-task', 'add-repository', 'palette', 'settings', 'help']) {
    await app.evaluate(({ Menu }, id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.click(), id);
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  expect(await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('inbox') !== null)).toBe(true);
}

/** A page that crashes is shown again in a new window. */
async function tellCrash({ app }: Desktop): Promise<void> {
  const shown = app.waitForEvent('window');
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
  const page = await shown;
  await page.getByText(/echo ok/).waitFor();
  await expect.poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
}

/** A second app hands its folder to the first and ends. */
async function tellSecond(): Promise<void> {
  const another = join(machine.folder, 'another');
  machine.git('clone', '-q', '.', another);
  const second = spawn(
    createRequire(__filename)('electron') as unknown as string,
    [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', '--log-level=3', root, another],
    {
      cwd: machine.folder,
      env: machine.environment,
      stdio: 'ignore',
    },
  );
  const [code] = await once(second, 'exit');
  expect(code).toBe(0);
  const handed = async () =>
    ((await terminal('repository', 'list')) as { path: string; trusted: boolean }[]).filter(
      ({ path }) => path === another,
    );
  await expect.poll(handed, { timeout: 15_000 }).toMatchObject([{ trusted: false }]);
}

/** The terminal reaches the open app, and the window shows what it does. */
async function tellReach(desktop: Desktop): Promise<void> {
  expect(await terminal('status')).toMatchObject({ running: true, owner: 'app', pid: desktop.app.process().pid });
  await terminal(
    'task',
    'add',
    '--repository',
    machine.repository,
    '--trust',
    '--agent',
    'echo',
    '--title',
    'From the terminal',
    '--prompt',
    '[permission: make]',
  );
  await desktop.page.getByText('From the terminal').first().waitFor();
  const refused = await terminal('stop').catch((error: { code: number; stdout: string }) => error);
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout).error.message).toMatch(/the Switchyard app .* owns .* stop --app$/);
  expect(await terminal('status')).toMatchObject({ running: true, owner: 'app' });
  expect(await terminal('stop', '--app')).toMatchObject({ stopped: true });
  expect(await terminal('status')).toMatchObject({ running: false });
}

/** A program's own descriptors, a line for each: the three it is given, and the one by which it looks. */
const listDescriptors = 'ls -l /proc/self/fd | tail -n +2';

/** Has a hook of git and a check note what is open in them; gives the files they note it in. */
async function noteDescriptors(): Promise<readonly string[]> {
  const [git, check] = [join(machine.folder, 'open in git'), join(machine.folder, 'open in a check')];
  const hook = join(machine.repository, '.git', 'hooks', 'pre-commit');
  await writeFile(hook, `#!/bin/sh\n${listDescriptors} > '${git}'\n`, { mode: 0o755 });
  await terminal('repository', 'set', machine.repository, '--trust');
  await terminal('repository', 'set', machine.repository, '--check', `${listDescriptors} > '${check}'`);
  return [git, check];
}

/** Nothing that the app has open is open in what it has started: whatever held a line to a window's process kept that alive. */
async function tellDescriptors({ app }: Desktop, noted: readonly string[]): Promise<void> {
  if (process.platform !== 'linux') return;
  const count = (text: string) => text.trim().split('\n').length;
  for (const file of noted) expect(count(await readFile(file, 'utf8')), file).toBe(4);
  const left = await app.evaluate(
    (_, command) => process.mainModule?.require('node:child_process').execSync(command, { encoding: 'utf8' }),
    listDescriptors,
  );
  expect(count(left)).toBeGreaterThan(4);
}
