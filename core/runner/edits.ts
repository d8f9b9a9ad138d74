import { CodedError } from '../contract/errors';
import type { WorktreePlace } from '../git/checkout';
import { isAncestor } from '../git/diff';
import { keepUndone } from '../git/edit-ref';
import { noteFiltered, passingFilters, wasFiltered } from '../git/filters';
import { completeLanding, type NotLanded, publish } from '../git/land';
import { readHead } from '../git/open';
import { reclaimWorktree } from '../git/reclaim';
import { clearStaleLocks } from '../git/recover';
import { refOid } from '../git/resolve';
import { addDecision } from '../store/decisions';
import { type Edit, editUnderWay, finishEdit } from '../store/edits';
import { type TaskWork, taskWork } from '../store/task-work';
import { patchTask } from '../store/tasks';
import { worktreeOf } from '../store/worktrees';
import type { Deps } from './deps';
import { sizeAt } from './measure';
import { type RepositoryPlace, repositoryPlace } from './place';
import { inTaskPlace } from './processes';
import { trustedWithoutAsking } from './trust';

type Needs = Pick<Deps, 'db' | 'writer' | 'git' | 'announce' | 'now' | 'log' | 'owner'>;

/** A task's worktree with its branch checked out, and the repository it belongs to. */
export interface Editable {
  readonly repository: RepositoryPlace;
  readonly worktree: WorktreePlace;
  readonly branch: string;
}

/**
 * The worktree in which a person's edits of a task's change are made. Throws WRONG_STATE, saying what to do, when it is not
 * there or not on its branch.
 */
export async function editable(deps: Pick<Deps, 'db' | 'git'>, work: TaskWork): Promise<Editable> {
  const repository = await repositoryPlace(deps.git, work.repository);
  const row = worktreeOf(deps.db, work.id);
  const found = row?.state === 'ready' ? await reclaimWorktree(repository, row.path) : null;
  if (row === undefined || found?.kind !== 'usable') {
    const why =
      found?.kind === 'broken' ? found.reason : 'Ask for changes, which makes it anew, or edit its branch yourself.';
    throw new CodedError('WRONG_STATE', `Nothing was edited: task ${work.id} has no worktree to edit it in. ${why}`, {
      facts: { task: work.id, worktree: work.worktree },
    });
  }
  const worktree = { git: deps.git, checkout: found.checkout, trusted: false } as const;
  const head = await readHead(worktree);
  if (head.kind !== 'branch' || head.branch !== row.branch) {
    throw new CodedError(
      'WRONG_STATE',
      `Nothing was edited: the worktree of task ${work.id} is not on its branch. Check out ${row.branch} in ${row.path}, then try again.`,
      { facts: { task: work.id, worktree: row.path, branch: row.branch } },
    );
  }
  const trusted = await trustedWithoutAsking(worktree, repository);
  return { repository, worktree: { ...worktree, trusted }, branch: row.branch };
}

/**
 * Notes that files pass a filter on their way to the disk. Throws WRONG_STATE when one of these has and would not now,
 * because the worktree brings programs that nobody was asked about: it would come out as it is stored.
 */
export async function throughFilters({ worktree }: Editable, paths: readonly string[]): Promise<void> {
  if (!worktree.trusted && !(await wasFiltered(worktree.checkout))) return;
  const names = Buffer.from(paths.map((path) => `${path}\0`).join(''));
  if ((await passingFilters(worktree, names)).length === 0) return;
  if (worktree.trusted) return noteFiltered(worktree.checkout);
  throw new CodedError(
    'WRONG_STATE',
    `Nothing was edited: ${paths.join(', ')} must pass a filter of the repository, whose programs may not run, because the change brings some you were not asked about. Ask for changes instead.`,
    { facts: { files: paths } },
  );
}

/**
 * Moves branch and worktree of a task as an edit that was written down says, or its undoing, and keeps that it is done.
 * Throws CHECKOUT_IN_THE_WAY or MOVED, having touched nothing, when it cannot be done.
 */
export async function carryOut(deps: Needs, work: TaskWork, place: Editable, edit: Edit): Promise<void> {
  const { branch, worktree, repository } = place;
  const move = moveOf(edit, branch);
  if (edit.state === 'undoing') await keepUndone(repository, { task: work.id, edit: edit.id, oid: edit.newHead });
  const reason =
    edit.state === 'undoing' ? `switchyard: undid the edit of ${edit.path}` : `switchyard: edited ${edit.path}`;
  const end = await inTaskPlace(deps, work.id, worktree, (owned) =>
    publish(owned, { ...move, reason: reason.replace(/[\r\n]+/g, ' '), hooks: false }),
  ).catch(async (cause: unknown) => {
    // The branch may have moved, and its files not all: what can be finished is, and what cannot is said.
    if ((await settleEdit(deps, work.id)) !== 'done') throw cause;
    return null;
  });
  if (end === null) return;
  if (end.kind === 'landed') return finish(deps, edit, { repository, moved: true });
  await finish(deps, edit, { repository, moved: false });
  throw notMoved(work, end);
}

