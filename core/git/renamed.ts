import type { Place } from './checkout';
import { refOid } from './resolve';
import { runGit } from './run';

/** What a branch that is gone is called now, as git noted when it was renamed; null when it was not, or that is gone, too. */
export async function renamedTo(place: Place, branch: string): Promise<string | null> {
  const was = `renamed refs/heads/${branch} to refs/heads/`;
  const args = ['log', '--walk-reflogs', '--branches', '--max-count=1', '--no-show-signature', '--fixed-strings'];
  const { stdout } = await runGit(place, [...args, `--grep-reflog=${was}`, '--format=tformat:%gs']);
  const line = stdout.toString('utf8').split('\n', 1)[0] ?? '';
  const at = line.indexOf(was);
  const name = at === -1 ? '' : line.slice(at + was.length);
  return name !== '' && (await refOid(place, `refs/heads/${name}`)) !== null ? name : null;
}
