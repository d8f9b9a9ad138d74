import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { attach, type Connection } from '../../core/client';
import { readRecords } from '../../core/host/records';
import { version } from '../../core/version';
import { feed, type Viewer } from '../../renderer/terminal/feed';
import { programArgs } from '../support/programs';
import { createRepository, type SampleRepository } from '../support/repository';
import { until } from '../support/until';

const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261121);
const reconnects = 20;

let folder: string;
let repository: SampleRepository;
let random: () => number;
let runtime: ChildProcess | null;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-terminal-')));
  repository = await createRepository(join(folder, 'repository'), join(folder, 'home'));
  random = randomFrom(seed);
  runtime = null;
});
afterEach(async () => {
  await killRuntime();
  await rm(folder, { recursive: true, force: true });
});

it('shows every byte once over 20 reconnects with the runtime killed in between', async () => {
  const task = await taskInReview();
  // Prints numbered lines of all sorts of lengths, slowly enough to be caught at it, and writes down what it printed.
  const program = join(folder, 'print.mjs');
  writeFileSync(
    program,
    `import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
let random = ${seed};
const sum = createHash('sha256');
let bytes = 0;
for (let line = 0; line < 6000; line += 1) {
  random = (random * 1103515245 + 12345) % 2147483648;
  const text = line + ' ' + '\\u00e9\\u20ac x'.repeat(random % 300) + '\\r\\n';
  sum.update(text);
  bytes += Buffer.byteLength(text);
  if (!process.stdout.write(text)) await new Promise((go) => process.stdout.once('drain', go));
  if (line % 20 === 0) await new Promise((go) => setTimeout(go, 20));
}
writeFileSync(${JSON.stringify(join(folder, 'printed.json'))}, JSON.stringify({ sum: sum.digest('hex'), bytes }));
`,
  );
  let connection = await connect();
  // Raw, so that the terminal passes on what it is given as it is.
  const runCommand = `stty raw; exec ${process.execPath} ${program}`;
  const [added] = await connection.client.repositories.list();
  await connection.client.repositories.configure({ repository: added?.id ?? 0, runCommand });
  const size = { columns: 80, rows: 24 };
  const { id } = await connection.client.terminals.open({ task, kind: 'run', size });

  const careful = viewer();
  // The control: one that begins anew where the runtime says the end is, as if no byte had a number, loses some.
  const careless = viewer();
  let kills = 0;
  for (let round = 0; round < reconnects; round += 1) {
    const { terminals } = connection.client;
    const { signal } = new AbortController();
    careless.at = (await terminals.read({ terminal: id, from: Number.MAX_SAFE_INTEGER, wait: false })).end;
    const views = [careful, careless].map((each) => feed(terminals, id, each, signal).catch(() => {}));
    await new Promise((resolve) => setTimeout(resolve, 20 + random() * 150));
    // Either way the line breaks in the middle of whatever is under way.
    if (random() < 0.35) {
      kills += 1;
      await killRuntime();
    } else connection.close();
    await Promise.all(views);
    connection = await connect();
  }
  await feed(connection.client.terminals, id, careful, new AbortController().signal);
  const printed = JSON.parse(readFileSync(join(folder, 'printed.json'), 'utf8'));
  expect({ sum: careful.sum.digest('hex'), bytes: careful.at }, `seed ${seed}`).toEqual(printed);
  expect(kills, `seed ${seed}`).toBeGreaterThan(3);
  expect(careful.skips).toEqual([]);
  expect(careless.sum.digest('hex'), `seed ${seed}`).not.toBe(printed.sum);
  expect(await connection.client.terminals.list({ task })).toMatchObject([{ state: 'ended', exitCode: 0 }]);
});

it('shows after its host was killed exactly what the host had kept', async () => {
  const task = await taskInReview();
  const connection = await connect();
  const { terminals } = connection.client;
  const [added] = await connection.client.repositories.list();
  const runCommand = 'i=0; while true; do i=$((i + 1)); echo "line $i of many"; done';
  await connection.client.repositories.configure({ repository: added?.id ?? 0, runCommand });
  for (let round = 0; round < 4; round += 1) {
    const opened = await terminals.open({ task, kind: 'run', size: { columns: 80, rows: 24 } });
    const seen = viewer();
    const views = feed(terminals, opened.id, seen, new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 50 + random() * 200));
    const hosts = recordsOf(join(folder, 'data', 'run'));
    for (const pid of hosts) process.kill(pid, random() < 0.5 ? 'SIGKILL' : 'SIGSEGV');
    await views;
    const late = viewer();
    await feed(terminals, opened.id, late, new AbortController().signal);
    expect(late.at, `seed ${seed}`).toBe(seen.at);
    expect(late.at).toBeGreaterThan(0);
    expect(late.sum.digest('hex')).toBe(seen.sum.digest('hex'));
    const found = (await terminals.list({ task })).find(({ id }) => id === opened.id);
    expect(found).toMatchObject({ state: 'ended', endReason: 'The process that held it ended.' });
  }
});

function viewer(): Viewer & { readonly sum: ReturnType<typeof createHash>; readonly skips: number[] } {
  const sum = createHash('sha256');
  const skips: number[] = [];
  return {
    ...{ at: 0, sum, skips },
    show: async (bytes) => void sum.update(bytes),
    skipped: (from) => void skips.push(from),
    caughtUp: () => {},
  };
}

async function taskInReview(): Promise<number> {
  const { client, close } = await connect();
  const { id } = await client.repositories.add({ path: repository.path, trust: true });
  const prompt = '[write: hello.txt | hello]';
  const task = await client.tasks.create({ repositoryId: id, title: 'Hello', prompt, agent: 'echo' });
  await until(async () => (await client.tasks.get({ task: task.id })).state === 'review');
  close();
  return task.id;
}

/** Attaches to the runtime, starting one when there is none. */
async function connect(): Promise<Connection> {
  if (runtime === null) {
    const args = programArgs('terminal', join(folder, 'data'));
    const environment = { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), NODE_NO_WARNINGS: '1' };
    const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    runtime = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`The runtime ended with ${code}.`)));
    });
  }
  const connection = await attach({ folder: join(folder, 'data'), version });
  if (connection === null) throw new Error('The runtime could not be reached.');
  return connection;
}

async function killRuntime(): Promise<void> {
  const child = runtime;
  runtime = null;
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await gone;
}

function recordsOf(run: string): number[] {
  return readRecords(run).map(({ pid }) => pid);
}

/** A small generator, so that a run can be repeated by its seed. */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
