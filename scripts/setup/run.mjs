import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** How much of a program's output is kept to explain a failure. */
const keptOutput = 64 * 1024;

/**
 * @typedef {{ code: number, output: string }} Ended how a program ended; a signal counts as 128 + its number, as in a shell
 * @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} RunOptions
 */

/**
 * Runs a program to its end with its output kept, the newest 64 KiB. A program that is not there throws.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Ended>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk).slice(-keptOutput);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: exitCode(code, signal), output }));
  });
}

/**
 * Starts a program in the person's terminal, hands it the signals this script gets, and gives its exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function handOver(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' });
    // A terminal sends Ctrl-C to the child as well; only without one does it need to be passed on.
    const passOn = (/** @type {NodeJS.Signals} */ signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, passOn);
    const watching = watchNpm(() => child.kill('SIGTERM'));
    const letGo = () => {
      clearInterval(watching);
      for (const signal of signals) process.off(signal, passOn);
    };
    child.once('error', (error) => {
      letGo();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      letGo();
      resolve(exitCode(code, signal));
    });
  });
}

/**
 * npm passes a signal to its shell, and the shell dies without passing it on. Being orphaned is then the only sign.
 * @param {() => void} onOrphaned
 */
function watchNpm(onOrphaned) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onOrphaned();
  }, 250);
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function exitCode(code, signal) {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

/**
 * The last lines of a program's output: where compilers and installers say what went wrong.
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 15) {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
