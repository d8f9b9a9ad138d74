import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHosts, type Hosts } from '../../../core/host/hosts';
import type { Ending, Held } from '../../../core/host/protocol';
import { extentOf, readBytes, readEnding } from '../../../core/host/read';
import { readRecords } from '../../../core/host/records';
import { hostProgram } from '../../support/host';
import { lives } from '../../support/lives';
import { until } from '../../support/until';

interface Bench {
  readonly hosts: Hosts;
  readonly grown: Held[];
  readonly ended: Map<string, Ending>;
  readonly lost: string[];
  readonly said: string[];
}

let folder: string;
let run: string;
let outputs: string;
let open: Bench[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-host-')));
  run = join(folder, 'run');
  outputs = join(folder, 'terminals');
  for (const each of [run, outputs]) mkdirSync(each, { mode: 0o700 });
  open = [];
});
afterEach(async () => {
  for (const { hosts } of open) hosts.detach();
  const records = readRecords(run);
  for (const { pid } of records) if (lives(pid)) process.kill(pid, 'SIGTERM');
  await until(() => records.every(({ pid }) => !lives(pid)));
  await rm(folder, { recursive: true, force: true });
});

function bench(version = '1', timing: { everyMs?: number; patienceMs?: number } = {}): Bench {
  const made = { grown: [] as Held[], ended: new Map<string, Ending>(), lost: [] as string[], said: [] as string[] };
  const hosts = createHosts({
    ...{ program: hostProgram, run, outputs, logs: folder, version, ...timing },
    environment: { PATH: process.env.PATH ?? '', HOME: folder },
    news: {
      grew: (child) => void made.grown.push(child),
      ended: (id, ending) => void made.ended.set(id, ending),
      lost: (id) => void made.lost.push(id),
    },
    log: (message) => void made.said.push(message),
  });
  open.push({ ...made, hosts });
  return { ...made, hosts };
}

let number = 0;
function program(command: string) {
  number += 1;
  return {
    id: `terminal-${number}`,
    command: '/bin/sh',
    args: ['-c', command],
    directory: folder,
    environment: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' },
    wiring: { kind: 'terminal' as const, size: { columns: 80, rows: 24 } },
    keepBytes: 64 * 1024 * 1024,
  };
}

async function textOf(id: string): Promise<string> {
  return (await readBytes(join(outputs, id), 0, 1024 * 1024)).bytes.toString();
}

it('keeps every byte a program printed, and how it ended', async () => {
  const { hosts, ended } = bench();
  // In two files, each of half of what may be kept.
  const child = { ...program('head -c 5000000 /dev/zero | tr "\\0" x; exit 7'), keepBytes: 6_000_000 };
  await hosts.start(child);
  await until(() => ended.has(child.id));
  expect(ended.get(child.id)).toMatchObject({ exitCode: 7, signal: null, end: 5_000_000 });
  expect(await readEnding(join(outputs, child.id))).toEqual(ended.get(child.id));
  const sum = createHash('sha256');
  for (let at = 0; at < 5_000_000; ) {
    const { from, bytes } = await readBytes(join(outputs, child.id), at, 64 * 1024);
    expect(from).toBe(at);
    sum.update(bytes);
    at += bytes.length;
  }
  expect(sum.digest('hex')).toBe(createHash('sha256').update(Buffer.alloc(5_000_000, 'x')).digest('hex'));
});

it('lets go of the oldest output and says from which byte on there is some', async () => {
  const { hosts, ended } = bench();
  const child = { ...program('head -c 3000000 /dev/zero | tr "\\0" x'), keepBytes: 1_000_000 };
  await hosts.start(child);
  await until(() => ended.has(child.id));
  const { first, end } = await extentOf(join(outputs, child.id));
  expect(end).toBe(3_000_000);
  expect(first).toBeGreaterThan(1_000_000);
  expect(end - first).toBeGreaterThanOrEqual(1_000_000);
  expect((await readBytes(join(outputs, child.id), 5, 100)).from).toBe(first);
});

const mayMount = process.getuid?.() === 0 && process.platform === 'linux' && existsSync('/bin/mount');

it.runIf(mayMount)('holds a program up while the disk is full, says so, and loses nothing of it', async (context) => {
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', outputs]).status !== 0)
    context.skip('not allowed to mount');
  try {
    const { hosts, grown, ended } = bench();
    // Its last words come while there is no room: node-pty alone would throw them away.
    const child = program('head -c 1900000 /dev/zero | tr "\\0" x; head -c 150000 /dev/zero | tr "\\0" y; echo end');
    const filler = join(outputs, 'filler');
    writeFileSync(filler, Buffer.alloc(400_000));
    const { pid } = await hosts.start(child);
    await until(() => grown.at(-1)?.heldUp?.startsWith('The disk is full.') === true);
    expect(lives(pid)).toBe(true);
    rmSync(filler);
    await until(() => ended.has(child.id));
    expect(grown.at(-1)?.heldUp).toBe(null);
    const { end } = await extentOf(join(outputs, child.id));
    expect(end).toBe(2_050_005);
    expect((await readBytes(join(outputs, child.id), end - 6, 10)).bytes.toString()).toBe('yend\r\n');
    hosts.detach();
  } finally {
    for (const { pid } of readRecords(run)) process.kill(pid, 'SIGKILL');
    await until(() => spawnSync('umount', [outputs]).status === 0);
  }
});

