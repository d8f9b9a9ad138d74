import { refInFiles } from '../git/ref-files';
import { refOid } from '../git/resolve';
import { noteSeen, sizeAt } from '../runner/measure';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { repositoryById } from '../store/repositories';
import { type ReviewTip, reviewTips } from '../store/review-tips';
import { taskWork } from '../store/task-work';
import type { Room } from './room';

type Needs = Pick<Room, 'db' | 'writer' | 'git' | 'now' | 'announce'>;

/**
 * Looks whether branches of tasks in review, all or these, are where they are known to be, and keeps where somebody moved them
 * and how large their changes are there; true when there was one. What cannot be looked at is left as it is known: whoever
 * looks at its review is told why. Unless it `asks`, no git is started to find out where a branch is.
 */
export async function noticeMoved(
  room: Needs,
  only: readonly number[] | null,
  { asks = true }: { readonly asks?: boolean } = {},
): Promise<boolean> {
  const tips = reviewTips(room.db, only);
  const repositories = [...new Set(tips.map(({ repository }) => repository))];
  const found = await Promise.all(
    repositories.map(async (id) => {
      // As one that is not trusted: nothing of it is to be run, and what it would run need not be looked at.
      const row = { ...repositoryById(room.db, id), trusted: false };
      const place = await repositoryPlace(room.git, row).catch(() => null);
      const own = tips.filter(({ repository }) => repository === id);
      return place === null
        ? []
        : Promise.all(own.map((tip) => noticeOne(room, place, { ...tip, asks }).catch(() => false)));
    }),
  );
  return found.flat().includes(true);
}

async function noticeOne(
  room: Needs,
  place: RepositoryPlace,
  { task, branch, head: known, asks }: ReviewTip & { readonly asks: boolean },
) {
  const head = await (asks ? refOid : refInFiles)(place, `refs/heads/${branch}`);
  if (head === null || head === 'unknown' || head === known) return false;
  const change = await sizeAt(place, taskWork(room.db, task), head);
  const isNew = await noteSeen(room, { task, head, change });
  if (isNew) room.announce(task);
  return isNew;
}
