import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { foldersOf } from '../../core/config';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { countTasks } from '../../core/store/task-count';
import { openBare } from '../support/bare-runtime';
import { programArgs } from '../support/programs';
import { randomFrom } from '../support/random';
import { createRepository, type SampleRepository } from '../support/repository';

const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261121);
/** SWITCHYARD_TEST_SETS=all makes it many more kills, of more tasks. */
const all = process.env.SWITCHYARD_TEST_SETS === 'all';
const tasks = all ? 8 : 5;
const killsAtWork = all ? 60 : 10;
const killsWhileLanding = all ? 12 : 6;

let folder: string;
let repository: SampleRepository;
let random: () => number;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-kill-')));
  repository = await createRepository(join(folder, 'repository'), join(folder, 'home'));
  random = randomFrom(seed);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('loses no task and leaves none without an owner when the runtime is killed at any moment', async () => {
  await killed(start('seed'), 30);
  let ownerless = 0;
  for (let kill = 0; kill < killsAtWork; kill += 1) {
    await killed(start('work'), 20 + random() * 350);
    ownerless += counts().running;
  }
  // The control: kills did leave tasks that nobody owned, so finding none at the end says something.
  expect(ownerless, `seed ${seed}`).toBeGreaterThan(0);

  const { calls, runtime } = await open();
  try {
    for (let round = 0; round < 3; round += 1) {
      await settled(calls);
      // A task that was in hand at three kills waits for the person, as promised; the person sends it on.
      for (const task of await calls.tasks.list({ states: ['failed'] })) {
        expect(task.error).toContain('not tried again by itself');
        await calls.tasks.retry({ task: task.id });
      }
    }
    const found = await calls.tasks.list({});
    expect(found.map((task) => task.state)).toEqual(Array(tasks).fill('review'));
    for (const task of found) {
      const review = await calls.reviews.get({ task: task.id });
      expect(review.files.map((file) => file.path)).toEqual([`file-${task.id - 1}.txt`]);
      expect(review.commits).toHaveLength(1);
    }
  } finally {
    await runtime.stop();
  }
  expect((await repository.git('branch', '--list', 'switchyard/*')).split('\n')).toHaveLength(tasks);
  expect(locks(join(repository.path, '.git'))).toEqual([]);
  expect(await repository.git('status', '--porcelain')).toBe('');
  expect(await repository.git('fsck', '--connectivity-only')).not.toContain('missing');
});

it('merges each approved change once and whole when the runtime is killed while it lands', async () => {
  await killed(start('seed'), 1);
  const first = await open();
  await settled(first.calls);
  await first.runtime.stop();
  const before = Number(await repository.git('rev-list', '--count', 'main'));
  await repository.write('untracked.txt', 'mine');

  let cutShort = 0;
  for (let kill = 0; kill < killsWhileLanding && counts().review > 0; kill += 1) {
    const child = start('approve');
    if (await killed(child, 30 + random() * 250)) cutShort += 1;
  }
  expect(cutShort, `seed ${seed}`).toBeGreaterThan(0);
  const child = start('approve');
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await said(child, 'approved');
  child.kill('SIGKILL');
  await gone;

  expect(counts()).toMatchObject({ done: tasks, review: 0, running: 0 });
  const changes = Number(await repository.git('rev-list', '--count', '--no-merges', 'main')) - before;
  expect(changes).toBe(tasks);
  for (let number = 0; number < tasks; number += 1)
    expect(await repository.read(`file-${number}.txt`)).toContain(`task ${number}`);
  expect(await repository.read('untracked.txt')).toBe('mine');
  expect(await repository.git('status', '--porcelain')).toBe('?? untracked.txt');
  expect(existsSync(join(repository.path, '.git/MERGE_HEAD'))).toBe(false);
  expect(locks(join(repository.path, '.git'))).toEqual([]);
});

function start(job: 'seed' | 'work' | 'approve'): ChildProcess {
  return spawn(process.execPath, programArgs('runtime', join(folder, 'data'), repository.path, job, String(tasks)), {
    env: { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Resolves when the process has printed the line. */
function said(child: ChildProcess, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.includes(`${line}\n`)) resolve();
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`The runtime ended (${code ?? signal}) before it said ${line}.`)),
    );
  });
}

/** Kills the process a random while after it is ready: the moment is the fault. False when it had finished its job. */
async function killed(child: ChildProcess, afterMs: number): Promise<boolean> {
  let finished = false;
  child.stdout?.on('data', (chunk) => {
    finished ||= String(chunk).includes('approved');
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await said(child, 'ready');
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await gone;
  return !finished;
}

function counts() {
  const db = openDatabase({ file: foldersOf(join(folder, 'data')).database });
  try {
    return countTasks(db);
  } finally {
    closeDatabase(db);
  }
}

async function open() {
  const opened = await openBare({ data: join(folder, 'data'), home: join(folder, 'home') });
  await opened.runtime.start();
  return opened;
}

/** Resolves when nothing is queued or running. */
async function settled(calls: Awaited<ReturnType<typeof open>>['calls']): Promise<void> {
  const leave = new AbortController();
  for await (const _ of await calls.changes.follow(undefined, { signal: leave.signal })) {
    const open = await calls.tasks.list({ states: ['queued', 'running', 'waiting'] });
    if (open.length === 0) break;
  }
  leave.abort();
}

function locks(gitDir: string): string[] {
  return readdirSync(gitDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lock'));
}
