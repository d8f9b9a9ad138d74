import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { attach, type Client, type Connection } from '../../core/client';
import type { Task } from '../../core/contract/task';
import type { TranscriptEvent } from '../../core/contract/transcript';
import { handedBack } from '../../core/runner/handing-back';
import { openDatabase } from '../../core/store/database';
import { version } from '../../core/version';
import { programArgs } from '../support/programs';
import { randomFrom } from '../support/random';
import { createRepository, type SampleRepository } from '../support/repository';
import { until } from '../support/until';

/*
 * A person takes tasks over, types and hands back, while the runtime is killed with SIGKILL after each of these, at a
 * moment the seed picks. Whatever was acknowledged before a kill must hold after it: the task is theirs, on one screen
 * at a time, and what they typed is in the conversation once. Who typed nothing has no agent started, and loses no edit.
 */

/** All of them when this says `all`; a few otherwise, which the seed picks the moments of. */
const rounds = process.env.SWITCHYARD_TEST_SETS === 'all' ? 40 : 3;
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261121);
const size = { columns: 80, rows: 24 };

let folder: string;
let repository: SampleRepository;
let random: () => number;
let runtime: ChildProcess | null;
let connection: Connection | null;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-takeover-')));
  repository = await createRepository(join(folder, 'repository'), join(folder, 'home'));
  random = randomFrom(seed);
  runtime = null;
  connection = null;
});
afterEach(async () => {
  await stopRuntime('SIGTERM');
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

it('a task in a person’s hands stays there, on one screen, over every kill, and no word of theirs is lost or doubled', async () => {
  const words: string[][] = [];
  let most = 0;
  let goneOn = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { task, screens } = await play(round);
    most = Math.max(most, ...screens);
    const events = await transcriptOf(task);
    words.push(events.flatMap((event) => (isTyped(event) ? [event.text] : [])));
    goneOn += events.some((event) => event.type === 'prompt' && event.text === handedBack) ? 1 : 0;
  }
  console.log(`seed ${seed}: ${kills} kills over ${rounds} takeovers`);
  expect(words, `seed ${seed}`).toEqual(words.map((_, round) => [`Typed in round ${round}.`]));
  expect(most, `seed ${seed}`).toBe(1);
  expect(kills).toBe(rounds * 3);
  // The control of what follows: an agent that was told something is told to go on.
  expect(goneOn, `seed ${seed}`).toBeGreaterThan(0);
}, 600_000);

it('a task in review in which nothing is typed is in review again, with what was changed by hand, and no turn is begun', async () => {
  for (let round = 0; round < Math.ceil(rounds / 2); round += 1) {
    const edits = round % 2 === 0;
    const task = await playIdle(round, edits);
    const about = `seed ${seed}, round ${round}`;
    const events = await transcriptOf(task.id);
    expect(
      events.flatMap((event) => (event.type === 'prompt' ? [event.text] : [])),
      about,
    ).toEqual([`Idle ${round}.\n[write: idle-${round}.txt | ${round}]`]);
    expect(task, about).toMatchObject({ takeover: null, change: { files: edits ? 2 : 1 } });
    // Committing what was edited is work, in which the kill of a runtime counts as ever.
    if (!edits) expect(task.attempt, about).toBe(1);
    const files = (await (await client()).reviews.get({ task: task.id })).files.map(({ path }) => path);
    expect(files.includes('by-hand.txt'), about).toBe(edits);
  }
}, 600_000);

it('the control: without its row a takeover is lost with the runtime, and so is what was typed', async () => {
  const { task } = await play(0, () => {
    const db = openDatabase({ file: join(folder, 'data', 'switchyard.db') });
    db.exec("UPDATE takeover SET state = 'ended', ended_at = 1 WHERE state <> 'ended'");
    db.close();
  });
  expect((await transcriptOf(task)).filter(isTyped)).toEqual([]);
}, 120_000);

let kills = 0;

/** Kills the runtime within some time, and gives the calls of the next one. */
async function killWithin(milliseconds: number, whileDead: () => void = () => {}): Promise<Client> {
  await new Promise((resolve) => setTimeout(resolve, random() * milliseconds));
  await stopRuntime('SIGKILL');
  kills += 1;
  whileDead();
  return client();
}

async function repositoryOf(calls: Client): Promise<number> {
  const [added] = await calls.repositories.list();
  return (added ?? (await calls.repositories.add({ path: repository.path, trust: false }))).id;
}

/** One takeover from review in which nothing is said, with a kill after each of its steps; gives the task as it then is. */
async function playIdle(round: number, edits: boolean): Promise<Task> {
  const isOver = ({ takeover, state }: Task) => takeover === null && state === 'review';
  let calls = await client();
  const repositoryId = await repositoryOf(calls);
  const prompt = `Idle ${round}.\n[write: idle-${round}.txt | ${round}]`;
  const { id } = await calls.tasks.create({ repositoryId, title: `Idle ${round}`, prompt, agent: 'echo' });
  const { worktree } = await reaches(calls, id, isOver);
  await calls.tasks.take({ task: id, size });
  calls = await killWithin(300);
  await reaches(calls, id, ({ takeover }) => takeover?.state === 'driving');
  await opened(calls, id);
  if (edits) writeFileSync(join(worktree ?? '', 'by-hand.txt'), 'mine\n');
  calls = await killWithin(50);
  await reaches(calls, id, ({ takeover }) => takeover?.state === 'driving');
  await calls.tasks.handBack({ task: id });
  for (const milliseconds of [60, 300]) calls = await killWithin(milliseconds);
  return reaches(calls, id, isOver);
}

/** One takeover, with a kill after each of its steps; `whileDead` is done at each while nobody runs. */
async function play(
  round: number,
  whileDead: () => void = () => {},
): Promise<{ readonly task: number; readonly screens: readonly number[] }> {
  const screens: number[] = [];
  const look = () => void screens.push(screensAlive());
  const kill = (withinMs: number) =>
    killWithin(withinMs, () => {
      look();
      whileDead();
    });
  let calls = await client();
  const repositoryId = await repositoryOf(calls);
  const prompt = `Round ${round}.\n[write: round-${round}.txt | ${round}]\n[wait: 300ms]`;
  const { id: task } = await calls.tasks.create({ repositoryId, title: `Round ${round}`, prompt, agent: 'echo' });
  await reaches(calls, task, ({ state }) => state !== 'queued');
  await calls.tasks.take({ task, interrupt: random() < 0.5, size });
  calls = await kill(500);
  const driven = await reaches(
    calls,
    task,
    ({ takeover, state }) => takeover?.state === 'driving' || state === 'review',
  );
  look();
  const typed = `Typed in round ${round}.`;
  if (driven.takeover !== null) {
    // One whose program the kill came before is opened anew, on another terminal.
    const terminal = await opened(calls, task);
    await calls.terminals.write({ terminal, text: `${typed}\r` });
    await until(() => says(calls, terminal, `echo: ${typed}`));
  }
  calls = await kill(150);
  const still = await reaches(
    calls,
    task,
    ({ takeover, state }) => takeover?.state === 'driving' || state === 'review',
  );
  look();
  // What was acknowledged holds: nobody but the person ends their drive.
  if (still.takeover !== null) await calls.tasks.handBack({ task });
  calls = await kill(150);
  await reaches(calls, task, ({ state }) => state === 'review');
  look();
  return { task, screens };
}

function isTyped(event: TranscriptEvent): event is Extract<TranscriptEvent, { type: 'prompt' }> {
  return (
    event.type === 'prompt' && event.by === 'person' && event.text.startsWith('Typed') && event.text !== handedBack
  );
}

async function transcriptOf(task: number): Promise<readonly TranscriptEvent[]> {
  const calls = await client();
  const sessions = await calls.sessions.list({ task });
  const read = sessions.map(({ id }) => calls.sessions.read({ session: id, after: 0 }));
  return (await Promise.all(read)).flat();
}

async function reaches(calls: Client, task: number, isSo: (task: Task) => boolean): Promise<Task> {
  let now = await calls.tasks.get({ task });
  await until(async () => {
    now = await calls.tasks.get({ task });
    return isSo(now);
  });
  return now;
}

/** The terminal with the screen of a task, once it can be typed into. */
async function opened(calls: Client, task: number): Promise<number> {
  let terminal = 0;
  await until(async () => {
    terminal = (await calls.tasks.get({ task })).takeover?.terminal ?? 0;
    return terminal !== 0 && (await says(calls, terminal, 'said again'));
  });
  return terminal;
}

async function says(calls: Client, terminal: number, words: string): Promise<boolean> {
  const { bytes } = await calls.terminals.read({ terminal, from: 0, wait: false });
  return Buffer.from(bytes, 'base64').toString().includes(words);
}

/** How many screens of this data folder's conversations run. */
function screensAlive(): number {
  const mine = join(folder, 'data', 'echo');
  return readdirSync('/proc').filter((entry) => {
    try {
      if (!/^\d+$/.test(entry)) return false;
      const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      return words[0] === '/bin/sh' && words.some((word) => word.startsWith(mine) && word.endsWith('.screen'));
    } catch {
      return false;
    }
  }).length;
}

/** Calls of the runtime there is; one is started when there is none. */
async function client(): Promise<Client> {
  if (connection !== null) return connection.client;
  const args = programArgs('terminal', join(folder, 'data'));
  const environment = { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), NODE_NO_WARNINGS: '1' };
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  runtime = child;
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`The runtime ended with ${code}.`)));
  });
  connection = await attach({ folder: join(folder, 'data'), version });
  if (connection === null) throw new Error('The runtime could not be reached.');
  return connection.client;
}

async function stopRuntime(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const child = runtime;
  connection?.close();
  connection = null;
  runtime = null;
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  await gone;
}
