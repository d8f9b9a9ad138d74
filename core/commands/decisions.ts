import type { Decision, DecisionRecord, SealedDecision } from '../contract/decision';
import type { Conflict, Review } from '../contract/review';
import type { Database } from '../store/database';
import { addDecision, checkDecisions, listDecisions } from '../store/decisions';
import { taskRow } from '../store/task-row';
import type { TaskWork } from '../store/task-work';
import { pageCharacters } from './page';
import type { Room } from './room';

/** The record of decisions after a number, oldest first, as much as fits in one answer. Throws NOT_FOUND for no task. */
export function list(room: Room, input: { after: number; limit: number; task?: number | undefined }): SealedDecision[] {
  if (input.task !== undefined) taskRow(room.db, input.task);
  return listDecisions(room.db, { ...input, characters: pageCharacters });
}

/** Whether the record of decisions is whole. */
export function check(room: Room): Promise<DecisionRecord> {
  return checkDecisions(room.db);
}

/** Adds what somebody decided to the record, in the transaction that carries it out. */
export function record(
  room: Pick<Room, 'now'>,
  db: Database,
  decision: Pick<Decision, 'by' | 'kind' | 'repository' | 'shown' | 'answered'> &
    Partial<Pick<Decision, 'task' | 'request' | 'rule'>>,
): void {
  addDecision(db, { task: null, request: null, rule: null, ...decision, at: room.now() });
}

/** Adds that somebody sent a change back to its agent because of what conflicts. */
export function recordResolve(
  room: Pick<Room, 'now'>,
  db: Database,
  sent: {
    readonly by: string;
    readonly work: TaskWork;
    readonly review: Review;
    readonly conflicts: readonly Conflict[];
  },
): void {
  const { by, work, review, conflicts } = sent;
  record(room, db, {
    by,
    kind: 'request-changes',
    task: work.id,
    repository: work.repository.path,
    shown: shownOf(review),
    answered: { resolve: conflicts.map(({ path, kind }) => ({ path, kind })) },
  });
}

/** What a review shows of a change, as the record keeps it: the ids say everything else. */
export function shownOf({ base, head, tree, mergeBase, files, checkout, checks }: Review): Decision['shown'] {
  const changed = files.map(({ path, status, additions, deletions }) => ({ path, status, additions, deletions }));
  return { base, mergeBase, head, tree, checkout, checks, files: changed };
}
