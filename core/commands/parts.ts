import { CodedError } from '../contract/errors';
import { type ChangePart, maxShownBytes, type ShownFile } from '../contract/review';
import { readBlob } from '../git/blob';
import { listChanges } from '../git/diff';
import { hasCommit, parentOrNothing } from '../git/resolve';
import { entryAt } from '../git/tree-entry';
import { repositoryPlace } from '../runner/place';
import { taskWork } from '../store/task-work';
import type { Room } from './room';

/** What differs between two commits of a change, or what one commit did. Throws NOT_FOUND for one that is not there. */
export async function between(
  room: Room,
  { task, from, to }: { task: number; from: string | null; to: string },
): Promise<ChangePart> {
  const place = await repositoryPlace(room.git, taskWork(room.db, task).repository);
  for (const commit of from === null ? [to] : [from, to]) {
    if (!(await hasCommit(place, commit))) throw notThere(task, commit);
  }
  const mergeBase = from ?? (await parentOrNothing(place, to));
  return { task, mergeBase, head: to, files: await listChanges(place, { base: mergeBase, head: to }) };
}

/** A file as a commit has it, whole when it is not too large. Throws NOT_FOUND when the commit has none of that name. */
export async function content(
  room: Room,
  {
    task,
    commit,
    path,
    sizeOnly = false,
  }: { task: number; commit: string; path: string; sizeOnly?: boolean | undefined },
): Promise<ShownFile> {
  const place = await repositoryPlace(room.git, taskWork(room.db, task).repository);
  if (!(await hasCommit(place, commit))) throw notThere(task, commit);
  const entry = await entryAt(place, { commit, path });
  if (entry === null) {
    throw new CodedError(
      'NOT_FOUND',
      `There is no file ${path} in ${commit} of task ${task}. Look at the task again.`,
      {
        facts: { task, commit, path },
      },
    );
  }
  const isFile = entry.mode.startsWith('100');
  if (sizeOnly || !isFile || entry.size > maxShownBytes) return { size: entry.size, bytes: null };
  const bytes = await readBlob(place, { commit, path });
  return { size: entry.size, bytes: bytes?.toString('base64') ?? null };
}

function notThere(task: number, commit: string): CodedError {
  return new CodedError(
    'NOT_FOUND',
    `The commit ${commit} is not in the repository of task ${task} any more. Look at the task again.`,
    {
      facts: { task, commit },
    },
  );
}
