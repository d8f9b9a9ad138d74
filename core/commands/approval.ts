import { protectedWords } from '../contract/base-state';
import { blockingChecks, type CheckStand, checkStandWords, standOfChecks, withFailedOnTop } from '../contract/check';
import { isDraft, isUndecided, notSentWords } from '../contract/comment';
import { assertNever, CodedError } from '../contract/errors';
import { movedSince } from '../contract/refusal';
import type { Approval, Review } from '../contract/review';
import { heldWords, isEnded } from '../contract/stack';
import { isAncestor, type Range } from '../git/diff';
import { runsPrograms } from '../git/inspect';
import type { NotLanded } from '../git/land';
import { listCommits } from '../git/log';
import { hasCommit } from '../git/resolve';
import { worktreeStatus } from '../git/status';
import { reattachWorktree } from '../git/worktree';
import type { RepositoryPlace } from '../runner/place';
import { listChecks } from '../store/checks';
import { type CommentRow, commentsOf } from '../store/comments';
import type { Database } from '../store/database';
import { listDependencies } from '../store/dependencies';
import { repositoryById } from '../store/repositories';
import { isStale, stackOf } from '../store/stacks';
import type { TaskWork } from '../store/task-work';
import { some } from './some';

/** Throws NOT_TRUSTED when landing as trusted would run what nobody trusted, and as untrusted would land other bytes. */
export async function assertStillTrusted(
  { repository }: TaskWork,
  place: RepositoryPlace,
  what: 'merged' | 'pushed' = 'merged',
): Promise<void> {
  if (!repository.trusted || place.trusted || !(await runsPrograms(place))) return;
  throw new CodedError(
    'NOT_TRUSTED',
    `Nothing was ${what}: what ${repository.name} would run has changed since you trusted it. Look at it and trust it again (add it once more with trust), or take the trust back, then try again.`,
    { facts: { repository: repository.path } },
  );
}

/** Throws MOVED, saying what moved and by which commits, unless the change is what the person saw, compared with what they saw it compared with. */
export async function assertSame(
  work: TaskWork,
  place: RepositoryPlace,
  {
    review,
    approval,
  }: { readonly review: Review; readonly approval: Pick<Approval, 'base' | 'mergeBase' | 'head' | 'tree'> },
): Promise<void> {
  const { base, branch, id } = work;
  const isSame = approval.head === review.head && approval.tree === review.tree;
  // Of a change that moved is said by which commits, which says enough.
  const isAnother = isSame && approval.mergeBase !== review.mergeBase;
  const [from, to] = [approval, review].map(({ mergeBase }) => mergeBase.slice(0, 10));
  const moved = [
    ...(isAnother ? [`what the change is compared with moved from ${from} to ${to}`] : []),
    ...(isSame ? [] : [await howMoved(place, `the change on ${branch}`, { base: approval.head, head: review.head })]),
    ...(approval.base === review.base ? [] : [await howMoved(place, base, { base: approval.base, head: review.base })]),
  ];
  if (moved.length === 0) return;
  const facts = { base: review.base, mergeBase: review.mergeBase, head: review.head, tree: review.tree };
  throw movedSince(moved.join(', and '), { task: id, did: 'merged', next: 'approve', facts });
}

/**
 * Throws COMMENTS_NOT_SENT when comments would be left that the person did not name: drafts of theirs, and what a reviewing
 * agent left that they have not decided on, also when it came after they looked. Without a person there is nobody to decide, and an agent holds nothing up.
 */
export function assertNoneForgotten(
  db: Database,
  { task, leaveComments }: Pick<Approval, 'task' | 'leaveComments'>,
  person: boolean,
): void {
  const left = new Set(leaveComments);
  const forgotten = commentsOf(db, task).filter(
    (comment) => !left.has(comment.id) && (isDraft(comment) || (person && isUndecided(comment))),
  );
  if (forgotten.length === 0) return;
  const drafts = forgotten.filter(isDraft).length;
  const undecided = forgotten.length - drafts;
  const came = left.size > 0;
  const send = drafts > 0 ? ['Request changes to send what you wrote'] : [];
  const decide = undecided > 0 ? [`${send.length > 0 ? 'a' : 'A'}ccept or dismiss what the agent did`] : [];
  throw new CodedError(
    'COMMENTS_NOT_SENT',
    `Nothing was merged${came ? ', because more came since you looked' : ''}: ${notSentWords(drafts, undecided)} ${
      came ? `${some(forgotten.map(inWords))}. ` : ''
    }${[...send, ...decide].join(', ')}, or approve all the same: it stays on the task as it is.`,
    { facts: { task, drafts, undecided, comments: forgotten.map(({ id }) => `${id}`) } },
  );
}

