import { type CheckStand, standOfChecks, withFailedOnTop } from '../contract/check';
import { CodedError } from '../contract/errors';
import { protecting } from '../contract/repository-landing';
import type { Review, ReviewedChange } from '../contract/review';
import { strategies } from '../contract/strategy';
import { listChanges, mergeBase, patch as patchBetween, type Range, sizeOfFiles } from '../git/diff';
import { previewLanding } from '../git/land';
import { leftMarkers } from '../git/left-markers';
import { countCommits, listCommits } from '../git/log';
import { type MergePreview, previewMerge } from '../git/merge';
import { hasCommit, refOid, treeOf } from '../git/resolve';
import { readSnapshot } from '../git/restore';
import { upstreamOf } from '../git/upstream';
import { noteSeen } from '../runner/measure';
import { commitMessage } from '../runner/messages';
import { originOf } from '../runner/origin';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { listChecks } from '../store/checks';
import { lastSentBack, standingEdit } from '../store/decisions';
import { newestEdit } from '../store/edits';
import { landedOf } from '../store/landings';
import { type TaskWork, taskWork } from '../store/task-work';
import { heldBy } from './approval';
import { baseTip } from './bases';
import { onTopOf } from './on-top';
import type { Room } from './room';
import { stackConflicts } from './stack-way';
import { hindrances } from './strategies';

/**
 * A task's change against its base as it stands now, with everything an approval is bound to. Of a task that is done, the
 * change as it was when that happened: there is nothing left to choose then.
 */
export async function get(room: Room, task: number): Promise<Review> {
  const work = taskWork(room.db, task);
  const place = await repositoryPlace(room.git, work.repository);
  if (work.state === 'done') return pastReviewOf(room, work, place);
  const review = await reviewOf(room, work, place);
  // A commit somebody made themselves may be known to nobody before this look.
  const seen = { task, head: review.head, change: sizeOfFiles(review.files) };
  if (await noteSeen(room, seen)) room.announce(task);
  return review;
}

/** The same change without what landing it would meet, for whoever wants to read it meanwhile. */
export async function change(room: Room, task: number): Promise<ReviewedChange> {
  const work = taskWork(room.db, task);
  const place = await repositoryPlace(room.git, work.repository);
  const range = work.state === 'done' ? await lastTips(room, work, place) : await tips(work, place);
  return changeOf(room, work, place, range);
}

/** The patch between two commits of the review, all of it or some files. */
export async function patch(
  room: Room,
  input: {
    task: number;
    mergeBase: string;
    head: string;
    paths?: string[] | undefined;
    ignoreWhitespace?: boolean | undefined;
  },
): Promise<{ patch: string; truncated: boolean }> {
  const { repository } = taskWork(room.db, input.task);
  const place = await repositoryPlace(room.git, repository);
  const { mergeBase: base, head, paths, ignoreWhitespace = false } = input;
  return patchBetween(place, { base, head, ignoreWhitespace, ...(paths && { paths }) });
}

/** Builds the review of a task whose repository is open. Throws WRONG_STATE when there is no branch to review. */
export async function reviewOf(room: Room, task: TaskWork, place: RepositoryPlace): Promise<Review> {
  const { base, head } = await tips(task, place);
  const held = heldBy(room.db, task, head);
  const stacked = task.stackOid !== null;
  const failed = (cause: unknown): void =>
    room.log('warning', 'Marks of conflicts could not be looked for.', { task: task.id, cause: String(cause) });
  // What stands on others' changes meets the base only when those have landed.
  const preview = previewMerge(place, { baseOid: stacked ? head : base, headOid: head });
  const own = changeOf(room, task, place, { base, head });
  // Nothing waits for more than it needs.
  const [whole, merge, onto, upstream, notPossible, checkout, markers, checked] = await Promise.all([
    own,
    preview,
    stackConflicts(room, place, task),
    upstreamOf(place, task.base),
    held === null
      ? preview.then((found) => hindrances(place, { base: task.base, baseOid: base, headOid: head }, found))
      : strategies.map((strategy) => ({ strategy, reason: held })),
    stacked ? null : preview.then((found) => checkoutInTheWay(place, task.base, base, found)),
    own.then(({ mergeBase: common }) => leftMarkers(place, { base: common, head }, { failed })),
    Promise.all([preview, own]).then(([found, { tree }]) =>
      checkedFor(room, task, place, { base, head, tree, preview: stacked ? null : found }),
    ),
  ]);
  const possible = strategies.filter((strategy) => !notPossible.some((one) => one.strategy === strategy));
  return {
    ...whole,
    strategies: possible,
    notPossible,
    strategy: possible[0] ?? null,
    held,
    conflicts: merge.kind === 'conflict' ? [...merge.conflicts] : onto,
    markers: [...markers],
    checkout,
    protectedBy: protecting(task.repository.landing, task.base),
    upstream,
    ...checked,
  };
}

/** How the checks stand for what would land. What does not land as things are, or holds all of its base, is checked on its branch alone. */
async function checkedFor(
  { db }: Room,
  work: TaskWork,
  place: RepositoryPlace,
  change: Range & { readonly tree: string; readonly preview: MergePreview | null },
): Promise<{ checks: CheckStand[]; passedApart: Review['passedApart'] }> {
  const { base, head, tree: headTree, preview } = change;
  const stands = standOfChecks(work.repository.checks, listChecks(db, work.id, head));
  if (preview?.kind !== 'clean' || preview.upToDate || stands.length === 0)
    return { checks: stands, passedApart: null };
  const top = await onTopOf(db, place, { work, tree: preview.tree, head, headTree });
  const checks = withFailedOnTop(stands, top.failed);
  const apart = checks.filter(
    ({ name, required, state }) => required && state === 'passed' && !top.passed.includes(name),
  );
  const behind = apart.length === 0 || preview.fastForward ? 0 : await countCommits(place, { base: head, head: base });
  return { checks, passedApart: behind === 0 ? null : { checks: apart.map(({ name }) => name), behind } };
}

