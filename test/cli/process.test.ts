import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { attach, type Connection } from '../../core/client';
import { makeFolder } from '../../core/make-folder';
import { readOwner } from '../../core/owner-record';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { version } from '../../core/version';
import { ensureBuilt } from '../../scripts/setup/build.mjs';
import { openTerminal } from './terminal';

/** The program as people have it: it starts in less than half the time of its sources. */
const program = resolve(import.meta.dirname, '../../out/main/cli.js');
beforeAll(ensureBuilt, 120_000);

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeEach(async () => {
  terminal = await openTerminal();
});
afterEach(async () => {
  if (readOwner(terminal.config.folders.data) !== null) await command('stop');
  await terminal.close();
});

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: terminal.folder,
    env: { ...terminal.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ran = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ran.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ran.err += text;
  });
  const ended: Promise<Ran> = once(child, 'close').then(([code]) => ({ code: code as number | null, ...ran }));
  return { child, ended };
}

const command = (...words: string[]) => start(words).ended;
const status = async () => JSON.parse((await command('status', '--json')).out);
/** A dead process nobody has waited for yet still answers to its id. */
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' && process.platform !== 'linux';
  }
};

test('a command starts the runtime it needs, which outlives the command and ends when told to', {
  timeout: 60_000,
}, async () => {
  expect(await status()).toEqual({
    running: false,
    left: null,
    killedWith: null,
    version: expect.any(String),
    dataFolder: terminal.config.folders.data,
    url: null,
  });
  const added = await command(
    'task',
    'add',
    '--repository',
    'my repository',
    '--trust',
    '--agent',
    'echo',
    '--title',
    't',
    '--prompt',
    'p',
    '--wait',
    '--json',
  );
  expect(added).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(added.out).state).toBe('review');
  const { pid, owner } = await status();
  expect(owner).toBe('background');
  expect(alive(pid)).toBe(true);
  const stopped = await command('stop', '--json');
  expect(JSON.parse(stopped.out)).toMatchObject({ stopped: true, pid, left: { terminals: 0 } });
  await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
  expect(existsSync(join(terminal.config.folders.run, 'owner.json'))).toBe(false);
  expect(await status()).toMatchObject({ running: false });
  // What reads for itself ends when it has read, and leaves nobody behind.
  expect(await command('task', 'list')).toMatchObject({ code: 0, err: expect.stringContaining('nothing was started') });
  expect(await status()).toMatchObject({ running: false });
});

test('commands started at once share one runtime', { timeout: 60_000 }, async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => command('start', '--json')));
  const pids = all.map((ran) => JSON.parse(ran.out).pid);
  expect(new Set(pids).size).toBe(1);
});

test('a runtime with nothing to do ends by itself, but not while somebody is attached', {
  timeout: 60_000,
}, async () => {
  const runtime = start(['serve', '--idle-minutes', '0.02']);
  let connection: Connection | null = null;
  const attached = async () => {
    connection = await attach({ folder: terminal.config.folders.data, version });
    return connection;
  };
  await expect.poll(attached, { timeout: 20_000 }).not.toBeNull();
  const threeTimesIdle = new Promise<string>((resolve) => setTimeout(() => resolve('still there'), 3600));
  expect(await Promise.race([runtime.ended, threeTimesIdle])).toBe('still there');
  (connection as Connection | null)?.close();
  expect(await runtime.ended).toMatchObject({ code: 0, out: expect.stringContaining('nothing to do') });
});

test('a killed runtime is replaced by the next command, and nothing acknowledged is lost', {
  timeout: 60_000,
}, async () => {
  const add = [
    'task',
    'add',
    '--repository',
    'my repository',
    '--trust',
    '--agent',
    'echo',
    '--title',
    't',
    '--prompt',
    'Wait\n[permission: make]',
    '--wait',
    '--json',
  ];
  const task = JSON.parse((await command(...add)).out);
  const pid = readOwner(terminal.config.folders.data)?.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => alive(pid)).toBe(false);
  const inbox = await command('inbox');
  expect(inbox.out).toContain('permission: Run make');
  // A busy machine says first that it waits.
  expect(inbox.err).toMatch(
    /^(?:Waiting for the runtime\. .*\n)?No runtime was running, so one was started in the background\. It goes on with 1 unfinished task\./,
  );
  expect((await command('inbox')).err).not.toContain('runtime');
  const again = JSON.parse((await command('task', 'wait', String(task.id), '--json')).out);
  expect(again.id).toBe(task.id);
  const [request] = again.requests;
  expect(request).toBeDefined();
  expect((await command('answer', String(request.id), '--allow')).code).toBe(0);
  expect(JSON.parse((await command('task', 'wait', String(task.id), '--json')).out).state).toBe('review');
});

