import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { foldersOf } from '../../core/config';
import type { TranscriptEvent } from '../../core/contract/transcript';
import { type ModelServer, startModelServer } from '../support/model-server';
import { randomFrom } from '../support/random';
import { type Bed, type Bench, type End, here, makeBench, type Task } from './answers-bed';
import type { Point } from './answers-plan';

/*
 * Real agents at work in a host while the runtime is killed with SIGKILL, at every point between a question and its
 * answer and once more at another. What comes after goes on with the same programs: as `answers.test.ts` counts it each
 * answer is given once, but here nobody may be asked anything a second time, for no agent dies.
 */

/** Every pair of points is tried when this says `all`; otherwise so many, which the seed picks. */
const wanted = process.env.SWITCHYARD_TEST_SETS ?? '1';
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261121);
const points: readonly Point[] = ['asked', 'written', 'answered', 'handed', 'given', 'delivered', 'marked'];

let model: ModelServer;
let bench: Bench;
beforeAll(async () => {
  model = await startModelServer({ maximumRequests: 100_000 });
});
afterAll(() => model.close());
beforeEach(() => {
  bench = makeBench({ model, seed });
});
afterEach(() => bench.close());

it.runIf(here)(
  'goes on with the same agents after the runtime was killed, wherever it was killed',
  async () => {
    const random = randomFrom(seed);
    const pairs = points
      .map((first, at) => [first, points[(at + 3) % points.length] ?? first] as const)
      .map((pair) => ({ pair, rank: random() }))
      .sort((one, other) => one.rank - other.rank)
      .slice(0, wanted === 'all' ? points.length : Number(wanted));
    let kills = 0;
    const killed = async (number: number, pair: readonly [Point, Point]): Promise<void> => {
      const name = `a${number}`;
      const bed = await bench.makeBed(name);
      const tasks = tasksOf(name);
      const ends = [await bench.play(bed, { tasks, point: pair[0], victim: 'app', held: true })];
      ends.push(await bench.play(bed, { point: pair[1], victim: 'app', held: true }));
      if (!ends.at(-1)?.over) ends.push(await bench.play(bed, { point: 'none', victim: 'app', held: true }));
      kills += ends.reduce((sum, { struck }) => sum + struck, 0);
      expect(ends.at(-1)?.over, name).toBe(true);
      for (const task of tasks) checkOnce(bed, name, task);
      expect(agentsPerTask(ends), `${name}, seed ${seed}`).toEqual(tasks.map(() => 1));
    };
    const lanes = [0, 1].map(async (lane) => {
      for (const [number, { pair }] of pairs.entries()) if (number % 2 === lane) await killed(number, pair);
    });
    await Promise.all(lanes);
    console.log(`seed ${seed}: ${kills} tasks at work at a kill`);
    expect(kills).toBeGreaterThanOrEqual(pairs.length * 3);
  },
  400_000,
);

it.runIf(here)(
  'keeps every word once when the runtime is killed while agents talk',
  async () => {
    const random = randomFrom(seed);
    const bed = await bench.makeBed('words');
    const tasks = (['claude', 'goose'] as const).map((agent) => {
      const title = `words-${agent}`;
      return { title, agent, prompt: `Do ${title}.\n[print: 400000]\n[permission: true]\n[print: 400000]` };
    });
    const ends: End[] = [];
    for (let kill = 0; kill < 2; kill += 1) {
      const count = 2 + Math.floor(random() * 40);
      const plan = { point: 'said', count, victim: 'app', held: true } as const;
      ends.push(await bench.play(bed, kill === 0 ? { ...plan, tasks } : plan));
    }
    ends.push(await bench.play(bed, { point: 'none', victim: 'app', held: true }));
    expect(ends.map(({ over }) => over)).toEqual([false, false, true]);
    expect(agentsPerTask(ends)).toEqual([1, 1]);
    const printed = `${'x'.repeat(79)}\n`.repeat(5000);
    for (const { title } of tasks) {
      const transcript = transcriptOf(bed.data, title);
      const said = saidIn(transcript);
      expect(said.length, `${title}, seed ${seed}`).toBeGreaterThan(2 * printed.length);
      expect(said.split(printed).join('').includes('x'.repeat(9)), `${title}, seed ${seed}`).toBe(false);
      // It is said where that was, once for each time its turn was gone on with.
      const ended = transcript.filter((event) => event.type === 'notice' && /ended unexpectedly here/.test(event.text));
      expect(ended.length, `${title}, seed ${seed}`).toBeGreaterThan(0);
      expect(ended.length, `${title}, seed ${seed}`).toBeLessThanOrEqual(2);
    }
  },
  200_000,
);

it.runIf(here)(
  'the control: without a host the next runtime starts the agents anew',
  async () => {
    const bed = await bench.makeBed('anew');
    const tasks = [bench.taskOf('anew', 'goose', 'question first')];
    const ends = [await bench.play(bed, { tasks, point: 'written', victim: 'app' })];
    ends.push(await bench.play(bed, { point: 'none', victim: 'app' }));
    expect(agentsPerTask(ends)[0]).toBeGreaterThan(1);
  },
  100_000,
);

function tasksOf(name: string): readonly Task[] {
  return [
    bench.taskOf(name, 'claude', 'command first'),
    bench.taskOf(name, 'claude', 'question first'),
    bench.taskOf(name, 'goose', 'command first'),
    bench.taskOf(name, 'goose', 'question first'),
  ];
}

/** Counted as ever, and nobody was asked again. */
function checkOnce(bed: Bed, name: string, task: Task): void {
  bench.check(bed, name, task);
  const asked = bench.requestsOf(bed.data, task.title);
  expect(asked, `${task.title}, seed ${seed}`).toHaveLength(2);
  const told = transcriptOf(bed.data, task.title);
  const said = saidIn(told);
  expect(said.split('Done with 2 steps.'), `${task.title}, seed ${seed}: ${said}`).toHaveLength(2);
  const others = told.flatMap(({ seq: _seq, at: _at, ...event }) =>
    ['prompt', 'tool', 'request', 'answer', 'usage'].includes(event.type) ? [JSON.stringify(event)] : [],
  );
  expect(others, `${task.title}, seed ${seed}`).toEqual([...new Set(others)]);
}

function saidIn(transcript: readonly TranscriptEvent[]): string {
  return transcript.flatMap((event) => (event.type === 'text' ? event.text : [])).join('');
}

/** The lines of a task's transcript; there is one session, because no agent was lost. */
function transcriptOf(data: string, title: string): readonly TranscriptEvent[] {
  const { transcripts } = foldersOf(data);
  const all = readdirSync(transcripts).map((name) => readFileSync(join(transcripts, name), 'utf8'));
  const own = all.find((text) => text.includes(`Do ${title}.`)) ?? '';
  return own
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TranscriptEvent);
}

/** How many different agents worked on each task. */
function agentsPerTask(ends: readonly End[]): readonly number[] {
  const all = ends.flatMap(({ agents }) => agents);
  const tasks = [...new Set(all.map(({ task }) => task))].sort();
  return tasks.map((task) => new Set(all.filter((one) => one.task === task).map(({ pid }) => pid)).size);
}
