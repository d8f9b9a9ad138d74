import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHosts, type Hosts } from '../../core/host/hosts';
import type { Ending } from '../../core/host/protocol';
import { extentOf } from '../../core/host/read';
import { readRecords } from '../../core/host/records';
import { lives } from '../support/lives';
import { until } from '../support/until';

const electron = createRequire(__filename)('electron') as unknown as string;
const program = {
  command: electron,
  args: [join(__dirname, '../../out/main/host.js')],
  env: { ELECTRON_RUN_AS_NODE: '1' },
};

let folder: string;
let run: string;
let outputs: string;
let hosts: Hosts;
const ended = new Map<string, Ending>();

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-electron-host-')));
  run = join(folder, 'run');
  outputs = join(folder, 'terminals');
  for (const each of [run, outputs]) mkdirSync(each, { mode: 0o700 });
  hosts = createHosts({
    ...{ program, run, outputs, logs: folder, version: '1' },
    environment: { PATH: process.env.PATH ?? '', HOME: folder },
    news: { grew: () => {}, ended: (id, ending) => void ended.set(id, ending), lost: () => {} },
    log: () => {},
  });
});
afterAll(async () => {
  hosts.detach();
  const records = readRecords(run);
  for (const { pid } of records) if (lives(pid)) process.kill(pid, 'SIGTERM');
  await until(() => records.every(({ pid }) => !lives(pid)));
  await rm(folder, { recursive: true, force: true });
});

test("what a program prints right before it ends is kept whole by the app's own program, however long that did not read", async () => {
  // More than a read gives and less than the system keeps, so that the program need not wait for who reads.
  const printed = 6_000;
  const go = join(folder, 'go');
  const command = `mkfifo ${go}; echo ready; read line < ${go}; head -c ${printed} /dev/zero | tr '\\0' x`;
  const { pid } = await hosts.start({
    ...{ id: 'terminal-1', command: '/bin/sh', args: ['-c', command], directory: folder, keepBytes: 1024 * 1024 },
    environment: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' },
    wiring: { kind: 'terminal', size: { columns: 80, rows: 24 } },
  });
  const output = join(outputs, 'terminal-1');
  const ready = 'ready\r\n'.length;
  await until(async () => (await extentOf(output)).end === ready);
  const [host] = readRecords(run);
  if (host === undefined) throw new Error('No host was started.');
  process.kill(host.pid, 'SIGSTOP');
  try {
    await writeFile(go, 'go\n');
    await until(() => !lives(pid));
  } finally {
    process.kill(host.pid, 'SIGCONT');
  }
  await until(() => ended.has('terminal-1'));
  expect(ended.get('terminal-1')).toMatchObject({ exitCode: 0, end: ready + printed });
  expect((await extentOf(output)).end).toBe(ready + printed);
});
