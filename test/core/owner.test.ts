import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimDataFolder } from '../../core/owner';
import { readOwner } from '../../core/owner-record';
import { temporaryFolder } from './server/door';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const claim = (path = folder.path) => claimDataFolder({ folder: path, nativeBinding: null });
const record = { pid: 4242, startedAt: 7, version: '1.0.0', owner: 'app', socket: '/run/socket' } as const;

test('a data folder has one owner, whom the next one is told about', () => {
  const first = claim();
  if (first.kind !== 'owned') throw new Error('taken');
  expect(claim()).toEqual({ kind: 'taken', by: null });
  first.announce(record);
  expect(claim()).toEqual({ kind: 'taken', by: record });
  first.release();
  first.release();
  const second = claim();
  expect(second.kind).toBe('owned');
  if (second.kind === 'owned') second.release();
});

test('only its owner can read who owns it', () => {
  const owned = claim();
  if (owned.kind !== 'owned') throw new Error('taken');
  owned.announce(record);
  expect(statSync(join(folder.path, 'run')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder.path, 'run', 'owner.json')).mode & 0o777).toBe(0o600);
  owned.release();
  expect(existsSync(join(folder.path, 'run', 'owner.json'))).toBe(false);
});

test('a killed owner leaves nothing in the way of the next one', async () => {
  const script = `
    const Database = require('better-sqlite3');
    new Database(process.argv[1], { timeout: 0 }).exec('BEGIN EXCLUSIVE');
    console.log('held');
    setInterval(() => {}, 1000);`;
  const before = claim();
  if (before.kind !== 'owned') throw new Error('taken');
  before.release();
  const holder = spawn(process.execPath, ['-e', script, join(folder.path, 'run', 'lock')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  writeFileSync(join(folder.path, 'run', 'owner.json'), JSON.stringify(record));
  expect(claim()).toEqual({ kind: 'taken', by: record });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const after = claim();
  expect(after.kind).toBe('owned');
  expect(readOwner(folder.path)).toBeNull();
  if (after.kind === 'owned') after.release();
});

test('a folder that cannot be written says which one and what to do', () => {
  writeFileSync(join(folder.path, 'file'), '');
  const path = join(folder.path, 'file', 'data');
  expect(() => claim(path)).toThrow(
    expect.objectContaining({ code: 'NOT_WRITABLE', message: expect.stringContaining(path) }),
  );
  expect(() => claim(path)).toThrow(/SWITCHYARD_HOME/);
});

test('an unreadable record counts as nobody', () => {
  const owned = claim();
  if (owned.kind !== 'owned') throw new Error('taken');
  writeFileSync(join(folder.path, 'run', 'owner.json'), '{"pid": "x"');
  expect(readOwner(folder.path)).toBeNull();
  owned.release();
});
