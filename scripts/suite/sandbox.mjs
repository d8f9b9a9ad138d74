import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from '../setup/places.mjs';

/** What the tests may know of the machine. Keys, endpoints, a display, git's and npm's variables are not among it. */
const passed = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'TERM',
  'COLORTERM',
  'FORCE_COLOR',
  'NO_COLOR',
  'CI',
  'SHELL',
  'USER',
  'LOGNAME',
  // How much the suites of random faults try, and from which seed.
  'SWITCHYARD_TEST_SETS',
  'SWITCHYARD_TEST_KILLS',
  'SWITCHYARD_TEST_RACES',
  'SWITCHYARD_TEST_SEED',
];
const passedOnWindows = ['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'windir', 'NUMBER_OF_PROCESSORS'];

/** What a run of all tests keeps in files at its fullest, with room to spare. */
const roomBytes = 4 * 1024 ** 3;

/** Linux's file system in memory, and its number in statfs(2). */
const memory = { path: '/dev/shm', type: 0x01021994 };

/**
 * A place of its own for one run of the tests: temporary folder, home and git identity, all removed at the end.
 * The path is short because Unix sockets live in it, and they may have about 100 characters.
 * @returns {{ folder: string, records: string, env: NodeJS.ProcessEnv, remove: () => void }}
 */
export function openSandbox() {
  const folder = realpathSync(inMemory(process.env) ?? mkdtempSync(join(tmpdir(), 'sy-')));
  const home = join(folder, 'home');
  const temporary = join(folder, 't');
  const records = join(folder, 'records');
  for (const path of [home, temporary, records]) mkdirSync(path);
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Switchyard Test\n\temail = test@switchyard.invalid\n[init]\n\tdefaultBranch = main\n',
  );
  return {
    folder,
    records,
    env: testEnvironment(process.env, { home, temporary }),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/**
 * The environment of the tests, made from the machine's by an allow-list.
 * @param {NodeJS.ProcessEnv} machine
 * @param {{ home: string, temporary: string }} folders
 * @returns {NodeJS.ProcessEnv}
 */
export function testEnvironment(machine, { home, temporary }) {
  /** @type {NodeJS.ProcessEnv} */
  const env = {};
  for (const name of [...passed, ...passedOnWindows]) if (machine[name] !== undefined) env[name] = machine[name];
  env.PATH = [join(root, 'node_modules', '.bin'), env.PATH].join(delimiter);
  return { ...env, HOME: home, USERPROFILE: home, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
}

/**
 * A new folder in memory, where the thousands of small repositories the tests make and remove cost no disk. Null where
 * the person chose a place by TMPDIR, where memory is short, and where no program may run from it.
 * @param {NodeJS.ProcessEnv} machine
 * @returns {string | null}
 */
export function inMemory(machine) {
  if (process.platform !== 'linux' || machine.TMPDIR) return null;
  /** @type {string | undefined} */
  let folder;
  try {
    const { type, bavail, bsize } = statfsSync(memory.path);
    if (type !== memory.type || bavail * bsize < roomBytes || freemem() < 2 * roomBytes) return null;
    folder = mkdtempSync(join(memory.path, 'sy-'));
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
    const { status } = spawnSync(program);
    rmSync(program);
    if (status === 0) return folder;
  } catch {
    // Whatever is wrong with it, the disk does as well.
  }
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  return null;
}
