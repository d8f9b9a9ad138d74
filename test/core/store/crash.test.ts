import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { addRepository, temporaryFolder } from './store';

const root = join(import.meta.dirname, '../../..');
const kills = 40;
const limitMs = 120_000;

/** A generator of its own, so that a failing run can be repeated from the seed it prints. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Runs one process until it ends, or is killed so long after it said that it is ready. Gives what it said. */
async function runWorker(folder: string, mode: string, killAfterMs: number | undefined): Promise<readonly string[]> {
  const worker = join(import.meta.dirname, 'crash-worker.ts');
  const load = join(root, 'test/support/typescript.mjs');
  const child = spawn(process.execPath, ['--no-warnings', '--import', load, worker, folder, mode], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let failed = '';
  child.stderr.on('data', (chunk) => {
    failed += chunk;
  });
  child.stdout.on('data', (chunk) => {
    if (said === '' && killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    said += chunk;
  });
  const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
  expect(failed).toBe('');
  expect(signal).toBe(killAfterMs === undefined ? null : 'SIGKILL');
  // A line cut short by the kill was not said.
  return said.split('\n').slice(0, -1);
}

interface Outcome {
  readonly acknowledged: number;
  readonly completed: number;
  readonly lostTasks: number;
  readonly lostCompletions: number;
  readonly doubleEffects: number;
  readonly integrity: unknown;
  readonly unfinished: number;
}

async function crash(
  folder: string,
  { mode, times, seed }: { mode: '' | 'naive'; times: number; seed: number },
): Promise<Outcome> {
  const file = join(folder, 'switchyard.db');
  const first = openDatabase({ file });
  addRepository(first);
  closeDatabase(first);
  const next = random(seed);
  const said: string[] = [];
  for (let time = 0; time < times; time++) said.push(...(await runWorker(folder, mode, 5 + next() * 60)));
  said.push(...(await runWorker(folder, mode === '' ? 'drain' : 'naive-drain', undefined)));
  const db = openDatabase({ file });
  const tasks = db.prepare('SELECT id, state FROM task').all() as { id: number; state: string }[];
  const states = new Map(tasks.map((task) => [task.id, task.state]));
  const acknowledged = said.filter((line) => line.startsWith('E ')).map((line) => Number(line.slice(2)));
  const completed = said.filter((line) => line.startsWith('D ')).map((line) => Number(line.slice(2)));
  const effects = readFileSync(join(folder, 'effects.log'), 'utf8').trimEnd().split('\n');
  const outcome = {
    acknowledged: acknowledged.length,
    completed: completed.length,
    // Two acknowledgements of one id are a lost task as well: its id was given to another.
    lostTasks: acknowledged.length - new Set(acknowledged.filter((task) => states.has(task))).size,
    lostCompletions: completed.filter((task) => states.get(task) !== 'done').length,
    doubleEffects: effects.length - new Set(effects).size,
    integrity: db.pragma('integrity_check', { simple: true }),
    unfinished: tasks.filter((task) => task.state !== 'done' && task.state !== 'failed').length,
  };
  closeDatabase(db);
  return outcome;
}

test(
  `after ${kills} kills at random moments no acknowledged task or completion is lost and no effect happened twice`,
  async () => {
    const seed = Date.now() % 2 ** 31;
    const outcome = await crash(temporaryFolder(), { mode: '', times: kills, seed });
    console.log(`crash seed ${seed}:`, JSON.stringify(outcome));
    expect(outcome).toMatchObject({
      lostTasks: 0,
      lostCompletions: 0,
      doubleEffects: 0,
      integrity: 'ok',
      unfinished: 0,
    });
    expect(outcome.acknowledged).toBeGreaterThan(kills);
    expect(outcome.completed).toBeGreaterThan(kills);
  },
  limitMs,
);

test(
  'the control, which acknowledges before the commit and repeats its effects, is caught by the same kills',
  async () => {
    const outcome = await crash(temporaryFolder(), { mode: 'naive', times: 12, seed: 1 });
    console.log('control:', JSON.stringify(outcome));
    expect(outcome.lostTasks).toBeGreaterThan(0);
    expect(outcome.doubleEffects).toBeGreaterThan(0);
  },
  limitMs,
);
