import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connectHost } from '../../../core/host/connection';
import { protocol } from '../../../core/host/protocol';
import { lives as hostLives, readRecords, recordFile, removeRecord, socketFor } from '../../../core/host/records';
import { startHost } from '../../../core/host/start';
import { hostProgram } from '../../support/host';
import { lives } from '../../support/lives';

const id = '0123456789abcdef';

/** A folder with an empty run folder in it. */
function temporaryRun(): { readonly folder: string; readonly run: string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'host-records-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const run = join(folder, 'data', 'run');
  mkdirSync(run, { recursive: true, mode: 0o700 });
  return { folder, run };
}

/** Leaves a record and something at its socket's place, with the lock of whoever owns the folder beside it. */
function leave(run: string, socket: string) {
  const record = { id, pid: 999_999_999, socket };
  writeFileSync(recordFile(run, id), JSON.stringify(record));
  writeFileSync(join(dirname(socket), 'lock'), '');
  writeFileSync(socket, '');
  return record;
}

it('leaves the run folder alone that a copied record speaks of', () => {
  const { folder, run } = temporaryRun();
  const record = leave(run, socketFor(run, id));
  const copied = join(folder, 'copy', 'run');
  cpSync(run, copied, { recursive: true });
  expect(readRecords(copied)).toEqual([]);
  removeRecord(copied, record);
  expect(readdirSync(run).sort()).toEqual([`host-${id}.json`, `host-${id}.socket`, 'lock']);
});

it('forgets a host found by another spelling of the path, and nothing beside it', () => {
  const { folder, run } = temporaryRun();
  const record = leave(run, socketFor(run, id));
  symlinkSync(join(folder, 'data'), join(folder, 'link'));
  const other = join(folder, 'link', 'run');
  expect(readRecords(other)).toEqual([record]);
  removeRecord(other, record);
  expect(readdirSync(run)).toEqual(['lock']);
});

it('takes a folder that was made for a socket alone away with it, unless something else is in it', () => {
  const { folder } = temporaryRun();
  const run = join(folder, 'a'.repeat(100), 'run');
  mkdirSync(run, { recursive: true });
  const socket = socketFor(run, id);
  const own = dirname(socket);
  onTestFinished(() => rmSync(own, { recursive: true, force: true }));
  expect(dirname(own)).toBe(tmpdir());
  const record = leave(run, socket);
  expect(readRecords(run)).toEqual([record]);
  removeRecord(run, record);
  expect(readdirSync(own)).toEqual(['lock']);
  rmSync(join(own, 'lock'));
  removeRecord(run, record);
  expect(existsSync(own)).toBe(false);
});

it('leaves alone what another run folder with as long a path has for its own socket', () => {
  const { folder } = temporaryRun();
  const [run, copied] = ['a', 'b'].map((name) => join(folder, name.repeat(100), 'run')) as [string, string];
  for (const each of [run, copied]) mkdirSync(each, { recursive: true });
  const record = leave(run, socketFor(run, id));
  onTestFinished(() => rmSync(dirname(record.socket), { recursive: true, force: true }));
  cpSync(run, copied, { recursive: true });
  expect(readRecords(copied)).toEqual([]);
  removeRecord(copied, record);
  expect(readdirSync(dirname(record.socket)).sort()).toEqual(['lock', 'socket']);
});

it('a host of a run folder with a very long path is reached, also when temporary files are somewhere deep', async () => {
  const { folder } = temporaryRun();
  const deep = join(folder, 'a'.repeat(200), 'b'.repeat(200));
  const run = join(deep, 'run');
  mkdirSync(run, { recursive: true });
  vi.stubEnv('TMPDIR', deep);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const given = { program: hostProgram, run, outputs: folder, logs: folder, version: '1' };
  const record = await startHost({ ...given, environment: { PATH: process.env.PATH ?? '' } });
  expect(dirname(dirname(record.socket))).toBe('/tmp');
  const connection = await connectHost({
    ...{ record, version: '1', protocol, patienceMs: 10_000 },
    news: { grew: () => {}, ended: () => {} },
  });
  if (typeof connection === 'string') throw new Error(connection);
  expect(await connection.ask({ type: 'list' })).toEqual([]);
  connection.dismiss();
  await expect.poll(() => lives(record.pid), { timeout: 10_000 }).toBe(false);
  expect(existsSync(dirname(record.socket))).toBe(false);
});

it('ends a host that does not say that it is ready, says so, and leaves nothing of it', async () => {
  const { folder, run } = temporaryRun();
  const pidFile = join(folder, 'pid');
  const script = 'require("fs").writeFileSync(process.env.PID_FILE, String(process.pid)); setInterval(() => {}, 1000)';
  const starting = startHost({
    program: { command: process.execPath, args: ['-e', script, '--'], env: { PID_FILE: pidFile } },
    ...{ run, outputs: folder, logs: folder, version: '1', environment: {}, startMs: 1500 },
  });
  await expect(starting).rejects.toThrow('nothing was heard of it for 1.5 s, so it was ended');
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await expect.poll(() => lives(pid)).toBe(false);
  expect(readdirSync(run)).toEqual([]);
}, 20_000);

it.runIf(process.platform === 'linux')(
  'counts a host as dead that is, though nobody has waited for it yet',
  async () => {
    // What takes the shell's place never waits for what the shell started, and that goes on until it has.
    const until = 'until [ "$(cat /proc/$PPID/comm)" = sleep ]; do :; done';
    const parent = spawn('/bin/sh', ['-c', `/bin/sh -c '${until}' & echo $!; exec /bin/sleep 600`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [said] = await once(parent.stdout, 'data');
    const pid = Number(String(said).trim());
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/\) Z /);
    // The control: to the system there is still a process of that number.
    expect(process.kill(pid, 0)).toBe(true);
    expect(hostLives(pid)).toBe(false);
    expect(hostLives(process.pid)).toBe(true);
  },
);
