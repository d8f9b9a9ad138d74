import { dayMs, retentionOf } from '../contract/retention';
import { taskRow } from '../store/task-row';
import type { TaskWork } from '../store/task-work';
import { openTranscript } from '../store/transcript';
import { worktreeOf } from '../store/worktrees';
import type { Deps } from './deps';
import type { RepositoryPlace } from './place';
import { type Retired, retireWorktree } from './retire';
import { tearDownOf } from './setting-up';

/**
 * Takes the worktree of a task that is over away, its whole state kept under a backup ref, and gives what the person
 * should know of that, one sentence each. That it had to stay is no error, because the task is over all the same, and
 * the next start tries again. It stays as long as its repository keeps such worktrees. `place` is null when the repository is gone.
 */
export async function putAway(
  deps: Parameters<typeof retireWorktree>[0] & Parameters<typeof tearDownOf>[0] & Pick<Deps, 'settings'>,
  task: Pick<TaskWork, 'id' | 'worktree' | 'repository'>,
  place: RepositoryPlace | null,
): Promise<readonly string[]> {
  if (task.worktree === null) return [];
  const left = leftAt(task);
  if (place === null) {
    return [`${left} The repository ${task.repository.path} is not there, so no backup of it could be made.`];
  }
  await deps.closeTerminals(task.id);
  if (stays(deps, task)) return [];
  try {
    const tearDown = tearDownOf(deps, task, place);
    return noticesOf(task, await retireWorktree(deps, place, task.id, { tearDown }));
  } catch (cause) {
    deps.log('error', 'A worktree could not be taken away.', { task: task.id, cause: String(cause) });
    return [`${left} It could not be taken away: ${cause instanceof Error ? cause.message : String(cause)}`];
  }
}

/** What the person should know of a worktree that was to go, one sentence each. */
export function noticesOf(
  task: Pick<TaskWork, 'worktree'>,
  { kept, notKept, notices }: Pick<Retired, 'kept' | 'notKept' | 'notices'>,
): readonly string[] {
  if (kept !== null) return [...notices, `${leftAt(task)} A backup could not hold all of it: ${kept}`];
  if (notKept.length === 0) return notices;
  return [...notices, `Ignored by git, too large for the backup, and gone with the worktree: ${some(notKept)}.`];
}

function leftAt({ worktree }: Pick<TaskWork, 'worktree'>): string {
  return `Its worktree was left as it is at ${worktree}.`;
}

/** Whether a task is done for so short a time that its worktree stays. A discarded one is thrown away at once, and one whose removal has begun goes. */
export function stays(
  deps: Pick<Deps, 'db' | 'now' | 'settings'>,
  { id, repository }: Pick<TaskWork, 'id' | 'repository'>,
): boolean {
  const { state, outcome, state_since: since } = taskRow(deps.db, id);
  const days = retentionOf(deps.settings(), repository.retention).worktreeDays;
  const isKept = state === 'done' && outcome !== 'discarded' && deps.now() < since + days * dayMs;
  return isKept && worktreeOf(deps.db, id)?.state !== 'removing';
}

/** Leaves what the person should know of a task at the end of its conversation; false when the disk did not take it. */
export function tell(
  deps: Pick<Deps, 'folders' | 'now' | 'log'>,
  task: Pick<TaskWork, 'id' | 'newestSession'>,
  notices: readonly string[],
): boolean {
  if (notices.length === 0 || !task.newestSession) return true;
  try {
    const transcript = openTranscript({ folder: deps.folders.transcripts, session: task.newestSession.id });
    for (const text of notices) transcript.append({ type: 'notice', level: 'warning', text }, deps.now());
    transcript.close();
    return true;
  } catch (cause) {
    // What was done is done; that nobody can be told of a side of it must not make it look undone.
    deps.log('error', 'A notice could not be kept.', { task: task.id, notices, cause: String(cause) });
    return false;
  }
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
