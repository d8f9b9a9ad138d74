import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { foldersOf } from '../../core/config';
import type { Request } from '../../core/contract/request';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { listProcesses } from '../../core/store/processes';
import { readRequest } from '../../core/store/requests';
import { type ModelServer, startModelServer } from '../support/model-server';
import { randomFrom } from '../support/random';
import { createRepository } from '../support/repository';
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
 */

/** The pinned agents have no program for other machines. */
const here = process.platform === 'linux' && process.arch === 'x64';
/** Every kill is tried when this says `all`; otherwise those of so many sets, which the seed picks. */
const wanted = process.env.SWITCHYARD_TEST_SETS ?? '5';
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261121);
const points: readonly Point[] = ['asked', 'written', 'answered', 'handed', 'given', 'delivered', 'marked'];
const victims: readonly Victim[] = ['app', 'agent', 'agent, app', 'app, agent'];
const script = join(import.meta.dirname, 'answers-process.ts');
const loader = join(import.meta.dirname, '../support/typescript.mjs');

interface Kill {
  readonly point: Point;
  readonly victim: Victim;
}

let model: ModelServer;
let folder: string;
let runs = 0;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  model = await startModelServer({ maximumRequests: 100_000 });
});
afterAll(() => model.close());
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-answers-')));
});
afterEach(async () => {
  // A test that failed leaves runtimes at work; a runtime that is asked to stop takes its agents with it.
  await Promise.all(
    [...children].map((child) => new Promise((resolve) => child.once('close', resolve) && child.kill('SIGTERM'))),
  );
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

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
    const bed = await makeBed('doubled');
    const task = taskOf('doubled', 'goose', 'kills');
    const end = await play(bed, { tasks: [task], point: 'none', victim: 'app', control: 'not handed' });
    expect(end.over).toBe(true);
    expect(effectOf('doubled', task.title)).toHaveLength(2);
    expect(() => check(bed, 'doubled', task)).toThrow(/doubled-goose-kills/);
  },
);

it.runIf(here)(
  'the control loses an answer: without the stored one, the person is asked again for what they had said',
  async () => {
    const bed = await makeBed('lost');
    const task = taskOf('lost', 'goose', 'question first');
    const control = 'not taken up';
    await play(bed, { tasks: [task], point: 'answered', victim: 'app', control });
    expect((await play(bed, { point: 'none', victim: 'app', control })).over).toBe(true);
    expect(requestsOf(bed.data, task.title)).toHaveLength(3);
    expect(() => check(bed, 'lost', task)).toThrow(/lost-goose-question-first/);
  },
);

/** One set of tasks of both agents, put through some kills and then left to finish. */
async function killed(number: number, kills: readonly Kill[]): Promise<void> {
  const name = `b${number}`;
  const bed = await makeBed(name);
  const claude = taskOf(name, 'claude', claudeKinds[Math.floor(number / 2) % 3] ?? 'kills');
  const others = [taskOf(name, 'goose', 'question first'), taskOf(name, 'goose', 'command first')];
  // Claude Code takes three times as long to start, so it is in every other set of each lane.
  const tasks = [taskOf(name, 'goose', 'kills'), ...(number % 4 < 2 ? [claude, ...others.slice(1)] : others)];
  // Where a command ends its own agent that is a run like any other.
  runs += tasks.filter(({ title }) => title.endsWith('kills')).length;
  let first: Plan['tasks'] | undefined = tasks;
  let over = false;
  for (const { point, victim } of kills) {
    const began = performance.now();
    const end = await play(bed, { ...(first ? { tasks: first } : {}), point, victim });
    if (victim === 'app, agent') endAgents(bed.data);
    first = undefined;
    console.log(`  ${name}: ${victim} at ${point}: ${end.struck} tasks, ${Math.round(performance.now() - began)} ms`);
    runs += end.struck;
    over = end.over;
  }
  if (!over) over = (await play(bed, { point: 'none', victim: 'app' })).over;
  expect(over, name).toBe(true);
  for (const task of tasks) check(bed, name, task);
}

interface Bed {
  readonly data: string;
  readonly repository: string;
  readonly environment: Readonly<Record<string, string>>;
}

async function makeBed(name: string): Promise<Bed> {
  const home = join(folder, name, 'home');
  const repository = await createRepository(join(folder, name, 'repository'), home);
  mkdirSync(join(folder, name, 'effects'));
  return { data: join(folder, name, 'data'), repository: repository.path, environment: environmentOf(home) };
}

type Task = NonNullable<Plan['tasks']>[number];
type Kind = 'command first' | 'question first' | 'kills';

