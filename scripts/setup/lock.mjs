import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './progress.mjs';

/** A holder touches its lock this often … */
const heartbeat = 2_000;
/** … and one that has not been touched for this long, watched by us, belongs to a process that died. */
const abandonedAfter = 15_000;

/**
 * Does work that only one process on this machine may do at a time; others wait their turn. A lock left by a
 * process that died is taken over, whatever its process id has become since.
 * @template T
 * @param {string} path the lock file
 * @param {() => Promise<T>} work
 * @param {number} [patience] how long an untouched lock is believed, in milliseconds
 * @returns {Promise<T>}
 */
export async function withLock(path, work, patience = abandonedAfter) {
  mkdirSync(dirname(path), { recursive: true });
  const token = `${process.pid} ${randomUUID()}`;
  await take(path, token, patience);
  const release = () => {
    if (readToken(path) === token) rmSync(path, { force: true });
  };
  const beat = setInterval(() => touch(path), heartbeat);
  const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    release();
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onSignal);
    release();
  }
}

/**
 * @param {string} path
 * @param {string} token
 * @param {number} patience
 */
async function take(path, token, patience) {
  let seen = '';
  let unchangedSince = performance.now();
  let told = false;
  for (;;) {
    try {
      writeFileSync(path, token, { flag: 'wx' });
      return;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const now = `${readToken(path)} ${touched(path)}`;
    if (now !== seen) {
      seen = now;
      unchangedSince = performance.now();
    } else if (performance.now() - unchangedSince > patience) {
      takeOver(path, token, seen);
    }
    if (!told && performance.now() - unchangedSince > 1_000) {
      say('· Another Switchyard command is setting up; waiting for it');
      told = true;
    }
    await sleep(150);
  }
}

/**
 * Moves an abandoned lock aside. Two waiters may try at once: the one that finds it has moved a fresh lock puts it back.
 * @param {string} path
 * @param {string} token
 * @param {string} seen
 */
function takeOver(path, token, seen) {
  const aside = `${path}.${token.split(' ')[1]}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (!seen.startsWith(readToken(aside))) {
    try {
      linkSync(aside, path);
    } catch {
      // A third process has taken the lock meanwhile; it is theirs.
    }
  }
  rmSync(aside, { force: true });
}

/** @param {string} path */
function readToken(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} path */
function touched(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Taken over while this process was suspended: the work goes on, the lock is no longer ours to touch.
  }
}
