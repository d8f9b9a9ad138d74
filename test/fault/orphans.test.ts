import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { signalProcess } from '../../core/agents/leftovers';
import { enclose, type Namespace } from '../../core/agents/namespace';
import type { Settings } from '../../core/contract/settings';
import { createHosts } from '../../core/host/hosts';
import { readRecords } from '../../core/host/records';
import { openBare } from '../support/bare-runtime';
import { hostProgram } from '../support/host';
import { namespaceHere } from '../support/namespace';
import { programArgs } from '../support/programs';
import { createRepository, type SampleRepository } from '../support/repository';

/*
 * No process without an owner. Agents start programs that leave their session, their group and their parent and ignore
 * every polite signal; then what holds them is killed, or the work is ended in each of the other ways. Each kill has five
 * agents at work with three such programs each; SWITCHYARD_TEST_KILLS=100 makes that 500 agents and 1,500 programs, once
 * left to the next start and once in pid namespaces, and the same for programs that a host holds.
 */
const { SWITCHYARD_TEST_KILLS: wanted } = process.env;
const kills = Number(wanted ?? 4);
/** What has its result at once needs fewer to be seen. */
const promptKills = Number(wanted ?? 2);
const atOnce = 5;
const limit = 60_000 + kills * 8000;
const root = join(import.meta.dirname, '../..');

let folder: string;
let notes: string;
let repository: SampleRepository;
beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-orphans-')));
  notes = join(folder, 'notes');
  mkdirSync(notes);
  repository = await createRepository(join(folder, 'repository'), join(folder, 'home'));
});
afterEach(async () => {
  for (const runtime of started.splice(0)) runtime.kill('SIGKILL');
  for (const { pid } of running()) signalProcess(pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

it.runIf(process.platform === 'linux')(
  'after each kill the next start ends whatever agents left, however it left them',
  { timeout: limit },
  async () => {
    await seed(Math.ceil((kills * atOnce) / 3) + atOnce, 'never');
    let left: readonly number[] = [];
    let survived = 0;
    let agents = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const runtime = start();
      await ready(runtime);
      // Every one of them is of the agents that were at work when the runtime was killed.
      expect(escaped().filter(({ agent }) => left.includes(agent))).toEqual([]);
      left = await agentsAtWork(left);
      agents += left.length;
      const gone = new Promise((resolve) => runtime.once('exit', resolve));
      runtime.kill('SIGKILL');
      await gone;
      // The control: nothing but the next start ends them.
      survived += escaped().filter(({ agent }) => left.includes(agent)).length;
    }
    expect(agents).toBe(kills * atOnce);
    expect(survived).toBe(agents * 3);
    const last = start();
    await ready(last);
    expect(escaped().filter(({ agent }) => left.includes(agent))).toEqual([]);
    await agentsAtWork(left);
    const gone = new Promise((resolve) => last.once('exit', resolve));
    last.kill('SIGTERM');
    await gone;
  },
);

it.runIf(process.platform === 'linux')(
  'in a pid namespace nothing an agent started outlives the runtime, and no start has to end it',
  { timeout: limit },
  async ({ skip }) => {
    await namespaceHere(skip);
    await seed(Math.ceil((promptKills * atOnce) / 3) + atOnce, 'always');
    let slowest = 0;
    let agents = 0;
    for (let kill = 0; kill < promptKills; kill += 1) {
      const runtime = start();
      await ready(runtime);
      agents += (await agentsAtWork([])).length;
      expect(escaped()).toHaveLength(atOnce * 3);
      runtime.kill('SIGKILL');
      slowest = Math.max(slowest, await allGone());
    }
    expect(agents).toBe(promptKills * atOnce);
    console.log(`  ${promptKills} kills of the runtime with ${agents} agents: all gone within ${slowest} ms`);
  },
);

it.runIf(process.platform === 'linux')(
  'a killed host takes what it holds with it in a pid namespace, and without one leaves it',
  { timeout: limit },
  async ({ skip }) => {
    const namespace = await namespaceHere(skip);
    let slowest = 0;
    for (let kill = 0; kill < promptKills; kill += 1) {
      const held = await holdEscaping(namespace);
      process.kill(held, 'SIGKILL');
      slowest = Math.max(slowest, await allGone());
    }
    console.log(`  ${promptKills} kills of a host with ${atOnce} programs: all gone within ${slowest} ms`);
    // The control: the same kill, and nobody there to end them, in far more time than it took above.
    process.kill(await holdEscaping(null), 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, Math.max(2000, 3 * slowest)));
    expect(escaped()).toHaveLength(atOnce * 3);
  },
);

it.runIf(process.platform === 'linux')(
  'cancelling a task and quitting leave nothing',
  { timeout: 60_000 },
  async () => {
    await seed(2, 'never');
    const { runtime, calls } = await open();
    await runtime.start();
    const before = await agentsAtWork([], 2);
    expect((await calls.processes.list({ task: 1 })).processes.length).toBeGreaterThanOrEqual(4);
    await calls.tasks.cancel({ task: 1 });
    await calls.tasks.retry({ task: 1 });
    const after = await agentsAtWork(before, 1);
    const cancelled = before.filter((agent) => !escaped().some((one) => one.agent === agent));
    expect(cancelled).toHaveLength(1);
    await runtime.stop();
    expect(escaped().filter(({ agent }) => [...before, ...after].includes(agent))).toEqual([]);
  },
);

/** Gives the process of a new host that holds programs which let others escape. */
async function holdEscaping(namespace: Namespace | null): Promise<number> {
  const place = mkdtempSync(join(folder, 'host-'));
  const hosts = createHosts({
    ...{ program: hostProgram, run: place, outputs: place, logs: place, version: 'test' },
    environment: { PATH: process.env.PATH ?? '' },
    news: { grew: () => {}, ended: () => {}, lost: () => {} },
    log: () => {},
  });
  for (let number = 0; number < atOnce; number += 1) {
    const program = { command: process.execPath, args: [join(root, 'test/fault/escaping-agent.cjs'), notes, 'now'] };
    const { command, args } = enclose(namespace, program);
    await hosts.start({
      ...{ id: `terminal-${number}`, command, args: [...args], directory: folder, keepBytes: 1_000_000 },
      environment: { PATH: process.env.PATH ?? '' },
      wiring: { kind: 'terminal', size: { columns: 80, rows: 24 } },
    });
  }
  await agentsAtWork([]);
  const [record] = readRecords(place);
  hosts.detach();
  if (record === undefined) throw new Error('The host left no record.');
  return record.pid;
}

/** How long it takes until nothing that escaped runs any more, in milliseconds. */
async function allGone(): Promise<number> {
  const began = performance.now();
  await expect.poll(() => escaped().length, { timeout: 30_000, interval: 10 }).toBe(0);
  return Math.round(performance.now() - began);
}

/** The programs that escaped from agents of this test and still run. */
function escaped(): readonly Escaped[] {
  // For a moment, one that starts another has forked and still has its own words.
  return [...new Map(running().map((one) => [`${one.agent} ${one.kind}`, one])).values()];
}

interface Escaped {
  readonly pid: number;
  readonly agent: number;
  readonly kind: string;
}

/** Every process with the words of one. */
function running(): readonly Escaped[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    let line = '';
    try {
      line = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
    } catch {
      return [];
    }
    // What only starts one of them has its words too.
    if (!line.startsWith('sh\0-c\0trap') || !line.includes(notes)) return [];
    const [, agent, kind = ''] = /escaped-(\d+)\0.*\.(\w+)/.exec(line) ?? [];
    return agent === undefined ? [] : [{ pid: Number(entry), agent: Number(agent), kind }];
  });
}

