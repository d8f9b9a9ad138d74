import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { foldersOf } from '../../core/config';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { listProcesses } from '../../core/store/processes';
import { type ModelServer, startModelServer } from '../support/model-server';
import { randomFrom } from '../support/random';
import { type Bed, type Bench, here, type Kind, makeBench } from './answers-bed';
import type { Plan, Point, Victim } from './answers-plan';

/*
 * Real agents against a scripted model, killed with SIGKILL between a question and its answer: the runtime, the agent, or
 * both in either order, or the agent by its own command. A run is one task at one kill. What is counted is what the model was told and what the tools did,
 * neither of which the runtime has a say in. "Exactly once" means:
 *
 * - The conversation as it went on holds each answer once, and nothing that passes for one: no refusal the person did not
 *   give, no time limit.
 * - A command that was allowed ran once. Whether one that an agent had leave for ran before the agent died can be known
 *   by nobody but the person, so then, and only then, the person is asked a second time and told why; the person of this
 *   test looks, and refuses what has been done.
 * - Nobody is asked anything else twice, and nothing that was asked is taken back.
 * - Leave that the agent's record shows to be used is not told to it again; any other that it may have used is.
 */

/** Every kill is tried when this says `all`; otherwise those of so many sets, which the seed picks. */
const wanted = process.env.SWITCHYARD_TEST_SETS ?? '2';
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261121);
const points: readonly Point[] = ['asked', 'written', 'answered', 'handed', 'given', 'delivered', 'marked'];
const victims: readonly Victim[] = ['app', 'agent', 'agent, app', 'app, agent'];
const claudeKinds: readonly Kind[] = ['command first', 'question first', 'kills'];

interface Kill {
  readonly point: Point;
  readonly victim: Victim;
}

let model: ModelServer;
let bench: Bench;
let runs = 0;

beforeAll(async () => {
  model = await startModelServer({ maximumRequests: 100_000 });
});
afterAll(() => model.close());
beforeEach(() => {
  bench = makeBench({ model, seed });
});
afterEach(() => bench.close());

it.runIf(here)(
  'gives each answer to the agent exactly once, whoever is killed wherever in between',
  async () => {
    const random = randomFrom(seed);
    const all = points.flatMap((point) => victims.map((victim): Kill => ({ point, victim })));
    // An agent that is killed alone leaves a runtime that goes on to the end, and the last two points finish some tasks.
    const isLast = ({ point, victim }: Kill) =>
      point !== 'asked' && (victim === 'agent' || point === 'delivered' || point === 'marked');
    const firsts = shuffled(
      all.filter((kill) => !isLast(kill)),
      random,
    );
    const seconds = shuffled(all.filter(isLast), random);
    const batches = firsts
      .toSorted((one, other) => Number(one.victim === 'agent') - Number(other.victim === 'agent'))
      .map((first, at) => [first, ...seconds.slice(at, at + 1)]);
    const sets = wanted === 'all' ? batches : batches.slice(0, Number(wanted));
    const lanes = [0, 1].map(async (lane) => {
      for (const [number, batch] of sets.entries()) if (number % 2 === lane) await killed(number, batch);
    });
    await Promise.all(lanes);
    console.log(`seed ${seed}: ${runs} runs`);
    expect(runs).toBeGreaterThanOrEqual(wanted === 'all' ? 100 : sets.length * 6);
  },
  400_000,
);

it.runIf(here)(
  'the control doubles an answer: without a note that it was handed over, a command that ran runs again',
  async () => {
    const bed = await bench.makeBed('doubled');
    const task = bench.taskOf('doubled', 'goose', 'kills');
    const end = await bench.play(bed, { tasks: [task], point: 'none', victim: 'app', control: 'not handed' });
    expect(end.over).toBe(true);
    expect(bench.effectOf('doubled', task.title)).toHaveLength(2);
    expect(() => bench.check(bed, 'doubled', task)).toThrow(/doubled-goose-kills/);
  },
);

