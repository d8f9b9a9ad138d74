import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { markerName } from '../../../core/agents/leftovers';
import { readLines } from '../../../core/agents/lines';
import { HostFailure, NotNow } from '../../../core/host/failure';
import { createHosts, type Hosts, type HostsNews } from '../../../core/host/hosts';
import { createNews } from '../../../core/host/news';
import type { Ending } from '../../../core/host/protocol';
import { readRecords } from '../../../core/host/records';
import { readSaid } from '../../../core/host/said';
import type { HostProgram } from '../../../core/host/start';
import { createPrograms, type HeldChild, type Programs } from '../../../core/runner/programs';
import { hostProgram } from '../../support/host';
import { lives } from '../../support/lives';
import { until } from '../../support/until';

interface Bench {
  readonly programs: Programs;
  readonly hosts: Hosts;
  /** What the keeper of programs is told by. */
  readonly told: HostsNews;
}

const mayMount = process.getuid?.() === 0 && process.platform === 'linux' && existsSync('/bin/mount');
const script = join(import.meta.dirname, '../../support/lines-program.cjs');
const id = 'agent-1-1';
let folder: string;
let run: string;
let outputs: string;
let open: Bench[];
let hostPids: Set<number>;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-held-')));
  run = join(folder, 'run');
  outputs = join(folder, 'terminals');
  for (const each of [run, outputs]) mkdirSync(each, { mode: 0o700 });
  open = [];
  hostPids = new Set();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const { programs, hosts } of open) {
    await programs.stop();
    hosts.detach();
  }
  for (const pid of [...hostPids, ...hostsNow()]) if (lives(pid)) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** A runtime's keeper of programs. One made after another goes on with what that left. */
function bench({ program = hostProgram, everyMs = 5000 }: { program?: HostProgram; everyMs?: number } = {}): Bench {
  const news = createNews();
  const hosts = createHosts({
    ...{ program, run, outputs, logs: folder, version: '1', everyMs },
    environment: { PATH: process.env.PATH ?? '', HOME: folder },
    news: news.tell,
    log: () => {},
  });
  const programs = createPrograms({
    ...{ hosts, followHosts: news.follow, someHostLives: () => true, held: true, version: '1', outputs },
  });
  const made = { programs, hosts, told: news.tell };
  open.push(made);
  return made;
}

function hostsNow(): readonly number[] {
  return readRecords(run).map(({ pid }) => pid);
}

/** What every program here is started with, or another command. */
function options(command = process.execPath, args = [script]) {
  const environment = { PATH: process.env.PATH ?? '', [markerName]: `held ${folder}` };
  return { command, args, directory: folder, environment };
}

/** Starts the program of a turn, or goes on with it. */
function begin({ programs }: Pick<Bench, 'programs'>, turn = 1, onThrough = () => {}): Promise<HeldChild> {
  return programs.start({ turn, number: 1, onThrough }, options());
}

const request = (number: number, params: unknown = 'hello', method = 'say') =>
  `${JSON.stringify({ jsonrpc: '2.0', id: number, method, params })}\n`;

/** Reads on until a line holds this. */
async function hear(child: HeldChild, words: string): Promise<void> {
  for await (const line of readLines(child.stdout, { onDropped: () => {} })) if (line.includes(words)) return;
  throw new Error(`It ended without saying ${words}.`);
}