/** The commits the change of a task that is not done is between. Throws WRONG_STATE without a branch of its own. */
async function tips(task: TaskWork, place: RepositoryPlace): Promise<Range> {
  const head = task.branch === null ? null : await refOid(place, `refs/heads/${task.branch}`);
  if (head === null) {
    throw new CodedError(
      'WRONG_STATE',
      `Task ${task.id} has no change to show: it is ${task.state} and its branch is not there.`,
      {
        facts: { task: task.id, state: task.state },
      },
    );
  }
  return { base: await baseTip(place, task), head };
}

/** The edit that can be undone while the branch is at `head`. */
function undoable(room: Room, { id, state }: TaskWork, head: string): Review['edit'] {
  const edit = state === 'review' ? newestEdit(room.db, id) : undefined;
  if (edit?.newHead !== head) return null;
  return { kind: edit.kind, path: edit.path, part: standingEdit(room.db, id)?.part ?? false };
}

/** What is left to choose of a change whose task is over. */
const nothingToChoose = {
  strategies: [],
  notPossible: [],
  strategy: null,
  held: null,
  conflicts: [],
  markers: [],
  checkout: null,
  protectedBy: null,
  upstream: null,
  checks: [],
  passedApart: null,
};

async function pastReviewOf(room: Room, task: TaskWork, place: RepositoryPlace): Promise<Review> {
  return { ...(await changeOf(room, task, place, await lastTips(room, task, place))), ...nothingToChoose };
}

/** The commits the change of a task that is done was between. Throws WRONG_STATE when it is not there any more. */
async function lastTips(room: Room, task: TaskWork, place: RepositoryPlace): Promise<Range> {
  const landing = landedOf(room.db, task.id);
  const head = (await lastHead(place, task)) ?? landing?.newOid;
  if (head === undefined) {
    throw new CodedError(
      'WRONG_STATE',
      `The change of task ${task.id} is not there any more: neither its branch nor its backup ${task.backupRef ?? ''} is in ${task.repository.path}.`,
      { facts: { task: task.id, backupRef: task.backupRef } },
    );
  }
  // What it was merged into, when it was: the base has moved with it since.
  return { base: landing?.oldOid ?? (await originOf(place, task)), head };
}

/**
 * The commits a task's change is between as it stands, or as it was when that was done: the tip of its base, and its own.
 * Null when either is gone.
 */
export async function tipsOf(
  room: Room,
  task: TaskWork,
  place: RepositoryPlace,
): Promise<{ readonly base: string; readonly head: string } | null> {
  const tip = (branch: string) => refOid(place, `refs/heads/${branch}`);
  const landing = task.state === 'done' ? landedOf(room.db, task.id) : undefined;
  const ownTip = () => (task.branch === null ? null : tip(task.branch));
  const head = await (task.state === 'done' ? lastHead(place, task) : ownTip());
  const base = landing?.oldOid ?? task.stackOid ?? (await tip(task.base));
  return head === null || base === null ? null : { base, head };
}

/** Where the branch of a task that is done ended: its backup says, or the branch itself where it was left. */
async function lastHead(place: RepositoryPlace, { branch, backupRef }: TaskWork): Promise<string | null> {
  if (backupRef !== null && (await refOid(place, backupRef)) !== null) {
    return (await readSnapshot(place, backupRef)).head;
  }
  return branch === null ? null : refOid(place, `refs/heads/${branch}`);
}

/** What a task's branch changed since it left its base. */
async function changeOf(
  room: Room,
  task: TaskWork,
  place: RepositoryPlace,
  { base, head }: Range,
): Promise<Omit<Review, keyof typeof nothingToChoose>> {
  const common = await mergeBase(place, task.state === 'done' ? base : (task.stackOid ?? base), head);
  if (common === null) {
    throw new CodedError(
      'CONFLICT',
      `${task.branch} shares no history with ${task.base}, so it cannot be compared or merged. Retry, or discard the task.`,
    );
  }
  const [tree, lastSeen, commits, files] = await Promise.all([
    treeOf(place, head),
    lastSeenOf(room, task, place),
    listCommits(place, { base: common, head }),
    listChanges(place, { base: common, head }),
  ]);
  const message = commitMessage({ title: task.title, prompt: task.prompt });
  const edit = undoable(room, task, head);
  return { task: task.id, base, mergeBase: common, head, tree, lastSeen, commits: [...commits], files, message, edit };
}

/** The head of which changes were last asked for, if it is known and there. */
async function lastSeenOf(room: Room, task: TaskWork, place: RepositoryPlace): Promise<string | null> {
  const seen = lastSentBack(room.db, task.id);
  return seen !== null && (await hasCommit(place, seen)) ? seen : null;
}

/** Where the base is checked out and what the merge would run into there. A conflicting merge would run into nothing. */
async function checkoutInTheWay(
  place: RepositoryPlace,
  branch: string,
  oldOid: string,
  preview: MergePreview,
): Promise<Review['checkout']> {
  const newOid = preview.kind === 'clean' ? preview.tree : oldOid;
  const { checkout, inTheWay, busy } = await previewLanding(place, { branch, oldOid, newOid });
  return checkout === null ? null : { path: checkout, inTheWay: [...inTheWay], busy };
}
