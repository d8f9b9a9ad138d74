import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ElectronApplication, _electron as electron, type Page } from 'playwright-core';
import { attach, type Client, type Connection } from '../../core/client';
import { version } from '../../core/version';

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
  const app = await electron.launch({
    executablePath,
    args: ['--disable-gpu', '--log-level=3', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), process.cwd()],
    cwd: folder,
    env: { ...(process.env as Record<string, string>), SWITCHYARD_HOME: data, HOME: folder, SHELL: '/bin/sh' },
  });
  const page = await app.firstWindow();
  const connection = await reach(data);
  const { client } = connection;
  const { id: repository } = await client.repositories.add({ path, trust: true });
  const about = { repositoryId: repository, title: 'Bench', prompt: '[write: a.txt | a]', agent: 'echo' };
  const { id: task } = await client.tasks.create(about);
  while ((await client.tasks.get({ task })).state !== 'review') await pause(100);
  await page.getByText('Bench').first().click();
  return {
    ...{ app, page, client, data, task, repository },
    async close() {
      connection.close();
      await app.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
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