test('a data folder that cannot be used is said in one sentence', { timeout: 60_000 }, async () => {
  writeFileSync(join(terminal.folder, 'file'), '');
  const ran = await start(['task', 'list', '--json'], { SWITCHYARD_HOME: join(terminal.folder, 'file', 'data') }).ended;
  expect(ran.code).toBe(1);
  const { error } = JSON.parse(ran.out);
  expect(error.code).toBe('NOT_WRITABLE');
  expect(error.message).toContain(join(terminal.folder, 'file', 'data'));
});

test.runIf(process.platform === 'linux')('typed in a folder that is gone it says so in one line', () => {
  const gone = join(terminal.folder, 'gone');
  const line = `mkdir '${gone}' && cd '${gone}' && rmdir '${gone}' && exec '${process.execPath}' '${program}' status`;
  const ran = spawnSync('/bin/sh', ['-c', line], { env: terminal.environment, encoding: 'utf8' });
  expect(ran).toMatchObject({ status: 1, stderr: expect.stringMatching(/^The folder you are in is not there .*\n$/) });
});

test('status says which file stands where the data folder would be', { timeout: 60_000 }, async () => {
  const file = join(terminal.folder, 'file');
  writeFileSync(file, '');
  const ran = await start(['status'], { SWITCHYARD_HOME: join(file, 'data') }).ended;
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toBe(
    `${join(file, 'data')} cannot be made: ${file} is a file. Set SWITCHYARD_HOME to a folder, or move the file away.\n`,
  );
});

test('a database from a newer version is left alone and said so', { timeout: 60_000 }, async () => {
  makeFolder(terminal.config.folders.data);
  const database = openDatabase({ file: terminal.config.folders.database });
  database.pragma('user_version = 9999');
  closeDatabase(database);
  const before = readFileSync(terminal.config.folders.database);
  const ran = await command('task', 'list', '--json');
  expect(JSON.parse(ran.out).error.code).toBe('NEWER_DATABASE');
  expect(readFileSync(terminal.config.folders.database).equals(before)).toBe(true);
});

test.runIf(existsSync('/dev/full'))(
  'output that cannot be written is said in a line, and fails the command',
  async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [program, 'help'], {
      cwd: terminal.folder,
      env: terminal.environment,
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    let err = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(err).toMatch(/^The output could not be written: ENOSPC.*\n$/);
  },
);

test('a log that is followed ends cleanly by Ctrl+C, when nobody reads it any more, and with its task', {
  timeout: 60_000,
}, async () => {
  await terminal.start();
  const add = ['task', 'add', '--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't'];
  const { json } = await terminal.type([...add, '--prompt', 'Go\n[permission: make]', '--wait', '--json']);
  const follow = () => {
    const following = start(['logs', String(json.id), '--follow']);
    const asks = new Promise<void>((resolve) => {
      let out = '';
      following.child.stdout.on('data', (text: string) => {
        out += text;
        if (out.includes('? Run make')) resolve();
      });
    });
    return { ...following, asks };
  };
  // Ctrl+C counts from the first line on, before there is anything to follow.
  for (const words of [
    ['logs', String(json.id), '--follow'],
    ['task', 'wait', String(json.id)],
  ]) {
    const pressed = new AbortController();
    if (words[0] === 'task') pressed.abort();
    const early = await terminal.type(words, { signal: pressed.signal, onPrinted: () => pressed.abort() });
    expect(early).toMatchObject({ code: words[0] === 'task' ? 1 : 0 });
  }
  const [interrupted, unread, whole] = [follow(), follow(), follow()];
  await Promise.all([interrupted.asks, unread.asks, whole.asks]);
  interrupted.child.kill('SIGINT');
  expect(await interrupted.ended).toMatchObject({ code: 0, err: '' });
  // What it prints next has no reader.
  unread.child.stdout.destroy();
  await terminal.type(['answer', String(json.requests[0].id), '--allow']);
  expect(await unread.ended).toMatchObject({ code: 0, err: '' });
  expect(await whole.ended).toMatchObject({ code: 0, err: '', out: expect.stringContaining('In review.') });
});
