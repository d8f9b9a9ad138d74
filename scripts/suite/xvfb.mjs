import { spawn } from 'node:child_process';
import { SetupFailure } from '../setup/failure.mjs';

/**
 * A display without a screen, for windows that nobody watches. It picks a free number itself, so runs do not collide.
 * Only Linux needs one; elsewhere the desktop's own is used.
 * @returns {Promise<{ env: Record<string, string>, close: () => Promise<void> }>}
 */
export async function openDisplay() {
  if (process.platform !== 'linux') return { env: {}, close: async () => {} };
  const args = ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp', '-noreset'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => server.once('close', resolve));
  const close = async () => {
    server.kill('SIGTERM');
    await ended;
  };
  let complaint = '';
  server.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });
  /** @type {Promise<string>} */
  const number = new Promise((resolve) => server.stdio[3]?.once('data', (chunk) => resolve(String(chunk).trim())));
  const display = await Promise.race([number, ended.then(() => '')]);
  if (display) return { env: { DISPLAY: `:${display}` }, close };
  throw new SetupFailure({
    tried: `Xvfb ${args.join(' ')}`,
    because: complaint || 'it ended at once',
    type: 'Xvfb -displayfd 1',
  });
}

/**
 * Several such displays, named in DISPLAY (the first) and SWITCHYARD_TEST_DISPLAYS (all, with commas between).
 * @param {number} count
 * @returns {Promise<{ env: Record<string, string>, close: () => Promise<void> }>}
 */
export async function openDisplays(count) {
  /** @type {Awaited<ReturnType<typeof openDisplay>>[]} */
  const open = [];
  const close = async () => {
    await Promise.all(open.map((display) => display.close()));
  };
  try {
    for (let number = 0; number < count; number += 1) open.push(await openDisplay());
  } catch (error) {
    await close();
    throw error;
  }
  const names = open.flatMap((display) => display.env.DISPLAY ?? []);
  return names.length === 0
    ? { env: {}, close }
    : { env: { DISPLAY: names[0] ?? '', SWITCHYARD_TEST_DISPLAYS: names.join(',') }, close };
}