describe('a program that is started', () => {
  it('waits for a host that takes long to start', async () => {
    const may = join(folder, 'may-start');
    const begun = join(folder, 'begun');
    const wait = `: > '${begun}'; until [ -e '${may}' ]; do sleep 0.05; done; exec "$@"`;
    const { command, args, env } = hostProgram;
    const slow = bench({ program: { command: '/bin/sh', args: ['-c', wait, 'sh', command, ...args], env } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const started = begin(slow);
    started.catch(() => {});
    while (!existsSync(begun)) await new Promise(setImmediate);
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    writeFileSync(may, '');
    const child = await started;
    expect(lives(child.pid)).toBe(true);
    await hear(child, 'ready');
  });

  it('is not blamed for a host that cannot be started, only for what is wrong with itself', async () => {
    const none = bench({ program: { command: '/bin/false', args: [], env: {} } });
    await expect(begin(none)).rejects.toBeInstanceOf(HostFailure);
    const ghost = join(folder, 'ghost');
    writeFileSync(ghost, '#!/no/such/host\n', { mode: 0o755 });
    const program = { turn: 1, number: 1, onThrough: () => {} };
    await expect(bench().programs.start(program, options(ghost, []))).rejects.toMatchObject({ code: 'AGENT_MISSING' });
  });

  it('is started by another host when its own hangs over it, and by its own when it does not', async () => {
    const { programs, hosts } = bench({ everyMs: 100 });
    await hosts.start({ id: 'agent-2-1', ...options(), wiring: { kind: 'pipes' }, keepBytes: 1024 * 1024 });
    const [first = 0] = hostsNow();
    hostPids.add(first);
    process.kill(first, 'SIGSTOP');
    const child = await begin({ programs });
    await hear(child, 'ready');
    expect(hostsNow().filter((pid) => pid !== first)).toHaveLength(1);
    await begin({ programs }, 3);
    expect(hostsNow().filter((pid) => pid !== first)).toHaveLength(1);
  });
});

describe('a program that is held', () => {
  it('is lost with its host, and one that ended by itself is not', async () => {
    const { programs } = bench();
    const child = await begin({ programs });
    await hear(child, 'ready');
    const [host = 0] = hostsNow();
    process.kill(host, 'SIGKILL');
    expect(await child.ended).toEqual({ code: null, signal: null });
    expect(child.lost()).toBe('The process that held it ended.');
    const other = await begin({ programs }, 2);
    other.write(request(0, 3, 'exit'));
    expect(await other.ended).toEqual({ code: 3, signal: null });
    expect(other.lost()).toBeNull();
  });

  it('has ended before what it printed is removed, whether its turn is over or was never known', async () => {
    const left = bench();
    for (const turn of [1, 2]) await hear(await begin(left, turn), 'ready');
    left.hosts.detach();
    const { programs, told } = bench();
    const kept: string[] = [];
    const { ended } = told;
    Object.assign(told, {
      ended(id: string, ending: Ending) {
        if (existsSync(join(outputs, id))) kept.push(id);
        ended(id, ending);
      },
    });
    await programs.endOthers([1]);
    expect(readdirSync(outputs)).toEqual(['agent-1-1']);
    await programs.forget(1);
    expect(readdirSync(outputs)).toEqual([]);
    expect(kept).toEqual(['agent-2-1', 'agent-1-1']);
  });

  it.runIf(mayMount)('waits to be told more while the disk is full, and is then told it once', async (context) => {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', outputs]).status !== 0)
      context.skip('not allowed to mount');
    try {
      const { programs, hosts } = bench();
      const child = await begin({ programs });
      child.write(request(0, 'first'));
      await hear(child, 'first');
      const filler = join(outputs, 'filler');
      fill(filler);
      // Some of it fits in what the note has of its block.
      const long = `second ${'x'.repeat(10_000)}`;
      child.write(request(1, long));
      // More often than what is refused for good is tried.
      for (let times = 0; times < 5; times += 1)
        await expect(hosts.write(id, request(1, long), 1)).rejects.toBeInstanceOf(NotNow);
      expect(child.lost()).toBeNull();
      rmSync(filler);
      await until(() => readSaid(join(outputs, id)).length === 2);
      child.write(request(2, 3, 'exit'));
      expect(await child.ended).toMatchObject({ code: 3 });
      expect(readSaid(join(outputs, id)).map(({ text }) => text)).toEqual([
        ...[request(0, 'first'), request(1, long), request(2, 3, 'exit')],
      ]);
    } finally {
      for (const pid of hostsNow()) process.kill(pid, 'SIGKILL');
      await until(() => spawnSync('umount', [outputs]).status === 0);
    }
  });

  it('whose end is told while it is looked for has ended so', async () => {
    const output = join(outputs, id);
    mkdirSync(output);
    writeFileSync(join(output, '000000000000000.bytes'), '');
    const { programs, told } = bench();
    const started = begin({ programs });
    told.ended(id, { exitCode: 4, signal: null, end: 0, at: 1 });
    const child = await started;
    expect(await child.ended).toEqual({ code: 4, signal: null });
    expect(child.lost()).toBeNull();
  });

  it('is given up when what it was told is not said again, and gone on with when it is', async () => {
    const first = bench();
    const child = await begin(first);
    child.write(request(0));
    await hear(child, 'hello');
    first.hosts.detach();

    const silent = bench();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let through = false;
    const astray = await begin(silent, 1, () => (through = true));
    astray.stdout.resume();
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
    vi.advanceTimersByTime(10_001);
    vi.useRealTimers();
    expect(await astray.ended).toEqual({ code: null, signal: null });
    expect(astray.lost()).toBe('It cannot be gone on with from here.');
    expect(through).toBe(false);
    silent.hosts.detach();

    const again = await begin(bench(), 1, () => (through = true));
    again.write(request(0));
    await hear(again, 'hello');
    expect(again.lost()).toBeNull();
    await until(() => through);
    expect(readSaid(join(outputs, id))).toHaveLength(1);
  });
});

/** Takes what is left of a disk. */
function fill(file: string): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(4096));
  } catch (cause) {
    expect(cause).toMatchObject({ code: 'ENOSPC' });
  }
}
