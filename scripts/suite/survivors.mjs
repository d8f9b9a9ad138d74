import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../setup/run.mjs';

/** How long a process may take to end after the tests have. */
const grace = 3_000;

/** @typedef {{ pid: number, command: string }} Survivor */

/**
 * The processes that the tests started and did not end. They are known by the run's folder: it is in their environment,
 * on their command line, or they work inside it.
 * @param {string} folder
 * @param {number} [patience] how long they may take to end, in milliseconds
 * @returns {Promise<Survivor[]>}
 */
export async function survivors(folder, patience = grace) {
  const until = performance.now() + patience;
  for (;;) {
    const found = process.platform === 'linux' ? fromProc(folder) : await fromPs(folder);
    if (found.length === 0 || performance.now() > until) return found;
    await sleep(100);
  }
}

/**
 * Ends them, so that a failed run leaves the machine as it was.
 * @param {readonly Survivor[]} processes
 */
export function end(processes) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself meanwhile.
    }
  }
}

/**
 * @param {string} folder
 * @returns {Survivor[]}
 */
function fromProc(folder) {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && belongs(pid, folder))
    .map((pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ').trim() }))
    .filter(({ command }) => command !== '');
}

/**
 * @param {number} pid
 * @param {string} folder
 */
function belongs(pid, folder) {
  return read(pid, 'environ').includes(folder) || read(pid, 'cmdline').includes(folder) || cwd(pid).startsWith(folder);
}

/**
 * A process may end, or belong to somebody else, between two lines: then there is nothing to read.
 * @param {number} pid
 * @param {string} file
 */
function read(pid, file) {
  try {
    return readFileSync(join('/proc', String(pid), file), 'utf8');
  } catch {
    return '';
  }
}

/** @param {number} pid */
function cwd(pid) {
  try {
    return readlinkSync(join('/proc', String(pid), 'cwd'));
  } catch {
    return '';
  }
}

/**
 * @param {string} folder
 * @returns {Promise<Survivor[]>}
 */
async function fromPs(folder) {
  if (process.platform === 'win32') return [];
  const { output } = await run('ps', ['-Axo', 'pid=,command=']);
  return output
    .split('\n')
    .filter((line) => line.includes(folder))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+\s+/, '') }));
}
