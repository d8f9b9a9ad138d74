import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { movedSince } from '../contract/refusal';
import type { Review, StackApproval, StackedReview } from '../contract/review';
import { hasLanded } from '../contract/stack';
import type { Task } from '../contract/task';
import { refOid } from '../git/resolve';
import { repositoryPlace } from '../runner/place';
import type { Database } from '../store/database';
import { listDependencies } from '../store/dependencies';
import { readTask } from '../store/task-view';
import { taskWork } from '../store/task-work';
import { alone } from './acting';
import { broughtOn, isAsSeen } from './as-seen';
import { land } from './landing';
import { reviewOf } from './reviews';
import type { Room } from './room';
import { problemOf, type StackedChange } from './stack-conflicts';
import { restack } from './stacking';

/** What must land for a task to land, in order, the task itself last. */
function landingOrder(db: Database, task: number): number[] {
  const order: number[] = [];
  const visit = (id: number) => {
    if (order.includes(id)) return;
    for (const before of listDependencies(db, id)) if (!hasLanded(before)) visit(before.id);
    order.push(id);
  };
  visit(task);
  return order;
}

/** The changes that must land for a task to land, in order, each as an approval of all of them names it, and with what keeps it from that. */
export async function stackOf(room: Room, task: number): Promise<StackedReview[]> {
  const stack: StackedReview[] = [];
  const before: StackedChange[] = [];
  for (const id of landingOrder(room.db, task)) {
    const work = taskWork(room.db, id);
    const { title, state } = work;
    if (state !== 'review') {
      const problem = `It is ${state}, so it cannot land.`;
      stack.push({ task: id, title, state, base: null, mergeBase: null, head: null, tree: null, files: 0, problem });
      continue;
    }
    const place = await repositoryPlace(room.git, work.repository);
    const review = await reviewOf(room, work, place);
    const { base, mergeBase, head, tree, files } = review;
    const problem = await problemOf(room.db, { work, place, review }, before);
    before.push({ work, place, review });
    stack.push({ task: id, title, state, base, mergeBase, head, tree, files: files.length, problem });
  }
  return stack;
}

/**
 * Lands several changes one after the other, each as it was seen: all that happens to one in between is that it is brought
 * onto those before it. None lands when it is known of one that it will not; what comes up later stops at that one and says which
 * did. Throws what approving one throws.
 */
export async function approveStack(room: Room, { by }: Caller, input: StackApproval): Promise<Task[]> {
  const { approvals, base: seenBase, strategy } = input;
  const last = approvals.at(-1)?.task ?? 0;
  const wanted = landingOrder(room.db, last);
  if (wanted.join() !== approvals.map(({ task }) => task).join()) {
    throw new CodedError(
      'MOVED',
      `Nothing was merged: what task ${last} is after is not what you saw. It is ${wanted.map((id) => `task ${id}`).join(', ')} now. Look again, then approve.`,
    );
  }
  assertOnePlace(room.db, wanted);
  const stack = await stackOf(room, last);
  assertNoProblem(stack);
  for (const approval of approvals) {
    const now = stack.find(({ task }) => task === approval.task);
    if (now?.head == null || now.mergeBase === null || now.tree === null) throw moved(approval.task);
    const { head, mergeBase, tree } = now;
    await assertAsSeen(room, approval, { head, mergeBase, tree });
  }
  const landed: Task[] = [];
  let base = seenBase;
  for (const approval of approvals) {
    try {
      const task = await landNext(room, { by, base, strategy, approval, isFirst: landed.length === 0 });
      base = task.mergedOid ?? base;
      landed.push(task);
    } catch (cause) {
      if (!(cause instanceof CodedError) || landed.length === 0) throw cause;
      const did = landed.map(({ id }) => `task ${id}`).join(', ');
      throw new CodedError(
        cause.code,
        `Landed: ${did}. Not landed: task ${approval.task} and what comes after it. ${cause.message}`,
        {
          facts: { ...cause.facts, landed: landed.map(({ id }) => `${id}`) },
          cause,
        },
      );
    }
  }
  return landed;
}

