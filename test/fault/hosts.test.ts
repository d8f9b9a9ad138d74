import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { attach, type Connection } from '../../core/client';
import { createHosts } from '../../core/host/hosts';
import { readRecords } from '../../core/host/records';
import { version } from '../../core/version';
import { feed, type Viewer } from '../../renderer/terminal/feed';
import { hostProgram } from '../support/host';
import { lives } from '../support/lives';
import { programArgs } from '../support/programs';
import { createRepository, type SampleRepository } from '../support/repository';
import { until } from '../support/until';

/*
 * Hosts that are killed, and hosts that hang, with an agent at work and a program printing on a terminal in each. The agent
 * heeds no polite signal. SWITCHYARD_TEST_KILLS=50 makes it 25 of each sort.
 */
const kills = Number(process.env.SWITCHYARD_TEST_KILLS ?? 2);
/**
 * A host that hangs is noticed in ten seconds, whatever it is doing (promise R9). A machine that runs other tests meanwhile
 * may be late for anything, so the clock counts only where this runs alone.
 */
const noticedMs = process.env.SWITCHYARD_TEST_KILLS === undefined ? 60_000 : 11_000;
const root = join(import.meta.dirname, '../..');
const size = { columns: 80, rows: 24 };

let folder: string;
const running = new Set<ChildProcess>();
const stopped = new Set<number>();
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-hosts-')));
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  for (const pid of stopped) if (lives(pid)) process.kill(pid, 'SIGKILL');
  for (const { pid } of lanes.flatMap(({ notes }) => notesOf(notes))) if (lives(pid)) process.kill(pid, 'SIGKILL');
  for (const { pid } of lanes.flatMap(({ run }) => (existsSync(run) ? readRecords(run) : []))) {
    if (lives(pid)) process.kill(pid, 'SIGKILL');
  }
  lanes.length = 0;
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

it.runIf(process.platform === 'linux')(
  'a host that is killed, or hangs, is noticed in time: its agents go on elsewhere, and what was printed is kept',
  async () => {
    const slowest = { SIGKILL: 0, SIGSTOP: 0 };
    const each = (['SIGKILL', 'SIGSTOP'] as const).map(async (how) => {
      const lane = await openLane(how);
      for (let round = 0; round < Math.ceil(kills / 2); round += 1) {
        slowest[how] = Math.max(slowest[how], await lose(lane, how));
      }
    });
    await Promise.all(each);
    console.log(`  ${kills} hosts lost: noticed within ${slowest.SIGKILL} ms killed, ${slowest.SIGSTOP} ms stopped`);
    expect(Math.max(slowest.SIGKILL, slowest.SIGSTOP)).toBeLessThan(noticedMs);
  },
  60_000 + kills * 20_000,
);

it.runIf(process.platform === 'linux')(
  'after host and runtime are killed nothing of an agent is left within one start',
  async () => {
    const lane = await openLane('both');
    const task = await begin(lane);
    const agent = await workerOf(lane);
    const gone = new Promise((resolve) => lane.runtime?.once('exit', resolve));
    lane.runtime?.kill('SIGKILL');
    await gone;
    process.kill(parentOf(agent.pid), 'SIGKILL');
    // The control: by itself it does not end.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(lives(agent.pid)).toBe(true);
    await connect(lane);
    expect(lives(agent.pid)).toBe(false);
    await until(async () => (await lane.connection.client.tasks.get({ task })).state === 'done');
  },
  60_000,
);

/** One runtime on a data folder of its own, and what its agents note. */
interface Lane {
  readonly data: string;
  readonly run: string;
  readonly notes: string;
  readonly repository: SampleRepository;
  repositoryId: number;
  runtime: ChildProcess | null;
  connection: Connection;
}
const lanes: Lane[] = [];

