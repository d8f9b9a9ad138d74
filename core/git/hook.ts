import type { Place } from './checkout';
import { runGit } from './run';

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
  if (!place.trusted) return [];
  const { exitCode, stdout, stderr } = await runGit(place, ['hook', 'run', '--ignore-missing', name, '--', ...args], {
    signal,
    successExitCodes: Array.from({ length: 255 }, (_, index) => index + 1),
  });
  if (exitCode === 0) return [];
  const said = `${stdout.toString('utf8')}${stderr}`.trim().slice(-1_000);
  return [`The hook ${name} ended with status ${exitCode}${said === '' ? '.' : `: ${said}`}`];
}