it.runIf(here)(
  'the control loses an answer: without the stored one, the person is asked again for what they had said',
  async () => {
    const bed = await bench.makeBed('lost');
    const task = bench.taskOf('lost', 'goose', 'question first');
    const control = 'not taken up';
    await bench.play(bed, { tasks: [task], point: 'answered', victim: 'app', control });
    expect((await bench.play(bed, { point: 'none', victim: 'app', control })).over).toBe(true);
    expect(bench.requestsOf(bed.data, task.title)).toHaveLength(3);
    expect(() => bench.check(bed, 'lost', task)).toThrow(/lost-goose-question-first/);
  },
);

it.runIf(here)(
  'says nothing of leave that the agent’s own record shows to be used; the control, whose record shows an error, is told of it',
  async () => {
    const lanes = ['used', 'unsure'].map(async (name) => {
      const bed = await bench.makeBed(name);
      const task = bench.taskOf(name, 'claude', 'command first');
      const { struck } = await bench.play(bed, { held: true, tasks: [task], point: 'used', victim: 'agent, app' });
      const [leave] = bench.requestsOf(bed.data, task.title);
      expect([struck, leave?.state, leave?.deliveredAt], name).toEqual([1, 'answered', null]);
      // As it is where the agent took the end of its host for a refusal.
      if (name === 'unsure') editRecord(bed, (text) => text.replaceAll('"is_error":false', '"is_error":true'));
      expect((await bench.play(bed, { held: true, point: 'none', victim: 'app' })).over, name).toBe(true);
      bench.check(bed, name, task);
      const { prompts = [] } = model.exchanges.findLast((each) => each.prompts.join('\n').includes(task.title)) ?? {};
      expect(
        bench.requestsOf(bed.data, task.title).every(({ deliveredAt }) => deliveredAt !== null),
        name,
      ).toBe(true);
      return prompts.filter((prompt) => prompt.startsWith('You asked for leave')).length;
    });
    expect(await Promise.all(lanes)).toEqual([0, 1]);
  },
  120_000,
);

/** Changes the one record that Claude Code has in a bed. */
function editRecord({ environment }: Bed, edit: (text: string) => string): void {
  const projects = join(environment.HOME ?? '', '.claude', 'projects');
  const names = readdirSync(projects, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.jsonl'));
  expect(names).toHaveLength(1);
  const file = join(projects, names[0] ?? '');
  const text = readFileSync(file, 'utf8');
  expect(edit(text)).not.toBe(text);
  writeFileSync(file, edit(text));
}

/** One set of tasks of both agents, put through some kills and then left to finish. */
async function killed(number: number, kills: readonly Kill[]): Promise<void> {
  const name = `b${number}`;
  const bed = await bench.makeBed(name);
  // In every other set a host holds the agents, and then one that is not killed itself works on.
  const held = number % 2 === 1 ? ({ held: true } as const) : {};
  const claude = bench.taskOf(name, 'claude', claudeKinds[Math.floor(number / 2) % 3] ?? 'kills');
  const others = [bench.taskOf(name, 'goose', 'question first'), bench.taskOf(name, 'goose', 'command first')];
  // Claude Code takes three times as long to start, so it is in every other set of each lane.
  const tasks = [bench.taskOf(name, 'goose', 'kills'), ...(number % 4 < 2 ? [claude, ...others.slice(1)] : others)];
  // Where a command ends its own agent that is a run like any other.
  runs += tasks.filter(({ title }) => title.endsWith('kills')).length;
  let first: Plan['tasks'] | undefined = tasks;
  let over = false;
  for (const { point, victim } of kills) {
    const began = performance.now();
    const end = await bench.play(bed, { ...held, ...(first ? { tasks: first } : {}), point, victim });
    if (victim === 'app, agent') endAgents(bed.data);
    first = undefined;
    console.log(`  ${name}: ${victim} at ${point}: ${end.struck} tasks, ${Math.round(performance.now() - began)} ms`);
    runs += end.struck;
    over = end.over;
  }
  if (!over) over = (await bench.play(bed, { ...held, point: 'none', victim: 'app' })).over;
  expect(over, name).toBe(true);
  for (const task of tasks) bench.check(bed, name, task);
}

/** Kills the agents a dead runtime left, as its ledger names them. */
function endAgents(data: string): void {
  const db = openDatabase({ file: foldersOf(data).database });
  for (const { pid } of listProcesses(db)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  closeDatabase(db);
}

function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  return values
    .map((value) => ({ value, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ value }) => value);
}
