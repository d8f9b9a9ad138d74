import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { foldersOf } from '../../core/config';
import { closeDatabase, type Database, openDatabase } from '../../core/store/database';
import { readTask } from '../../core/store/task-view';
import { programArgs } from '../support/programs';
import { createRepository, type SampleRepository } from '../support/repository';

const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261121);
const steps = 8;

let folder: string;
let repository: SampleRepository;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-budget-')));
  repository = await createRepository(join(folder, 'repository'), join(folder, 'home'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('allows each answer to a reached budget once when the runtime is killed at any moment', async () => {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let cutShort = 0;
  for (let kill = 0; kill < 8; kill += 1) {
    if (!(await killed(start(), random() * 250))) break;
    cutShort += 1;
  }
  // The control: kills did come while it was asked, answered or at work, so what holds at the end was put to the test.
  expect(cutShort, `seed ${seed}`).toBeGreaterThan(2);
  const last = start();
  const gone = new Promise((resolve) => last.once('exit', resolve));
  await said(last, 'settled');
  last.kill('SIGKILL');
  await gone;

  store((db) => {
    const task = readTask(db, 1);
    expect(task).toMatchObject({ state: 'review', requests: [], change: { files: steps } });
    const count = (sql: string) => db.prepare(sql).pluck().get() as number;
    const answered = count("SELECT count(*) FROM request WHERE kind = 'budget' AND state = 'answered'");
    expect(answered).toBeGreaterThan(2);
    expect(count('SELECT count(*) FROM budget_grant')).toBe(answered);
    expect(count('SELECT count(*) FROM decision WHERE text LIKE \'%"kind":"budget"%\'')).toBe(answered);
    // Each cap was asked about once, however often the task was taken up again.
    expect(count("SELECT count(DISTINCT fingerprint) FROM request WHERE kind = 'budget'")).toBe(
      count("SELECT count(*) FROM request WHERE kind = 'budget'"),
    );
    expect(task.budget.usd).toBe(1 + answered);
    expect(task.spent.usd).toBeGreaterThanOrEqual(steps);
  });
});

function start(): ChildProcess {
  return spawn(
    process.execPath,
    programArgs('runtime', join(folder, 'data'), repository.path, 'spend', String(steps)),
    {
      env: { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), NODE_NO_WARNINGS: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
}

function said(child: ChildProcess, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.includes(`${line}\n`)) resolve();
    });
    child.once('exit', (code, signal) => reject(new Error(`The runtime ended (${code ?? signal}) before ${line}.`)));
  });
}

/** Kills the process a while after it is ready. False when it was through by then. */
async function killed(child: ChildProcess, afterMs: number): Promise<boolean> {
  let settled = false;
  child.stdout?.on('data', (chunk) => {
    settled ||= String(chunk).includes('settled');
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await said(child, 'ready');
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await gone;
  return !settled;
}

function store(look: (db: Database) => void): void {
  const db = openDatabase({ file: foldersOf(join(folder, 'data')).database });
  try {
    look(db);
  } finally {
    closeDatabase(db);
  }
}
