import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ElectronApplication, Page } from 'playwright-core';
import { readOwner } from '../../core/owner-record';
import { until } from '../support/until';
import { launch } from './launch';

const root = resolve(__dirname, '..', '..');

/** A person's machine: a home, a data folder and a git repository, all in one temporary folder. */
export function makeMachine() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'e2e-')));
  const home = join(folder, 'home');
  // A name as people have it, and then some.
  const data = join(folder, 'my dätä #%20?');
  const repository = join(folder, 'my project');
  for (const path of [home, repository]) mkdirSync(path);
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n',
  );
  const environment = {
    ...Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !name.startsWith('GIT_') && !name.startsWith('SWITCHYARD_') && !name.startsWith('npm_'),
      ),
    ),
    ...(process.env.SWITCHYARD_SQLITE_BINDING === undefined
      ? {}
      : { SWITCHYARD_SQLITE_BINDING: process.env.SWITCHYARD_SQLITE_BINDING }),
    HOME: home,
    SWITCHYARD_HOME: data,
    GIT_CONFIG_NOSYSTEM: '1',
  } as Record<string, string>;
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: repository, env: environment, encoding: 'utf8' }).trimEnd();
  git('init', '-q');
  writeFileSync(join(repository, 'README.md'), '# My project\n');
  writeFileSync(join(repository, 'notes.txt'), 'first line\n');
  git('add', '.');
  git('commit', '-qm', 'Begin');
  return {
    folder,
    home,
    data,
    repository,
    environment,
    git,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** The machine of one test. */
export type Machine = ReturnType<typeof makeMachine>;

/** The app, open on a machine. */
export interface Desktop {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What went wrong in the page: errors, refused loads, broken policies. */
  readonly complaints: string[];
  /** Drops a folder from outside on the middle of the window, as a file manager does. */
  drop(path: string): Promise<void>;
  /** Ends the app as a crash does. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** An app lives for seconds here: what is optimised, cleared up or animated meanwhile costs more than it is worth. */
const thrifty = [
  ...['--disable-gpu', '--log-level=3', '--force-prefers-reduced-motion'],
  '--js-flags=--no-opt --min-semi-space-size=32 --initial-old-space-size=512',
];

/** Opens the app from the build and waits until its window shows the page. */
export async function openDesktop(
  machine: Machine,
  options: { args?: readonly string[]; dark?: boolean } = {},
): Promise<Desktop> {
  const app = await launch(
    {
      executablePath: createRequire(__filename)('electron') as unknown as string,
      args: ['-r', join(__dirname, 'hold.cjs'), ...thrifty, root, ...(options.args ?? [])],
      cwd: machine.folder,
      env: machine.environment,
      colorScheme: options.dark ? 'dark' : 'light',
    },
    // Chromium's own lock names the process: a link to `host-pid`.
    () =>
      Number(
        readlinkSync(join(machine.data, 'window', 'SingletonLock'))
          .split('-')
          .pop(),
      ),
  );
  const child = app.process();
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page
    .getByText(/running/)
    .first()
    .waitFor();
  return {
    app,
    page,
    complaints,
    async drop(path) {
      // What is dropped before the page listens is lost.
      await page.locator('main').waitFor();
      const devtools = await app.context().newCDPSession(page);
      const { width, height } = await page.evaluate(() => ({ width: window.innerWidth, height: window.innerHeight }));
      const data = { items: [], files: [path], dragOperationsMask: 1 };
      const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
        devtools.send('Input.dispatchDragEvent', { type, x: Math.round(width / 2), y: Math.round(height / 2), data });
      const sheet = page.getByRole('dialog').first();
      for (let tries = 0; tries < 3; tries += 1) {
        await drag('dragEnter');
        await drag('dragOver');
        // A person lets go when the window says what will happen; before it has, a drop may count as leaving again.
        await page.getByText('Add this repository to Switchyard').waitFor();
        await drag('dragOver');
        await drag('drop');
        // And one who sees that nothing came of it drops it once more.
        const came = await sheet.waitFor({ timeout: 8000 }).then(
          () => true,
          () => false,
        );
        if (came) break;
      }
      await devtools.detach();
    },
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async close() {
      let closed = false;
      const closing = app
        .close()
        .catch(() => {})
        .finally(() => {
          closed = true;
        });
      await until(() => closed || readOwner(machine.data) === null);
      // When the app itself is over, its process now and then waits for ever for a debugger to leave that has left.
      await Promise.race([closing, pause(10_000)]);
      if (!closed) child.kill('SIGKILL');
      await closing;
    },
  };
}