/** Loses a host in the middle of everything; gives how long it took until that was noticed, in milliseconds. */
async function lose(lane: Lane, how: 'SIGKILL' | 'SIGSTOP'): Promise<number> {
  const { terminals, tasks } = lane.connection.client;
  const task = await begin(lane);
  const agent = await workerOf(lane);
  const host = parentOf(agent.pid);
  const opened = await terminals.open({ task, kind: 'run', size });
  const deaf = await listenDeaf(lane);
  await until(async () => (await terminals.read({ terminal: opened.id, from: 0, wait: true })).end > 10_000);

  const began = performance.now();
  process.kill(host, how);
  if (how === 'SIGSTOP') stopped.add(host);
  const shown = async () => (await terminals.list({ task })).find(({ id }) => id === opened.id);
  await until(async () => {
    const now = await shown();
    return now?.state === 'ended' || now?.heldUp !== null;
  });
  const noticed = Math.round(performance.now() - began);
  // The control: whoever does not ask for a sign of life is told of a death and never of hanging.
  if (how === 'SIGSTOP') expect(deaf.silent).toEqual([]);

  await until(async () => (await tasks.get({ task })).state === 'done');
  const worked = notesOf(lane.notes).filter(({ session }) => session === agent.session);
  expect(worked.map(({ what }) => what)).toEqual(['work', 'load']);
  expect(lives(agent.pid)).toBe(false);
  expect(worked[1]?.pid).not.toBe(agent.pid);
  deaf.close();

  if (how === 'SIGSTOP') process.kill(host, 'SIGKILL');
  await until(async () => (await shown())?.state === 'ended');
  const sum = createHash('sha256');
  const viewer: Viewer = {
    at: 0,
    show: async (bytes) => void sum.update(bytes),
    skipped: (from) => expect(from).toBe(0),
    caughtUp: () => {},
  };
  await feed(terminals, opened.id, viewer, new AbortController().signal);
  const kept = keptOf(join(lane.data, 'terminals', `terminal-${opened.id}`));
  expect({ bytes: viewer.at, sum: sum.digest('hex') }).toEqual({
    bytes: kept.length,
    sum: createHash('sha256').update(kept).digest('hex'),
  });
  return noticed;
}

async function openLane(name: string): Promise<Lane> {
  const data = join(folder, name, 'data');
  const repository = await createRepository(join(folder, name, 'repository'), join(folder, name, 'home'));
  const lane: Lane = {
    ...{ data, run: join(data, 'run'), notes: join(folder, name, 'notes.jsonl'), repository },
    ...{ repositoryId: 0, runtime: null, connection: undefined as unknown as Connection },
  };
  lanes.push(lane);
  await connect(lane);
  const { client } = lane.connection;
  const agent = {
    name: 'steady',
    command: process.execPath,
    args: [join(root, 'test/fault/steady-agent.cjs'), lane.notes],
  };
  await client.settings.set({ name: 'acpAgents', value: [agent] });
  // In a namespace the kernel would end the agent with its host, and here it is for the runtime to do.
  await client.settings.set({ name: 'pidNamespace', value: 'never' });
  lane.repositoryId = (await client.repositories.add({ path: repository.path, trust: true })).id;
  const runCommand = 'i=0; while true; do i=$((i + 1)); echo "line $i of many"; sleep 0.001; done';
  await client.repositories.configure({ repository: lane.repositoryId, runCommand });
  return lane;
}

/** Starts a task and gives its number once its agent is heard. */
async function begin({ connection: { client }, repositoryId }: Lane): Promise<number> {
  const { id } = await client.tasks.create({ repositoryId, title: 'Talk', prompt: 'Talk.', agent: 'steady' });
  await until(async () => (await client.sessions.list({ task: id })).some(({ state }) => state === 'active'));
  return id;
}

async function connect(lane: Lane): Promise<void> {
  const args = programArgs('terminal', lane.data);
  const environment = { PATH: process.env.PATH ?? '', HOME: join(lane.data, '../home'), NODE_NO_WARNINGS: '1' };
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  lane.runtime = child;
  running.add(child);
  child.once('exit', () => running.delete(child));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`The runtime ended with ${code}.`)));
  });
  const connection = await attach({ folder: lane.data, version });
  if (connection === null) throw new Error('The runtime could not be reached.');
  lane.connection = connection;
}

/** Attaches to a lane's hosts without ever asking whether they live. */
async function listenDeaf(lane: Lane): Promise<{ readonly silent: readonly string[]; close(): void }> {
  const silent: string[] = [];
  const hosts = createHosts({
    ...{ program: hostProgram, run: lane.run, outputs: join(lane.data, 'terminals'), logs: lane.data, version },
    environment: {},
    news: { grew: () => {}, ended: () => {}, lost: () => {}, silent: (id) => void silent.push(id) },
    log: () => {},
    everyMs: 2 ** 30,
  });
  await hosts.adopt();
  return { silent, close: () => hosts.detach() };
}

interface Note {
  readonly pid: number;
  readonly what: 'work' | 'load';
  readonly session: string;
}

function notesOf(file: string): readonly Note[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Note);
}

/** The agent that is at work now. */
async function workerOf(lane: Lane): Promise<Note> {
  const at = () => notesOf(lane.notes).findLast(({ pid, what }) => what === 'work' && lives(pid));
  await until(() => at() !== undefined);
  return at() as Note;
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function keptOf(output: string): Buffer {
  const parts = readdirSync(output).filter((name) => name.endsWith('.bytes'));
  return Buffer.concat(parts.sort().map((name) => readFileSync(join(output, name))));
}
