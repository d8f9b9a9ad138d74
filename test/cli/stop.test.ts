import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attach } from '../../core/client';
import { claimDataFolder } from '../../core/owner';
import { readOwner } from '../../core/owner-record';
import { serveSocket } from '../../core/server/socket';
import { version } from '../../core/version';
import { doorRouter } from '../core/server/door';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeEach(async () => {
  terminal = await openTerminal();
});
afterEach(() => terminal.close());

test('stop does not close the window of the app unasked, and says how to', async () => {
  await terminal.start('app');
  const refused = await terminal.type(['stop']);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toBe(
    `Nothing was stopped: the Switchyard app (process ${process.pid}) owns ${terminal.config.folders.data}, and stopping would close its window. Quit it there, or type: switchyard stop --app\n`,
  );
  expect((await terminal.type(['status', '--json'])).json).toMatchObject({ running: true, owner: 'app' });
  expect((await terminal.type(['stop', '--app', '--json'])).json).toMatchObject({ stopped: true, pid: process.pid });
  expect((await terminal.type(['status', '--json'])).json).toMatchObject({ running: false });
});

test('stop ends the runtime in the background, and it and status say what the next start goes on with', async () => {
  await terminal.start();
  const add = ['task', 'add', '--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't', '--wait'];
  await terminal.type([...add, '--prompt', '[ask: Which?]']);
  await terminal.type([...add, '--prompt', '[write: a.txt | a]']);
  const left =
    /The next start goes on with 1 unfinished task: 1 \w+\.\nWaiting for your answer: 1 task\. See: \S+ inbox\nIn review for you: 1 change\.\n/;
  expect((await terminal.type(['stop'])).out).toMatch(left);
  expect((await terminal.type(['status'])).out).toMatch(left);
  expect((await terminal.type(['status', '--json'])).json.left).toMatchObject({
    tasks: { review: 1 },
    asking: 1,
    terminals: 0,
  });
  expect((await terminal.type(['stop', '--json'])).json).toEqual({ stopped: false, running: false });
});

test('stop --keep and --end say what becomes of programs on terminals, whatever the setting says', async () => {
  const again = async () => {
    await expect.poll(() => readOwner(terminal.config.folders.data), { timeout: 10_000, interval: 10 }).toBeNull();
    await terminal.start();
  };
  const openShell = async () => {
    const connection = await attach({ folder: terminal.config.folders.data, version });
    if (connection === null) throw new Error('there is no runtime');
    await connection.client.terminals.open({ task, kind: 'shell', size: { columns: 80, rows: 24 } });
    connection.close();
  };
  await terminal.start();
  const add = ['task', 'add', '--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't', '--json'];
  const task = (await terminal.type([...add, '--wait', '--prompt', '[write: a.txt | a]'])).json.id;
  await openShell();
  expect((await terminal.type(['stop', '--keep', '--end'])).code).toBe(2);
  expect((await terminal.type(['stop', '--keep'])).out).toContain('1 program on terminals may run on');
  await again();
  expect((await terminal.type(['stop'])).out).toContain(
    '1 program on terminals ended with it. To keep such programs running: switchyard stop --keep,',
  );
  await again();
  await openShell();
  await terminal.type(['settings', 'set', 'keepTerminals', 'true']);
  const ended = await terminal.type(['stop', '--end', '--json']);
  expect(ended.json).toMatchObject({ stopped: true, left: { terminals: 0 } });
});

test('stop of a runtime of another version has happened when it says so', async () => {
  const { data, run } = terminal.config.folders;
  const claimed = claimDataFolder({ folder: data, nativeBinding: null });
  if (claimed.kind !== 'owned') throw new Error('taken');
  // It takes its time to park what is in hand.
  const program = "process.on('SIGTERM', () => setTimeout(() => process.exit(), 1500)); console.log('up');";
  const other = spawn(process.execPath, ['-e', `${program} setInterval(() => {}, 1000)`]);
  const ended = once(other, 'exit');
  await once(other.stdout, 'data');
  const served = await serveSocket({
    router: doorRouter().router,
    path: join(run, 'socket'),
    version: '0.0.1',
    log: () => {},
  });
  const pid = other.pid ?? 0;
  const record = { pid, startedAt: Date.now(), version: '0.0.1', owner: 'background', socket: served.path } as const;
  claimed.announce(record);
  try {
    const refused = await terminal.type(['stop', '--keep']);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining('of version 0.0.1 and cannot be told --keep'),
    });
    const stopped = await terminal.type(['stop', '--json']);
    expect(stopped.json).toMatchObject({ stopped: true, pid });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  } finally {
    other.kill('SIGKILL');
    await ended;
    await served.close();
    claimed.release();
  }
});

/** Starts a runtime where the app has been, and gives what the app then does: it takes over as soon as nobody owns the folder. */
async function startBesideApp(): Promise<() => Promise<void>> {
  const { folders } = terminal.config;
  await terminal.start();
  mkdirSync(join(folders.data, 'window'));
  return async () => {
    await expect.poll(() => readOwner(folders.data), { timeout: 10_000, interval: 10 }).toBeNull();
    await terminal.start('app');
  };
}

test('stop says when the app took over, and so that what was in hand goes on', async () => {
  const takeOver = await startBesideApp();
  const [stopped] = await Promise.all([terminal.type(['stop']), takeOver()]);
  const { pid } = process;
  expect(stopped).toMatchObject({
    code: 0,
    out: `Stopped (process ${pid}). The app (process ${pid}) has taken over, and what was in hand goes on there.\n`,
  });
});

test('stop --app also quits the app that takes the place of the runtime in the background', async () => {
  const takeOver = await startBesideApp();
  const [stopped] = await Promise.all([terminal.type(['stop', '--app', '--json']), takeOver()]);
  expect(stopped.json).toMatchObject({ stopped: true, pid: process.pid, app: { pid: process.pid } });
  expect((await terminal.type(['status', '--json'])).json).toMatchObject({ running: false });
});
