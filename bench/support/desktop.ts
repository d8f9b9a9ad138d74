import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ElectronApplication, Page } from 'playwright-core';
import { attach, type Client, type Connection } from '../../core/client';
import { readRecords } from '../../core/host/records';
import { version } from '../../core/version';
import { launch } from '../../test/e2e/launch';

/** The real app on a machine of its own, with one task in review, whose worktree programs can run in. */
export interface BenchDesktop {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly client: Client;
  readonly data: string;
  readonly task: number;
  readonly repository: number;
  close(): Promise<void>;
}

/** Opens it and shows the task. Throws when no Electron is named in the environment. */
export async function openBenchDesktop(name: string): Promise<BenchDesktop> {
  const executablePath = process.env.ELECTRON_EXEC_PATH;
  if (executablePath === undefined)
    throw new Error(`Run this as \`npm run bench -- ${name}\`: it finds the Electron to measure.`);
  const folder = mkdtempSync(join(tmpdir(), `switchyard-${name}-`));
  const data = join(folder, 'data');
  const path = makeRepository(join(folder, 'repository'));
  const { app, close } = await openBenchApp({ executablePath, folder, data });
  const page = await app.firstWindow();
  const connection = await reach(data);
  const { client } = connection;
  const { id: repository } = await client.repositories.add({ path, trust: true });
  const about = { repositoryId: repository, title: 'Bench', prompt: '[write: a.txt | a]', agent: 'echo' };
  const { id: task } = await client.tasks.create(about);
  await inReview(client, task);
  await page.getByText('Bench').first().click();
  return {
    ...{ app, page, client, data, task, repository },
    async close() {
      connection.close();
      await close();
    },
  };
}

/**
 * Opens the app on a data folder inside of a folder of its own. Whatever ends the measurement, a signal too, nothing of it is
 * left: no program, and not its gigabyte on the disk.
 */
export async function openBenchApp(on: {
  readonly executablePath: string;
  readonly folder: string;
  readonly data: string;
}): Promise<{ readonly app: ElectronApplication; close(): Promise<void> }> {
  const { executablePath, folder, data } = on;
  const clear = (): void => clearAway(folder, data);
  process.once('exit', clear);
  const hold = join(process.cwd(), 'test', 'e2e', 'hold.cjs');
  const app = await launch(
    {
      executablePath,
      args: [
        ...['-r', hold, '--disable-gpu', '--log-level=3'],
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        process.cwd(),
      ],
      cwd: folder,
      env: { ...(process.env as Record<string, string>), SWITCHYARD_HOME: data, HOME: folder, SHELL: '/bin/sh' },
    },
    () => appOf(data) ?? Number.NaN,
  );
  return {
    app,
    async close() {
      await app.close();
      clear();
      process.off('exit', clear);
    },
  };
}

async function inReview(client: Client, task: number): Promise<void> {
  for (;;) {
    const { state, error } = await client.tasks.get({ task });
    if (state === 'review') return;
    if (state !== 'queued' && state !== 'running') throw new Error(`The task is ${state}: ${error ?? ''}`);
    await pause(100);
  }
}

/** Ends the app and its hosts, as far as they are still there, and removes the folder they lived in. */
function clearAway(folder: string, data: string): void {
  const app = appOf(data);
  for (const pid of [...(app === null ? [] : [app]), ...hostsOf(data)]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** The app's process, by Chromium's own lock: a link to `host-pid`. Null when it is not there. */
function appOf(data: string): number | null {
  try {
    return Number(
      readlinkSync(join(data, 'window', 'SingletonLock'))
        .split('-')
        .pop(),
    );
  } catch {
    return null;
  }
}

function hostsOf(data: string): readonly number[] {
  try {
    return readRecords(join(data, 'run')).map(({ pid }) => pid);
  } catch {
    return [];
  }
}

/** The window may be there before the app can be reached. */
async function reach(data: string): Promise<Connection> {
  for (;;) {
    const connection = await attach({ folder: data, version });
    if (connection !== null) return connection;
    await pause(100);
  }
}

function makeRepository(path: string): string {
  mkdirSync(path);
  writeFileSync(join(path, 'README.md'), '# Bench\n');
  const by = ['-c', 'user.name=Bench', '-c', 'user.email=bench@switchyard.invalid'];
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '.'],
    [...by, 'commit', '-qm', 'Begin'],
  ]) {
    execFileSync('git', args, { cwd: path });
  }
  return path;
}
