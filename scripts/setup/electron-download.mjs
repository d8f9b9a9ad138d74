import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runtimeNode } from './node.mjs';
import { step } from './progress.mjs';

/** A download that has not brought its first byte by then is blocked … */
const firstByteWithin = 5_000;
/** … and one that brings none for this long has stalled. */
const nextByteWithin = 30_000;
/** How long a failure is remembered, so that each start does not pay for it again. */
const rememberedFor = 24 * 60 * 60 * 1000;

/**
 * @typedef {{ root: string, cache: string, mayRemember: boolean, patience?: { firstByte: number, nextByte: number }, now?: number }} Download
 */

/**
 * Lets electron's own installer download the official binary, and gives up early when nothing arrives.
 * @param {Download} download mayRemember: whether a failure within the last day is taken for an answer
 * @returns {Promise<string>} why there is none; empty when it was downloaded
 */
export async function downloadElectron({ root, cache, mayRemember, patience, now = Date.now() }) {
  const { home, version, memory } = about(root, cache);
  const remembered = mayRemember ? rememberedRefusal({ root, cache, now }) : '';
  if (remembered) return remembered;
  const refusal = await step(
    `Downloading Electron ${version}`,
    () => install(home, patience),
    (because) => because || 'done',
  );
  if (refusal) remember(memory, { at: now, because: refusal });
  else rmSync(memory, { force: true });
  return refusal;
}

/**
 * Why the last attempt failed, if that is less than a day ago.
 * @param {{ root: string, cache: string, now?: number }} where
 * @returns {string} empty when there is nothing to remember
 */
export function rememberedRefusal({ root, cache, now = Date.now() }) {
  const { memory } = about(root, cache);
  if (!existsSync(memory)) return '';
  const { at, because } = JSON.parse(readFileSync(memory, 'utf8'));
  return now - at < rememberedFor ? because : '';
}

/**
 * @param {string} root
 * @param {string} cache
 */
function about(root, cache) {
  const home = join(root, 'node_modules', 'electron');
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return { home, version, memory: join(cache, `electron-${version}-out-of-reach.json`) };
}

/**
 * @param {string} memory
 * @param {{ at: number, because: string }} failure
 */
function remember(memory, failure) {
  mkdirSync(join(memory, '..'), { recursive: true });
  writeFileSync(memory, JSON.stringify(failure));
}

/**
 * Runs the installer with a temporary folder of its own, so that the bytes it has got can be counted.
 * @param {string} home
 * @param {Download['patience']} patience
 */
async function install(home, patience = { firstByte: firstByteWithin, nextByte: nextByteWithin }) {
  const temporary = mkdtempSync(join(tmpdir(), 'electron-'));
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, NODE_USE_ENV_PROXY: '1' };
  const child = spawn(runtimeNode(), [join(home, 'install.js')], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const watching = new AbortController();
  const watched = watch([temporary, join(home, 'dist')], patience, watching.signal);
  try {
    const first = await Promise.race([ended.then((code) => ({ code })), watched.then((silent) => ({ silent }))]);
    if ('silent' in first) {
      child.kill('SIGKILL');
      await ended;
      return first.silent;
    }
    return first.code === 0 ? '' : firstReason(complaint);
  } finally {
    watching.abort();
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Resolves when the folders have stopped growing for too long.
 * @param {string[]} folders
 * @param {{ firstByte: number, nextByte: number }} patience
 * @param {AbortSignal} signal
 */
async function watch(folders, patience, signal) {
  let bytes = 0;
  let grewAt = performance.now();
  while (!signal.aborted) {
    await sleep(100, undefined, { ref: false });
    const now = folders.reduce((sum, folder) => sum + bytesIn(folder), 0);
    if (now > bytes) {
      bytes = now;
      grewAt = performance.now();
    }
    const allowed = bytes === 0 ? patience.firstByte : patience.nextByte;
    if (performance.now() - grewAt > allowed) return `nothing arrived for ${Math.round(allowed / 1000)} s`;
  }
  return '';
}

/** @param {string} folder */
function bytesIn(folder) {
  if (!existsSync(folder)) return 0;
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true })) {
    bytes += statSync(join(folder, String(name)), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** @param {string} complaint */
function firstReason(complaint) {
  const code = complaint.match(/\b(E[A-Z]{4,}|HTTPError|UND_ERR_\w+)\b/)?.[0];
  const line = complaint.split('\n').find((text) => text.trim() !== '') ?? 'the installer gave no reason';
  const reason = line.trim().replace(/^\w*Error: /, '');
  return code && !reason.includes(code) ? `${reason}, ${code}` : reason;
}
