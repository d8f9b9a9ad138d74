import type { PullRequestThread, SeenPullRequest } from '../contract/pull-request';
import { mergeBase } from '../git/diff';
import { hasCommit } from '../git/resolve';
import { repositoryPlace } from '../runner/place';
import { taskWork } from '../store/task-work';
import { tipsOf } from './reviews';
import type { Room } from './room';
import { placesNow } from './standing';

/** The threads of a pull request, each followed from the commit the forge has to its place in the change as it stands here. */
export async function threadsNow(
  room: Room,
  task: number,
  { threads, head }: Pick<SeenPullRequest, 'threads' | 'head'>,
): Promise<PullRequestThread[]> {
  if (threads.length === 0) return [];
  const work = taskWork(room.db, task);
  const place = await repositoryPlace(room.git, work.repository);
  const tips = await tipsOf(room, work, place);
  // What somebody else pushed there is not here, so there is no telling where its lines went.
  if (tips === null || !(await hasCommit(place, head))) return [...threads];
  const from = (oid: string) => mergeBase(place, tips.base, oid);
  const [then, now] = [(await from(head)) ?? tips.base, (await from(tips.head)) ?? tips.base];
  const spots = threads.map(({ path, side, line }) => ({
    ...{ head, mergeBase: then, quote: '' },
    place: { path, side, lines: line === null ? null : { first: line, last: line } },
  }));
  const places = await placesNow(place, spots, { head: tips.head, mergeBase: now });
  return threads.map((thread, index) => ({ ...thread, now: places[index] ?? null }));
}