/**
 * Finishes or forgets an edit of a task's change that was cut short, before anything else happens to the task. Throws
 * CHECKOUT_IN_THE_WAY, saying what to mend, while it can be neither.
 */
export async function settleEdit(deps: Needs, task: number): Promise<'none' | 'done' | 'abandoned'> {
  const edit = editUnderWay(deps.db, task);
  if (edit === undefined) return 'none';
  const work = taskWork(deps.db, task);
  const repository = await repositoryPlace(deps.git, work.repository);
  const row = worktreeOf(deps.db, task);
  const branch = row?.branch ?? work.branch;
  if (branch === null) {
    await abandonEdit(deps, task);
    return 'abandoned';
  }
  const found = row?.state === 'ready' ? await reclaimWorktree(repository, row.path) : null;
  const checkout = found?.kind === 'usable' ? found.checkout : null;
  if (row !== undefined) await clearStaleLocks(repository, { ...row, ownerDead: true });
  const worktree = { git: deps.git, checkout: checkout ?? repository.checkout, trusted: false } as const;
  const trusted = checkout === null ? false : await trustedWithoutAsking(worktree, repository);
  const move = moveOf(edit, branch);
  const complete = (owned: WorktreePlace) => completeLanding(owned, move);
  const end = await inTaskPlace(deps, task, { ...worktree, trusted }, complete).catch((cause: unknown) => ({
    kind: 'busy' as const,
    checkout: row?.path ?? '',
    reason: cause instanceof Error ? cause.message : String(cause),
  }));
  if (end.kind === 'busy') {
    throw new CodedError(
      'CHECKOUT_IN_THE_WAY',
      `An edit of ${edit.path} in the worktree of task ${task} has begun and could not be finished: ${end.reason} Mend that, then try again; it goes on where it stopped, and nothing else you edited is touched.`,
      { facts: { task, checkout: end.checkout } },
    );
  }
  const moved = await stands(repository, move);
  await finish(deps, edit, { repository, moved });
  return moved ? 'done' : 'abandoned';
}

/** Lets go of an edit that cannot be finished, if there is one. Branch and worktree stay as they are. */
export async function abandonEdit(deps: Pick<Deps, 'db' | 'writer' | 'now'>, task: number): Promise<void> {
  const edit = editUnderWay(deps.db, task);
  if (edit !== undefined) await deps.writer.write((db) => finishEdit(db, { edit, moved: false, at: deps.now() }));
}

interface Move {
  readonly branch: string;
  readonly oldOid: string;
  readonly newOid: string;
}

function moveOf({ state, oldHead, newHead }: Edit, branch: string): Move {
  return state === 'undoing'
    ? { branch, oldOid: newHead, newOid: oldHead }
    : { branch, oldOid: oldHead, newOid: newHead };
}

/** Whether the branch was moved, and may have gone on from there. */
async function stands(place: RepositoryPlace, { branch, oldOid, newOid }: Move): Promise<boolean> {
  const now = await refOid(place, `refs/heads/${branch}`);
  if (now === null || now === newOid) return now !== null;
  if (!(await isAncestor(place, newOid, now))) return false;
  // An undoing goes to an older commit, which stands behind one that never moved, too.
  return (await isAncestor(place, oldOid, newOid)) || !(await isAncestor(place, oldOid, now));
}

/** Keeps how an edit ended: of one that moved the branch the decision and how large the change is now. */
async function finish(
  deps: Needs,
  edit: Edit,
  { repository, moved }: { readonly repository: RepositoryPlace; readonly moved: boolean },
): Promise<void> {
  const work = taskWork(deps.db, edit.task);
  const head = edit.state === 'undoing' ? edit.oldHead : edit.newHead;
  // What has happened is kept even where the base branch is gone, which only the size of the change is told by.
  const change = moved ? await sizeAt(repository, work, head) : null;
  await deps.writer.write((db) => {
    if (!finishEdit(db, { edit, moved, at: deps.now() }) || !moved) return;
    if (edit.decision !== null) addDecision(db, edit.decision);
    patchTask(db, { task: edit.task, patch: change === null ? { head } : { change, head }, at: deps.now() });
  });
  deps.announce(edit.task);
}

/** Says why the branch was not moved, and what to do. */
function notMoved({ id, branch, worktree }: TaskWork, end: NotLanded): CodedError {
  if (end.kind === 'moved') {
    return new CodedError('MOVED', `Nothing was edited: ${branch} moved meanwhile. Look at task ${id} again.`);
  }
  if (end.kind === 'busy') {
    return new CodedError(
      'CHECKOUT_IN_THE_WAY',
      `Nothing was edited: the worktree ${worktree} is busy. ${end.reason}`,
      {
        facts: { checkout: end.checkout },
      },
    );
  }
  const files = end.files.slice(0, 5).join(', ');
  return new CodedError(
    'CHECKOUT_IN_THE_WAY',
    `Nothing was edited and nothing was touched: the worktree ${end.checkout} has edits of its own in ${files}, in no commit. Commit them on ${branch} and look again, or take them out.`,
    { facts: { checkout: end.checkout, files: end.files.slice(0, 100) } },
  );
}