it('hands a program on to the next runtime, which types into it', async () => {
  const first = bench();
  const child = program('read word; echo "got $word"; sleep 60');
  const { pid } = await first.hosts.start(child);
  first.hosts.detach();

  const second = bench();
  expect(await second.hosts.adopt()).toMatchObject([{ id: child.id, pid }]);
  await second.hosts.write(child.id, 'hello\r');
  await until(async () => (await textOf(child.id)).includes('got hello'));
  await second.hosts.end(child.id, 1000);
  await until(() => second.ended.has(child.id));
  expect(lives(pid)).toBe(false);
});

it('tells the size of the terminal, and of a new one', async () => {
  const { hosts, ended } = bench();
  const child = program('stty size; read go; stty size');
  await hosts.start(child);
  await until(async () => (await textOf(child.id)) === '24 80\r\n');
  await hosts.resize(child.id, { columns: 100, rows: 40 });
  await hosts.write(child.id, '\r');
  await until(() => ended.has(child.id));
  expect(await textOf(child.id)).toMatch(/^24 80\r\n[\s\S]*40 100\r\n$/);
});

it('ends by itself when it holds nothing and nobody is attached', async () => {
  const { hosts, ended } = bench();
  const child = program('exit 0');
  await hosts.start(child);
  await until(() => ended.has(child.id));
  const [record] = readRecords(run);
  expect(statSync(record?.socket ?? '').mode & 0o777).toBe(0o600);
  hosts.detach();
  await until(() => !lives(record?.pid ?? 0));
  expect(readdirSync(run)).toEqual([]);
});

it('ends with what it holds when nobody could find it again, because its data folder is gone', async () => {
  const { hosts } = bench();
  const { pid } = await hosts.start(program('sleep 60'));
  const [record] = readRecords(run);
  hosts.detach();
  await rm(run, { recursive: true });
  await until(() => !lives(record?.pid ?? 0) && !lives(pid));
  mkdirSync(run);
});

it('goes on without one that was killed, and says which programs nobody holds any more', async () => {
  const { hosts, lost, grown } = bench();
  const child = program('echo kept; sleep 60');
  await hosts.start(child);
  await until(() => grown.some(({ end }) => end >= 6));
  process.kill(readRecords(run)[0]?.pid ?? 0, 'SIGKILL');
  await until(() => lost.includes(child.id));
  expect(await textOf(child.id)).toBe('kept\r\n');
  await hosts.start(program('exit 0'));
  expect(readRecords(run)).toHaveLength(1);
});

it('notices one that hangs, gives new programs to another, and ends it', async () => {
  const { hosts, lost, grown, said } = bench('1', { everyMs: 300, patienceMs: 300 });
  const child = program('sleep 60');
  await hosts.start(child);
  const hung = readRecords(run)[0]?.pid ?? 0;
  process.kill(hung, 'SIGSTOP');
  await until(() => grown.some(({ heldUp }) => heldUp?.includes('does not answer')));
  const other = program('exit 0');
  await hosts.start(other);
  expect(readRecords(run).some(({ pid }) => pid !== hung)).toBe(true);
  await until(() => lost.includes(child.id));
  await until(() => !lives(hung));
  expect(said).toEqual(['A terminal host does not answer.', 'A terminal host was ended because it did not answer.']);
});

it('lets one of an older version keep what it holds and gives it nothing new', async () => {
  const older = bench('1');
  const child = program('read word; echo "got $word"');
  await older.hosts.start(child);
  older.hosts.detach();
  const newer = bench('2');
  expect(await newer.hosts.adopt()).toHaveLength(1);
  await newer.hosts.start(program('sleep 60'));
  expect(readRecords(run)).toHaveLength(2);
  await newer.hosts.write(child.id, 'on\r');
  await until(() => newer.ended.has(child.id));
  expect(await textOf(child.id)).toContain('got on');
  // Empty, it leaves.
  await until(() => readRecords(run).length === 1);
});

it('hangs up on whoever says what is no message of ours, and goes on', async () => {
  const { hosts } = bench();
  await hosts.start(program('sleep 60'));
  const { createConnection } = await import('node:net');
  for (const junk of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(64, 0xff),
    Buffer.from([0, 0, 0, 2, 0x7b, 0x7d]),
  ]) {
    const socket = createConnection(readRecords(run)[0]?.socket ?? '');
    socket.on('error', () => {});
    socket.resume();
    socket.write(junk);
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }
  await hosts.start(program('sleep 60'));
});