/** Throws WRONG_STATE unless all of these land on one base of one repository: the base is seen once, for all of them. */
function assertOnePlace(db: Database, tasks: readonly number[]): void {
  const [first, ...rest] = tasks.map((task) => readTask(db, task));
  const other = rest.find(({ base, repositoryId }) => base !== first?.base || repositoryId !== first.repositoryId);
  if (first === undefined || other === undefined) return;
  const place = ({ id, base, repository }: Task) => `task ${id} lands on ${base} of ${repository}`;
  throw new CodedError(
    'WRONG_STATE',
    `Nothing was merged: ${place(first)}, and ${place(other)}. What does not land in one place is approved one by one (in the terminal: task approve ${first.id}), then the next.`,
    { facts: { tasks: tasks.map(String) } },
  );
}

/** Throws WRONG_STATE, naming them, when changes of a stack are known not to land: then it is not begun. */
function assertNoProblem(stack: readonly StackedReview[]): void {
  const kept = stack.flatMap(({ task, problem }) => (problem === null ? [] : [{ task, problem }]));
  if (kept.length === 0) return;
  throw new CodedError(
    'WRONG_STATE',
    `Nothing was merged: not all of the stack can land. ${kept.map(({ task, problem }) => `Task ${task}: ${problem}`).join(' ')}`,
    { facts: { tasks: kept.map(({ task }) => `${task}`) } },
  );
}

async function landNext(
  room: Room,
  next: {
    readonly by: string;
    readonly base: string;
    readonly strategy: StackApproval['strategy'];
    readonly approval: StackApproval['approvals'][number];
    readonly isFirst: boolean;
  },
): Promise<Task> {
  const { by, base, strategy, isFirst } = next;
  const { task, ...seen } = next.approval;
  if (!isFirst) {
    // A branch that somebody moved is theirs to look at again, and is not moved once more.
    // One that is being brought on just now has moved before that is written down.
    await alone(task, async () => {
      const { repository, branch, state } = taskWork(room.db, task);
      if (state !== 'review') return;
      const place = await repositoryPlace(room.git, repository);
      const head = branch === null ? null : await refOid(place, `refs/heads/${branch}`);
      if (head !== seen.head && head !== (await broughtOn(room.db, place, task, seen)).head) throw moved(task);
    });
    await restack(room, task, { again: true });
  }
  // What ran before runs again where it stands now, whoever brought it there.
  await room.checks.over(task);
  return alone(task, async () => {
    const work = taskWork(room.db, task);
    if (work.state === 'done' && work.outcome !== 'discarded') return readTask(room.db, task);
    const review = await reviewOf(room, work, await repositoryPlace(room.git, work.repository));
    await assertAsSeen(room, next.approval, review);
    if (review.base !== base) throw moved(task, review, work.base);
    const { head, mergeBase, tree } = review;
    const ids = { task, base, mergeBase, head, tree };
    const possible = strategy !== undefined && review.strategies.includes(strategy) ? { strategy } : {};
    return land(room, { by, rule: null, ...(head !== seen.head && { seen }) }, { ...ids, ...possible });
  });
}

/** Throws MOVED unless a change is the one that was seen, or what restacking made of it. */
async function assertAsSeen(
  room: Room,
  { task, ...seen }: StackApproval['approvals'][number],
  now: Pick<Review, 'head' | 'mergeBase' | 'tree'>,
): Promise<void> {
  const place = await repositoryPlace(room.git, taskWork(room.db, task).repository);
  const isSeen = await isAsSeen(room.db, place, { task, seen, now });
  if (isSeen && (now.head !== seen.head || now.tree === seen.tree)) return;
  if (now.head !== seen.head || now.mergeBase === seen.mergeBase) throw moved(task, now);
  throw moved(task, now, `What the change of task ${task} is compared with`);
}

function moved(
  task: number,
  now: Partial<Pick<Review, 'base' | 'mergeBase' | 'head'>> = {},
  what = `The change of task ${task}`,
): CodedError {
  const { base, mergeBase, head } = now;
  const facts = { task, ...(base && { base }), ...(mergeBase && { mergeBase }), ...(head && { head }) };
  return movedSince(`${what} moved`, { task, next: 'approve', facts });
}