/** Resolves with the agents that are new since `known` once `many` of them have each let three programs escape. */
async function agentsAtWork(known: readonly number[], many = atOnce): Promise<readonly number[]> {
  let found: readonly number[] = [];
  await expect
    .poll(
      () => {
        const noted = readdirSync(notes).map((name) => Number(name.split('.')[0]));
        const agents = [...new Set(noted)].filter((agent) => !seen.has(agent) && !known.includes(agent));
        found = agents.filter((agent) => noted.filter((one) => one === agent).length === 3);
        return found.length;
      },
      { timeout: 60_000, interval: 50 },
    )
    .toBe(many);
  for (const agent of found) seen.add(agent);
  return found;
}
const seen = new Set<number>();

async function seed(tasks: number, pidNamespace: Settings['pidNamespace']): Promise<void> {
  const { runtime, calls } = await open();
  await calls.settings.set({ name: 'pidNamespace', value: pidNamespace });
  const agent = {
    name: 'escaping',
    command: process.execPath,
    args: [join(root, 'test/fault/escaping-agent.cjs'), notes],
  };
  await calls.settings.set({ name: 'acpAgents', value: [agent] });
  await calls.settings.set({ name: 'concurrency', value: atOnce });
  const added = await calls.repositories.add({ path: repository.path, trust: true });
  for (let number = 0; number < tasks; number += 1)
    await calls.tasks.create({ repositoryId: added.id, title: `Task ${number}`, prompt: 'Escape.', agent: 'escaping' });
  await runtime.stop();
}

function start(): ChildProcess {
  const runtime = spawn(process.execPath, programArgs('runtime', join(folder, 'data'), repository.path, 'work'), {
    env: { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(runtime);
  return runtime;
}
const started: ChildProcess[] = [];

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error('The runtime ended before it was ready.')));
  });
}

function open() {
  return openBare({ data: join(folder, 'data'), home: join(folder, 'home') });
}
