import type { Place } from './checkout';
import { runGit } from './run';

/**
 * The commits a branch was moved to for a reason, as git noted it beside them: that stands there whatever the commits are called, and
 * whoever made them. None when the branch, or what was noted of it, is gone.
 */
export async function commitsFor(
  place: Place,
  { branch, reason }: { readonly branch: string; readonly reason: string },
): Promise<string[]> {
  const args = ['log', '--walk-reflogs', '--no-show-signature', '--fixed-strings', `--grep-reflog=${reason}: `];
  const ref = `refs/heads/${branch}`;
  const options = { successExitCodes: [128] };
  const { stdout } = await runGit(place, [...args, '--format=tformat:%H %gs', '--end-of-options', ref], options);
  return stdout
    .toString('utf8')
    .split('\n')
    .map((line) => ({ oid: line.slice(0, line.indexOf(' ')), noted: line.slice(line.indexOf(' ') + 1) }))
    .filter(({ noted }) => noted.startsWith(`${reason}: `))
    .map(({ oid }) => oid);
}
