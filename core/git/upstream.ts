import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Upstream } from '../contract/base-state';
import type { Place } from './checkout';
import { splitNul } from './nul';
import { runGit } from './run';
import { listSettings } from './settings';

/**
 * The branch of a remote that a branch follows, and how many commits each has that the other has not, as last fetched. Null
 * when it follows none, or one that is not there.
 */
export async function upstreamOf(place: Place, branch: string): Promise<Upstream | null> {
  // Git says so with a program more, which every look at a change would start.
  const follows = `branch.${branch}.merge`;
  if (!(await listSettings(place)).some(([key]) => key === follows)) return null;
  const format = '%(refname)%00%(upstream)%00%(upstream:short)%00%(upstream:track,nobracket)%00';
  const args = ['for-each-ref', `--format=${format}`, '--', `refs/heads/${branch}`];
  const [ref, upstream = '', name = '', track = ''] = splitNul((await runGit(place, args)).stdout);
  if (ref !== `refs/heads/${branch}` || !upstream.startsWith('refs/remotes/') || track === 'gone') return null;
  const count = (word: string) => Number(new RegExp(`${word} (\\d+)`).exec(track)?.[1] ?? 0);
  return { name, ahead: count('ahead'), behind: count('behind'), fetchedAt: await fetchedAt(place) };
}

/** When git last fetched anything into this repository. */
async function fetchedAt({ checkout }: Place): Promise<number | null> {
  const folders = [...new Set([checkout.commonDir, checkout.gitDir])];
  const times = await Promise.all(
    folders.map((folder) =>
      lstat(join(folder, 'FETCH_HEAD')).then(
        (stats) => Math.floor(stats.mtimeMs),
        () => 0,
      ),
    ),
  );
  return Math.max(...times) || null;
}
