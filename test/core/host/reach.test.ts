import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHosts, type Hosts } from '../../../core/host/hosts';
import { readBytes } from '../../../core/host/read';
import { readRecords, recordFile } from '../../../core/host/records';
import { hostProgram } from '../../support/host';
import { lives } from '../../support/lives';
import { until } from '../../support/until';

let folder: string;
let run: string;
let hosts: Hosts;
let lost: string[];
let said: string[];
let other: ChildProcess | undefined;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-reach-')));
  run = join(folder, 'run');
  for (const each of [run, join(folder, 'terminals')]) mkdirSync(each, { mode: 0o700 });
  lost = [];
  said = [];
  other = undefined;
  hosts = createHosts({
    ...{ program: hostProgram, run, outputs: join(folder, 'terminals'), logs: folder, version: '1' },
    environment: { PATH: process.env.PATH ?? '', HOME: folder },
    news: { grew: () => {}, ended: () => {}, lost: (id) => void lost.push(id) },
    log: (message) => void said.push(message),
  });
});
afterEach(async () => {
  hosts.detach();
  other?.kill('SIGKILL');
  const records = readRecords(run).filter(({ pid }) => pid !== other?.pid);
  for (const { pid } of records) if (lives(pid)) process.kill(pid, 'SIGTERM');
  await until(() => records.every(({ pid }) => !lives(pid)));
  await rm(folder, { recursive: true, force: true });
});

it('attaches again to a host that hung up but lives, and loses nothing it holds', async () => {
  const child = {
    ...{ id: 'terminal-1', command: '/bin/sh', args: ['-c', 'read word; echo "got $word"; sleep 60'] },
    ...{ directory: folder, environment: { PATH: process.env.PATH ?? '' }, keepBytes: 1_000_000 },
    wiring: { kind: 'terminal' as const, size: { columns: 80, rows: 24 } },
  };
  const { pid } = await hosts.start(child);
  const [record] = readRecords(run);
  // No terminal is that wide: the host believes nothing whoever says so says, and hangs up.
  await expect(hosts.resize(child.id, { columns: 1_000_000, rows: 1 })).rejects.toThrow('ended before it answered');
  await hosts.write(child.id, 'hello\r');
  await until(async () =>
    (await readBytes(join(folder, 'terminals', child.id), 0, 1000)).bytes.toString().includes('got hello'),
  );
  expect(lost).toEqual([]);
  expect(readRecords(run)).toEqual([record]);
  expect(lives(pid)).toBe(true);
});

it('gives a host up that hangs up again and again, and says that what it held is lost', async () => {
  const child = {
    ...{ id: 'terminal-1', command: '/bin/sh', args: ['-c', 'sleep 60'], directory: folder },
    ...{ environment: { PATH: process.env.PATH ?? '' }, keepBytes: 1_000_000 },
    wiring: { kind: 'terminal' as const, size: { columns: 80, rows: 24 } },
  };
  const { pid } = await hosts.start(child);
  const host = readRecords(run)[0]?.pid ?? 0;
  for (let times = 0; times < 4; times += 1) {
    await expect(hosts.resize(child.id, { columns: 1_000_000, rows: 1 })).rejects.toThrow('ended before it answered');
  }
  await until(() => lost.includes(child.id));
  await until(() => !lives(host) && !lives(pid));
});

it('does not take a host for dead because the system does not let it be reached', async () => {
  const id = '0123456789abcdef';
  other = spawn('sleep', ['60']);
  const socket = join(run, `host-${id}.socket`);
  symlinkSync(socket, socket);
  writeFileSync(recordFile(run, id), JSON.stringify({ id, pid: other.pid, socket }));
  expect(await hosts.adopt()).toEqual([]);
  expect(said).toEqual(['A terminal host could not be reached.']);
  expect(existsSync(recordFile(run, id))).toBe(true);
  expect(lives(other.pid ?? 0)).toBe(true);
});
