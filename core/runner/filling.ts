import { CodedError } from '../contract/errors';
import { bytesWords } from '../contract/worktree';
import type { Place } from '../git/checkout';
import { copyIncluded, hasInclude, includeFile } from '../git/include';
import { refOid } from '../git/resolve';
import { restoreSnapshot } from '../git/restore';
import { putAside, updateBackup } from '../store/backups';
import type { TaskWork } from '../store/task-work';
import type { Deps } from './deps';
import type { RepositoryPlace } from './place';

/** Puts into a worktree what its branch does not bring. Gives notices. */
export async function fill(
  deps: Deps,
  task: TaskWork,
  place: RepositoryPlace,
  worktree: Place,
): Promise<readonly string[]> {
  return [...(await include(place, worktree)), ...(await bringBack(deps, task, worktree))];
}

/**
 * Copies the ignored files a new worktree is to have, once, and gives notices. Only of a trusted repository: which they are is for a file in it to
 * say, and one that is copied may be run.
 */
export async function include(place: RepositoryPlace, worktree: Place): Promise<readonly string[]> {
  if (!place.trusted) {
    const named = await hasInclude(place);
    return named ? [`The files that ${includeFile} names were not copied, because the repository is not trusted.`] : [];
  }
  const copied = await copyIncluded(place, worktree);
  if (copied === null) return [];
  const { files, bytes, leftOut } = copied;
  const left = leftOut.length === 0 ? '' : ` Not copied: ${some(leftOut)}.`;
  return [
    `Copied ${files} ignored ${files === 1 ? 'file' : 'files'}, ${bytesWords(bytes)}, as ${includeFile} says.${left}`,
  ];
}

function some(lines: readonly string[]): string {
  const shown = lines.slice(0, 5).join('; ');
  return lines.length > 5 ? `${shown}; and ${lines.length - 5} more` : shown;
}

/** Puts back what was in a task's worktree when it was removed by hand. Gives notices. */
async function bringBack(deps: Deps, task: TaskWork, place: Place): Promise<readonly string[]> {
  const backup = putAside(deps.db, task.id);
  if (backup === undefined || (await refOid(place, backup.ref)) === null) return [];
  const { repository, ref } = backup;
  const restoredPath = place.checkout.workTree;
  try {
    await restoreSnapshot(place, { ref });
    await deps.writer.write((db) => updateBackup(db, { repository, ref }, { restoredPath }));
    return ['What was in the worktree when you removed it is back.'];
  } catch (cause) {
    if (!(cause instanceof CodedError) || cause.code !== 'WRONG_STATE') throw cause;
    return [
      `The task goes on without what was in its worktree when you removed it, because its branch has moved since. It is in the recycle bin: worktree restore ${task.id}/${ref.split('/').at(-1)}`,
    ];
  }
}