const claudeKinds: readonly Kind[] = ['command first', 'question first', 'kills'];

function taskOf(name: string, agent: 'claude' | 'goose', kind: Kind): Task {
  const title = `${name}-${agent}-${kind.replaceAll(' ', '-')}`;
  const effect = join(folder, name, 'effects', title);
  // The command of the last kind ends its own agent when it has done its work, and before anybody can hear of it.
  const end = kind === 'kills' ? `; [ $(wc -l < ${effect}) -gt 1 ] || kill -9 $PPID` : '';
  const command = `[permission: echo done >> ${effect}${end}]`;
  const question = `[ask: Which for ${title}? | no-${title} | yes-${title}]`;
  const steps = kind === 'question first' ? [question, command] : [command, question];
  return { title, agent, prompt: [`Do ${title}.`, ...steps].join('\n') };
}

const effectOf = (name: string, title: string): readonly string[] => {
  const file = join(folder, name, 'effects', title);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

/** How a runtime ended: by itself with nothing left to do, or not; and how many tasks were open at its kill. */
interface End {
  readonly over: boolean;
  readonly struck: number;
}

/** Lets a runtime carry out a plan; resolves when it is gone. */
function play(bed: Bed, plan: Omit<Plan, 'data' | 'repository'>): Promise<End> {
  const whole: Plan = { ...plan, data: bed.data, repository: bed.repository };
  const child = spawn(process.execPath, ['--no-warnings', '--import', loader, script, JSON.stringify(whole)], {
    env: bed.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code, signal) => {
      children.delete(child);
      const struck = Number(/^struck (\d+)$/m.exec(said)?.[1] ?? 0);
      if (signal === 'SIGKILL') resolve({ over: false, struck });
      else if (code === 0 && said.endsWith('over\n')) resolve({ over: true, struck });
      else reject(new Error(`The runtime ended with ${code ?? signal}: ${said}`));
    });
  });
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

/** What became of a task, counted from outside, and then what the person was asked for it. */
function check(bed: Bed, name: string, { title }: Task): void {
  const mine = model.exchanges.filter(({ prompts }) => prompts.some((prompt) => prompt.includes(`Do ${title}.`)));
  const last = mine.at(-1);
  const results = (last?.results ?? []).map(({ text }) => text);
  const prompts = last?.prompts ?? [];
  const about = `${title}, seed ${seed}: ${JSON.stringify({ results, prompts })}`;
  expect(effectOf(name, title), about).toEqual(['done']);
  const told = [...results, ...prompts.filter((prompt) => prompt.includes('The answer is:'))];
  expect(
    told.filter((text) => text.includes(`yes-${title}`)),
    about,
  ).toHaveLength(1);
  expect(results.join('\n'), about).not.toMatch(/timed? ?out|gave no reason/i);

  const asked = requestsOf(bed.data, title);
  expect(
    asked.map(({ state }) => state),
    about,
  ).toEqual(asked.map(() => 'answered'));
  const again = asked.filter(({ steps }) => steps.some((step) => step.includes('may have been done')));
  expect(
    again.every(({ tool }) => tool !== null),
    about,
  ).toBe(true);
  expect(asked.length - again.length, `${about} ${JSON.stringify(asked)}`).toBe(2);
}

function requestsOf(data: string, title: string): readonly Request[] {
  const db = openDatabase({ file: foldersOf(data).database });
  try {
    const rows = db.prepare('SELECT id FROM request ORDER BY id').all() as readonly { readonly id: number }[];
    return rows.map(({ id }) => readRequest(db, id)).filter((request) => request.taskTitle === title);
  } finally {
    closeDatabase(db);
  }
}

function environmentOf(home: string): Readonly<Record<string, string>> {
  const programs = ['SWITCHYARD_TEST_CLAUDE', 'SWITCHYARD_TEST_GOOSE'].map((name) => {
    const program = process.env[name];
    if (program === undefined)
      throw new Error(`${name} is not set. Set it to what \`node scripts/agents.mjs\` prints.`);
    return dirname(program);
  });
  return {
    PATH: [...programs, process.env.PATH].join(':'),
    HOME: home,
    LANG: 'C.UTF-8',
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: 'sk-made-up',
    DISABLE_TELEMETRY: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
    GOOSE_PROVIDER: 'openai',
    GOOSE_MODEL: 'gpt-4o',
    OPENAI_HOST: model.url,
    OPENAI_API_KEY: 'made-up',
    GOOSE_DISABLE_KEYRING: '1',
    GOOSE_TELEMETRY_OFF: '1',
  };
}

function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  return values
    .map((value) => ({ value, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ value }) => value);
}
