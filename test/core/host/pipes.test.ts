import { mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findLeftovers, markerName } from '../../../core/agents/leftovers';
import { errorsFolder } from '../../../core/host/errors';
import { createHosts, type Hosts } from '../../../core/host/hosts';
import { startOnPipes } from '../../../core/host/pipes';
import type { Ending } from '../../../core/host/protocol';
import { readBytes } from '../../../core/host/read';
import { readRecords } from '../../../core/host/records';
import { readSaid } from '../../../core/host/said';
import { hostProgram } from '../../support/host';
import { lives } from '../../support/lives';
import { until } from '../../support/until';

let folder: string;
let run: string;
let outputs: string;
let ended: Map<string, Ending>;
let open: Hosts[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-pipes-')));
  run = join(folder, 'run');
  outputs = join(folder, 'terminals');
  for (const each of [run, outputs]) mkdirSync(each, { mode: 0o700 });
  ended = new Map();
  open = [];
});
afterEach(async () => {
  for (const hosts of open) hosts.detach();
  const records = readRecords(run);
  for (const { pid } of records) if (lives(pid)) process.kill(pid, 'SIGTERM');
  await until(() => records.every(({ pid }) => !lives(pid)));
  await rm(folder, { recursive: true, force: true });
});

function hostsOf(): Hosts {
  const hosts = createHosts({
    ...{ program: hostProgram, run, outputs, logs: folder, version: '1' },
    environment: { PATH: process.env.PATH ?? '', HOME: folder },
    news: { grew: () => {}, ended: (id, ending) => void ended.set(id, ending), lost: () => {} },
    log: () => {},
  });
  open.push(hosts);
  return hosts;
}

function child(id: string, command: string, program = '/bin/sh') {
  return {
    ...{ id, command: program, args: ['-c', command], directory: folder, keepBytes: 64 * 1024 * 1024 },
    environment: { PATH: process.env.PATH ?? '' },
    wiring: { kind: 'pipes' as const },
  };
}

async function textOf(output: string): Promise<string> {
  return (await readBytes(output, 0, 1024 * 1024)).bytes.toString();
}

it('keeps what a program on pipes prints to either, what it was told and when, and how it ended', async () => {
  const hosts = hostsOf();
  const one = child('agent-1-1', 'read a; echo "got $a"; echo "oh $a" >&2; read b; echo "then $b"; cat; exit 3');
  await hosts.start(one);
  await hosts.write(one.id, 'hello\n', 0);
  await until(async () => (await textOf(join(outputs, one.id))) === 'got hello\n');
  await hosts.write(one.id, 'world\n', 1);
  await until(async () => (await textOf(join(outputs, one.id))) === 'got hello\nthen world\n');
  await hosts.closeInput(one.id);
  await until(() => ended.has(one.id));
  expect(ended.get(one.id)).toMatchObject({ exitCode: 3, signal: null, end: 'got hello\nthen world\n'.length });
  expect(await textOf(errorsFolder(join(outputs, one.id)))).toBe('oh hello\n');
  expect(readSaid(join(outputs, one.id))).toEqual([
    { printed: 0, text: 'hello\n' },
    { printed: 10, text: 'world\n' },
  ]);
});

it('says something twice to nobody: whoever was not told of a text is refused', async () => {
  const one = child('agent-1-1', 'cat');
  await hostsOf().start(one);
  await open[0]?.write(one.id, 'first\n', 0);
  open[0]?.detach();
  const next = hostsOf();
  expect(await next.adopt()).toMatchObject([{ id: one.id, current: true }]);
  await expect(next.write(one.id, 'first\n', 0)).rejects.toThrow('given 1 texts and not 0');
  await next.write(one.id, 'second\n', 1);
  await until(async () => (await textOf(join(outputs, one.id))) === 'first\nsecond\n');
  await next.end(one.id, 1000);
  await until(() => ended.has(one.id));
  expect(ended.get(one.id)).toMatchObject({ exitCode: null, signal: 1 });
});

it('is the same program when its start is asked for twice', async () => {
  const hosts = hostsOf();
  const one = child('agent-1-1', 'cat');
  const [first, second] = await Promise.all([hosts.start(one), hosts.start(one)]);
  expect(second.pid).toBe(first.pid);
  expect((await hosts.start(one)).pid).toBe(first.pid);
});

it('ends a program whose output was taken away, instead of waiting for a place to keep it', async () => {
  const go = join(folder, 'go');
  const one = {
    ...child('agent-1-1', `until [ -e '${go}' ]; do sleep 0.05; done; head -c 5000 /dev/zero; sleep 60`),
    keepBytes: 2000,
  };
  await hostsOf().start(one);
  await rm(join(outputs, one.id), { recursive: true });
  writeFileSync(go, '');
  await until(() => ended.has(one.id));
  expect(ended.get(one.id)).toMatchObject({ exitCode: null, signal: 9 });
});

it.runIf(process.platform === 'linux')(
  'starts nothing when there is no place for what it prints to stderr',
  async () => {
    const environment = { PATH: process.env.PATH ?? '', [markerName]: folder };
    const given = { command: '/bin/sleep', args: ['60'], directory: folder, environment, printed: () => 0 };
    const start = (place: string) => startOnPipes({ ...given, folder: place }, { onBytes: () => {}, onEnd: () => {} });
    await expect(start(join(folder, 'nowhere'))).rejects.toThrow('ENOENT');
    expect(findLeftovers({ group: null, marker: folder })).toEqual([]);
    const { pid } = await start(outputs);
    expect(findLeftovers({ group: null, marker: folder })).toHaveLength(1);
    process.kill(-pid, 'SIGKILL');
  },
);

it('gives the reason when a program on pipes cannot be started, and ends soon after one whose pipe others hold', async () => {
  const hosts = hostsOf();
  await expect(hosts.start(child('agent-1-1', '', '/nowhere'))).rejects.toThrow('ENOENT');
  expect(readdirSync(outputs)).toEqual([]);
  const one = child('agent-1-2', 'sleep 20 & echo $!');
  await hosts.start(one);
  await until(() => ended.has(one.id));
  const sleeper = Number(await textOf(join(outputs, one.id)));
  expect(lives(sleeper)).toBe(true);
  process.kill(sleeper, 'SIGKILL');
});