function inWords({ id, reviewer, place: { path, lines } }: CommentRow): string {
  const weight = reviewer?.severity ?? null;
  return `comment ${id} on ${path}${lines === null ? '' : `:${lines.first}`}${weight === null ? '' : ` (${weight})`}`;
}

/** What a branch is called that moved, and which commits came, or that it is not what it was. */
async function howMoved(place: RepositoryPlace, name: string, { base, head }: Range): Promise<string> {
  // A commit that was never there, or is there no more, cannot be compared.
  const came = (await hasCommit(place, base)) && (await isAncestor(place, base, head));
  if (!came) return `${name} was put to another place (${head.slice(0, 10)})`;
  const commits = await listCommits(place, { base, head });
  const told = commits.map(({ oid, subject }) => `${oid.slice(0, 10)} ${subject.slice(0, 72)}`);
  return `${name} moved by ${commits.length === 1 ? '1 commit' : `${commits.length} commits`} (${some(told.reverse())})`;
}

/**
 * Why a change cannot land before something else happened, a sentence; null when nothing it is after holds it. Given its head, what
 * was found of another one is not said of it.
 */
export function heldBy(db: Database, { id, base }: Pick<TaskWork, 'id' | 'base'>, head?: string): string | null {
  const held = heldWords(listDependencies(db, id));
  if (held !== null) return held;
  if (!isStale(db, id)) return null;
  const stack = stackOf(db, id);
  const isOld = head !== undefined && stack?.tried?.startsWith(head) === false;
  const why = (isOld ? null : stack?.problem) ?? `It is being brought onto ${base}; look again in a moment.`;
  return `It still stands on changes that have landed, or that it is no longer after. ${why}`;
}

/** Throws WRONG_STATE while something that the task is after has not landed, or its change is not brought onto what did. */
export function assertNotHeld(db: Database, work: TaskWork, what: keyof typeof heldBack = 'merged'): void {
  const held = heldBy(db, work);
  if (held === null) return;
  const { id, landsAfter } = work;
  const ended = listDependencies(db, id).find((one) => isEnded(one));
  const all =
    ended !== undefined
      ? ` Take it off (in the terminal: task edit ${id} --detach ${ended.id}).`
      : landsAfter.length === 0
        ? ''
        : ` Or approve all it is after first, and it, in order (in the terminal: task approve ${id} --stack)${firstWords(what, landsAfter)}.`;
  throw new CodedError('WRONG_STATE', `Nothing was ${what}: ${held}${all}`, {
    facts: { task: id, after: landsAfter.map(String) },
  });
}

/** That one that stands on one change alone is opened as a pull request after that. */
function firstWords(what: keyof typeof heldBack, [only, ...others]: readonly number[]): string {
  if (what !== 'published' || only === undefined || others.length > 0) return '';
  return `. Or open the pull request of task ${only} as it stands first: this one is based on its branch then (in the terminal: task publish ${only})`;
}

/** Throws BRANCH_PROTECTED when nothing may land on the task's base. */
export function assertUnprotected(work: TaskWork, review: Review): void {
  if (review.protectedBy === null) return;
  throw new CodedError(
    'BRANCH_PROTECTED',
    `Nothing was merged: ${protectedWords(work.base, review.protectedBy, work.branch)}`,
    { facts: { base: work.base, pattern: review.protectedBy } },
  );
}

/** Throws MOVED when the worktree holds edits that are in no commit, and so in no review. */
export async function assertNothingUnseen(
  work: TaskWork,
  place: RepositoryPlace,
  what: 'merged' | 'pushed' = 'merged',
): Promise<void> {
  if (work.worktree === null) return;
  const checkout = await reattachWorktree(place, work.worktree);
  if (checkout === null) return;
  const dirty = (await worktreeStatus({ ...place, checkout })).map((file) => file.path);
  if (dirty.length === 0) return;
  throw new CodedError(
    'MOVED',
    `Nothing was ${what}: the worktree ${checkout.workTree} has edits that are not in the change you saw: ${some(dirty)}. Commit them on ${work.branch} and look again, or take them out.`,
    { facts: { files: dirty.slice(0, 100) } },
  );
}

