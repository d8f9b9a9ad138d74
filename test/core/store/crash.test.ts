import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { programArgs } from '../../support/programs';
import { addRepository, temporaryFolder } from './store';

/** The control is caught by one or two of them. */
const kills = process.env.SWITCHYARD_TEST_SETS === 'all' ? 40 : 6;
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
  const child = spawn(process.execPath, programArgs('crash', folder, mode), {
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

/** What is true of the store and the effects, against what was said. */
function judge(folder: string, said: readonly string[]): Outcome {
  const db = openDatabase({ file: join(folder, 'switchyard.db') });
  const tasks = db.prepare('SELECT id, state FROM task').all() as { id: number; state: string }[];
  const states = new Map(tasks.map((task) => [task.id, task.state]));
  const acknowledged = said.filter((line) => line.startsWith('E ')).map((line) => Number(line.slice(2)));
  const completed = said.filter((line) => line.startsWith('D ')).map((line) => Number(line.slice(2)));
  const log = join(folder, 'effects.log');
  const effects = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
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

/** Kills the worker again and again, until that was enough, then lets one work off what is left. */
async function crash(
  folder: string,
  options: {
    readonly mode: '' | 'naive';
    readonly seed: number;
    readonly enough: (kill: number, so: Outcome) => boolean;
  },
): Promise<Outcome> {
  const db = openDatabase({ file: join(folder, 'switchyard.db') });
  addRepository(db);
  closeDatabase(db);
  const next = random(options.seed);
  const said: string[] = [];
  for (let kill = 0; !options.enough(kill, judge(folder, said)); kill++) {
    said.push(...(await runWorker(folder, options.mode, 5 + next() * 60)));
  }
  said.push(...(await runWorker(folder, options.mode === '' ? 'drain' : 'naive-drain', undefined)));
  return judge(folder, said);
}

test(
  `after ${kills} kills at random moments no acknowledged task or completion is lost and no effect happened twice`,
  async () => {
    const seed = Date.now() % 2 ** 31;
    const outcome = await crash(temporaryFolder(), { mode: '', seed, enough: (kill) => kill === kills });
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
    const outcome = await crash(temporaryFolder(), {
      mode: 'naive',
      seed: 1,
      enough: (kill, so) => kill === 160 || (so.lostTasks > 0 && so.doubleEffects > 0),
    });
    console.log('control:', JSON.stringify(outcome));
    expect(outcome.lostTasks).toBeGreaterThan(0);
    expect(outcome.doubleEffects).toBeGreaterThan(0);
  },
  limitMs,
);
