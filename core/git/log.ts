import type { Commit } from '../contract/review';
import type { Place } from './checkout';
import type { Range } from './diff';
import { known } from './known';
import { splitNul } from './nul';
import { runGit } from './run';

/** The commits of a head that a base does not have, oldest first; of more than `limit` (500) the newest. */
export async function listCommits(
  place: Place,
  { base, head, limit = 500 }: Range & { readonly limit?: number },
): Promise<readonly Commit[]> {
  return known(place, `commits ${base} ${head} ${limit}`, async () => {
    const { stdout } = await runGit(place, [
      ...['log', '-z', '--reverse', '--no-show-signature', `--max-count=${limit}`],
      ...['--format=tformat:%H%x00%at%x00%an%x00%s', '--end-of-options', `${base}..${head}`],
    ]);
    const fields = splitNul(stdout);
    const commits: Commit[] = [];
    for (let at = 0; at + 3 < fields.length; at += 4) {
      const [oid = '', seconds = '', author = '', subject = ''] = fields.slice(at, at + 4);
      commits.push({ oid, subject, author, at: Number(seconds) * 1000 });
    }
    return commits;
  });
}

/** How many commits a head has that a base does not have. */
export async function countCommits(place: Place, { base, head }: Range): Promise<number> {
  const { stdout } = await runGit(place, ['rev-list', '--count', '--end-of-options', `${base}..${head}`]);
  return Number(stdout.toString('utf8').trim());
}
