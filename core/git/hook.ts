import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './checkout';
import { runGit } from './run';
import { listSettings } from './settings';

/**
 * Runs one of a trusted repository's hooks, as git would at this point, and gives a notice when the hook failed. For
 * hooks whose failure does not undo what was done. An untrusted repository's hooks are not run.
 */
export async function runHook(
  place: Place,
  name: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string[]> {
  if (!place.trusted || (await isWithout(place, name))) return [];
  const { exitCode, stdout, stderr } = await runGit(place, ['hook', 'run', '--ignore-missing', name, '--', ...args], {
    signal,
    successExitCodes: Array.from({ length: 255 }, (_, index) => index + 1),
  });
  if (exitCode === 0) return [];
  const said = `${stdout.toString('utf8')}${stderr}`.trim().slice(-1_000);
  return [`The hook ${name} ended with status ${exitCode}${said === '' ? '.' : `: ${said}`}`];
}

/** Whether git need not be asked, because nothing but the usual folder may hold the hook, and nothing is there. */
async function isWithout(place: Place, name: string): Promise<boolean> {
  // There it may also have the ending of a program.
  if (process.platform === 'win32') return false;
  const settings = await listSettings(place);
  // A hook may lie elsewhere, and since git 2.54 be configured.
  if (settings.some(([key]) => key === 'core.hookspath' || key.startsWith('hook.'))) return false;
  const found = await lstat(join(place.checkout.commonDir, 'hooks', name)).catch((error) => error.code);
  return found === 'ENOENT' || found === 'ENOTDIR';
}
