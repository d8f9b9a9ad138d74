import type { WorktreePlace } from '../git/checkout';
import { listChanges } from '../git/diff';
import { refOid } from '../git/resolve';
import { worktreeStatus } from '../git/status';
import { unfinishedReviews } from '../store/agent-reviews';
import type { Database } from '../store/database';
import { cancelTasks } from './cancelling';

/** What the person is told of a review whose subject is over. */
export function reviewedIsDone(reviewed: number): string {
  return `Task ${reviewed}, whose change it reviews, is done.`;
}

/** Ends the reviews of a task that is done: there is nobody left to be told what they would say. Safe to repeat. */
export async function endReviews(deps: Parameters<typeof cancelTasks>[0], reviewed: number): Promise<void> {
  const which = (db: Database) => unfinishedReviews(db, reviewed);
  await cancelTasks(deps, which, { by: 'runner', reason: reviewedIsDone(reviewed) });
}

/** Says which files the agent of a review changed, if it did, and that they go nowhere. */
export async function leftBehind(
  place: WorktreePlace,
  { branch, head }: { readonly branch: string; readonly head: string },
): Promise<readonly string[]> {
  const tip = await refOid(place, `refs/heads/${branch}`);
  const committed = tip === null || tip === head ? [] : await listChanges(place, { base: head, head: tip });
  const changed = [...new Set([...committed, ...(await worktreeStatus(place))].map(({ path }) => path))];
  if (changed.length === 0) return [];
  const some = changed.slice(0, 10).join(', ');
  const more = changed.length > 10 ? ` and ${changed.length - 10} more` : '';
  return [`The agent changed files here: ${some}${more}. A review changes nothing, so they are only in its backup.`];
}
