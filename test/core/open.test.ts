import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attach } from '../../core/client';
import { readConfig } from '../../core/config';
import { makeSocketPlace } from '../../core/host/socket-place';
import { openRuntime } from '../../core/open';
import { claimDataFolder, type Ownership } from '../../core/owner';
import { isStarting, ownerPatience } from '../../core/owner-patience';
import { readOwner } from '../../core/owner-record';
import { claimTasks } from '../../core/store/claims';
import { closeDatabase, type Database, openDatabase } from '../../core/store/database';
import { listTransitions } from '../../core/store/transitions';
import { version } from '../../core/version';
import { temporaryFolder } from './server/door';
import { addRepository, addTask } from './store/store';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const open = (data = join(folder.path, 'data')) =>
  openRuntime({
    config: readConfig({ PATH: process.env.PATH, HOME: folder.path, SWITCHYARD_HOME: data }),
    owner: 'background',
    askHuman: null,
    desktop: null,
    onStopRequested: () => {},
  });

test('whoever comes second learns at once that the first one starts, and then how it is reached', async () => {
  const data = join(folder.path, 'data');
  const opening = open();
  expect(readOwner(data)).toMatchObject({ pid: process.pid, socket: null });
  expect(await open()).toMatchObject({ kind: 'taken', by: { pid: process.pid, socket: null } });
  expect(await attach({ folder: data, version })).toBeNull();
  const opened = await opening;
  if (opened.kind !== 'owned') throw new Error('taken');
  const connection = await attach({ folder: data, version });
  expect((await connection?.client.runtime.status())?.pid).toBe(process.pid);
  connection?.close();
  await opened.close();
  expect(readOwner(data)).toBeNull();
});

test('a data folder with a very long path is reached, and a killed owner leaves no socket anywhere', async () => {
  const data = join(folder.path, 'd'.repeat(200), 'e'.repeat(200));
  mkdirSync(join(data, 'run'), { recursive: true, mode: 0o700 });
  const killed = makeSocketPlace(join(data, 'run'), 'socket');
  writeFileSync(killed, '');
  const before = { pid: 999_999_999, startedAt: 1, version, owner: 'background', socket: killed } as const;
  writeFileSync(join(data, 'run', 'owner.json'), JSON.stringify(before));
  const opened = await open(data);
  if (opened.kind !== 'owned') throw new Error('taken');
  expect(existsSync(dirname(killed))).toBe(false);
  const socket = opened.owner.socket ?? '';
  expect([statSync(dirname(socket)).mode & 0o777, statSync(socket).mode & 0o777]).toEqual([0o700, 0o600]);
  const connection = await attach({ folder: data, version });
  expect((await connection?.client.runtime.status())?.pid).toBe(process.pid);
  connection?.close();
  await opened.close();
  expect(existsSync(dirname(socket))).toBe(false);
});

test('what ended with the machine is not taken to have died of itself', async () => {
  const data = join(folder.path, 'data');
  const used = async () => {
    const opened = await open(data);
    if (opened.kind === 'owned') await opened.close();
  };
  const atWork = <T>(act: (db: Database) => T): T => {
    const db = openDatabase({ file: join(data, 'switchyard.db') });
    try {
      return act(db);
    } finally {
      closeDatabase(db);
    }
  };
  await used();
  const before = { pid: 999_999_999, version, owner: 'background', socket: null } as const;
  atWork(addRepository);
  const ends: string[] = [];
  // As it is left by one that died: before this boot, and in it.
  for (const startedAt of [1, Date.now()]) {
    const task = atWork((db) => {
      const id = addTask(db);
      claimTasks(db, { worker: 'w', limit: 10, now: Date.now(), leaseMs: 1e9 });
      return id;
    });
    writeFileSync(join(data, 'run', 'owner.json'), JSON.stringify({ ...before, startedAt }));
    await used();
    ends.push(atWork((db) => listTransitions(db, task).find(({ by }) => by === 'recovery')?.reason ?? ''));
  }
  expect(ends).toEqual([
    'The computer was restarted while it ran.',
    expect.stringMatching(/^Switchyard ended without warning/),
  ]);
});

describe('patience with an owner', () => {
  let owner: Ownership;
  beforeEach(() => {
    const claimed = claimDataFolder({ folder: folder.path, nativeBinding: null });
    if (claimed.kind !== 'owned') throw new Error('taken');
    owner = claimed;
  });
  afterEach(() => owner.release());

  const record = { pid: process.pid, startedAt: Date.now(), version, owner: 'app', socket: null } as const;
  const folders = () => ({ data: folder.path, run: join(folder.path, 'run') });

  test('lasts as long as it starts, however short it is otherwise', async () => {
    owner.announce(record);
    const again = ownerPatience(folders(), 0);
    let ended = false;
    const waiting = again().then((result) => {
      ended = true;
      return result;
    });
    // Another that waits beside it sees the folder change, and this one still has nothing to try.
    const watcher = watch(folders().run);
    const seen = once(watcher, 'change');
    owner.announce({ ...record, version: '0.0.1' });
    await seen;
    watcher.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    owner.announce({ ...record, socket: '/run/socket' });
    expect(await waiting).toBe(true);
  });

  test('ends when an owner that is up does not answer', async () => {
    owner.announce({ ...record, socket: '/run/socket' });
    expect(await ownerPatience(folders(), 0)()).toBe(false);
    expect(await ownerPatience(folders(), 60_000)()).toBe(true);
  });

  test('is not wasted on one that died while it started', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await once(dead, 'exit');
    owner.announce({ ...record, pid: dead.pid ?? 0 });
    expect(isStarting(folder.path)).toBe(false);
    owner.announce({ ...record, startedAt: Date.now() - 3_600_000 });
    expect(isStarting(folder.path)).toBe(false);
    owner.announce(record);
    expect(isStarting(folder.path)).toBe(true);
  });
});