/** How the checks stood for what is approved, and whether that was overridden. */
export interface Checked {
  readonly shown: readonly CheckStand[];
  readonly overridden: boolean;
}

/** The checks that failed on a train on what would land now, where it is to land here. */
interface FailedOnTop {
  readonly onTop?: readonly string[];
}

/** How the repository's checks stand for what would land. */
function standsFor(
  db: Database,
  work: TaskWork,
  { head, onTop = [] }: Pick<Approval, 'head'> & FailedOnTop,
): CheckStand[] {
  const { checks } = repositoryById(db, work.repository.id);
  return withFailedOnTop(standOfChecks(checks, listChecks(db, work.id, head)), onTop);
}

/** What required checks hold back, each with how it is done all the same. */
const heldBack = {
  merged: 'approve all the same by overriding them (--override-checks)',
  published: 'publish it as a draft (--draft) or override them (--override-checks)',
} as const;

/** Throws CHECKS_NOT_PASSED, naming them, when required checks did not pass on the commit that is meant, unless that is overridden. */
export function assertChecked(
  db: Database,
  work: TaskWork,
  approval: Pick<Approval, 'head' | 'overrideChecks'> & FailedOnTop,
  what: keyof typeof heldBack = 'merged',
): Checked {
  const { overrideChecks = false } = approval;
  const shown = standsFor(db, work, approval);
  const blocking = blockingChecks(shown);
  if (blocking.length === 0 || overrideChecks) return { shown, overridden: blocking.length > 0 };
  const words = blocking.map(checkStandWords);
  const isOnTop = blocking.some(({ state }) => state === 'failed-on-top');
  const again = isOnTop
    ? `Mend that, have what would land checked again (in the terminal: task land ${work.id})`
    : `Run them (in the terminal: check run ${work.id})`;
  throw new CodedError(
    'CHECKS_NOT_PASSED',
    `Nothing was ${what}: required checks have not passed on this change: ${words.join('; ')}. ${again}, or ${heldBack[what]}.`,
    { facts: { task: work.id, checks: words } },
  );
}

/** Throws CHECKS_NOT_PASSED unless there are checks, required or not, and every one passed on what is to land. */
export function assertAllPassed(db: Database, work: TaskWork, approval: Pick<Approval, 'head'> & FailedOnTop): Checked {
  const shown = standsFor(db, work, approval);
  const open = shown.filter(({ state }) => state !== 'passed').map(checkStandWords);
  if (shown.length > 0 && open.length === 0) return { shown, overridden: false };
  const why =
    shown.length === 0
      ? `${work.repository.name} has no checks, and without one nobody would have looked at it.`
      : `Not all checks passed on this change: ${open.join('; ')}.`;
  throw new CodedError('CHECKS_NOT_PASSED', why, { facts: { task: work.id, checks: open } });
}

/** Says why a merge was not published, and what to do. */
export function notLanded(task: TaskWork, end: NotLanded): CodedError {
  const nothing = `Nothing was merged and nothing was touched: `;
  switch (end.kind) {
    case 'moved':
      return new CodedError(
        'MOVED',
        `${nothing}${task.base} moved while it was being merged. Look at the change again, then approve.`,
      );
    case 'in-the-way':
      return new CodedError(
        'CHECKOUT_IN_THE_WAY',
        `${nothing}${task.base} is checked out at ${end.checkout}, and files edited there are part of the change: ${some(end.files)}. Commit or move those edits away there, then approve again.`,
        { facts: { checkout: end.checkout, files: end.files.slice(0, 100) } },
      );
    case 'busy':
      return new CodedError(
        'CHECKOUT_IN_THE_WAY',
        `${nothing}${task.base} is checked out at ${end.checkout} and cannot be moved there now. ${end.reason}`,
        { facts: { checkout: end.checkout } },
      );
    default:
      return assertNever(end);
  }
}
