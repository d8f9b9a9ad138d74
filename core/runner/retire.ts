import { teardownName } from '../contract/check';
import type { TaskOutcome } from '../contract/task';
import type { BackupCause } from '../contract/worktree';
import { keepUnder, removeBackupRef } from '../git/backup-refs';
import type { Checkout } from '../git/checkout';
import { dropCheckpoints } from '../git/checkpoint-ref';
import { isAncestor } from '../git/diff';
import { adminFolder } from '../git/links';
import { startOf } from '../git/live';
import { reclaimWorktree } from '../git/reclaim';
import { removeFolders, removeWorktree } from '../git/remove';
import { hasCommit, hasTree, refOid } from '../git/resolve';
import { isAlike, readSnapshot } from '../git/restore';
import { backupRef, type Snapshot, snapshotWorktree } from '../git/snapshot';
import { deleteBranch } from '../git/worktree';
import { listWorktrees } from '../git/worktrees';
import { addBackup } from '../store/backups';
import { type CheckpointRow, listCheckpoints, removeCheckpoints } from '../store/checkpoints';
import { listChecks } from '../store/checks';
import type { Database } from '../store/database';
import { leftByReturns } from '../store/returns';
import { readTask } from '../store/task-view';
import { patchTask } from '../store/tasks';
import { listTransitions } from '../store/transitions';
import { noteSetUp, updateWorktree, type WorktreeRow, worktreeOf } from '../store/worktrees';
import { filesPart } from './checkpoint';
import type { Deps } from './deps';
import type { RepositoryPlace } from './place';

/** How often a worktree may change between its snapshot and its removal before it is left alone. */
const tries = 3;

/** What became of a worktree that was to go. */
export interface Retired {
  readonly backupRef: string | null;
  /** Why it is still there; null when it is gone. */
  readonly kept: string | null;
  /** Ignored files and folders that are gone and in no backup, by name. */
  readonly notKept: readonly string[];
  /** What else the person should know, one sentence each. */
  readonly notices: readonly string[];
}

/** Why a worktree is taken away, and who asked. */
export interface Why {
  readonly cause: BackupCause;
  readonly by: string;
}

type Needs = Pick<Deps, 'db' | 'writer' | 'announce' | 'now' | 'log' | 'closeTerminals' | 'retirements'>;

/** What is run in a worktree before it goes, once its state is kept; gives notices. */
type TearDown = (checkout: Checkout) => Promise<readonly string[]>;

/**
 * Takes away the worktree of a task, after its whole state is kept under a backup ref. Gives the ref, or null when there was
 * nothing to keep. Of a task that is done the branch goes too, and its checkpoints, but those of a discarded one, which can be
 * restored; what was left by going back, and what came to the files between two turns, is kept as backups. What cannot be kept
 * whole is not removed; `kept` then says why.
 * `why` is how its task ended unless it is given.
 * `notKept` names the ignored files and folders that went without a backup because they are large. Safe to repeat after
 * a crash at any point.
 */
export function retireWorktree(
  deps: Needs,
  place: RepositoryPlace,
  task: number,
  how: { readonly why?: Why; readonly tearDown?: TearDown | null } = {},
): Promise<Retired> {
  const { why = endOf(deps.db, task), tearDown = null } = how;
  return deps.retirements.during(() => retire(deps, place, task, { why, tearDown }));
}

async function retire(
  deps: Needs,
  place: RepositoryPlace,
  task: number,
  { why, tearDown }: { readonly why: Why; readonly tearDown: TearDown | null },
): Promise<Retired> {
  const row = worktreeOf(deps.db, task);
  if (!row) return { backupRef: null, kept: null, notKept: [], notices: [] };
  const found = await reclaimWorktree(place, row.path);
  if (found.kind === 'broken') {
    deps.log('warning', 'A worktree was left where it is.', { task, path: row.path, kept: found.reason });
    return { backupRef: null, kept: found.reason, notKept: [], notices: [] };
  }
  const isTorn = isTornDown(deps.db, row);
  const owner = { pid: process.pid, start: (await startOf(process.pid)) ?? '' };
  const since = isTorn ? row.updatedAt : deps.now();
  await deps.writer.write((db) => updateWorktree(db, { worktree: row.id, state: 'removing', owner, at: since }));
  // From here on none is opened; one that was, while the others were ended, must not go on in a folder that goes.
  await deps.closeTerminals(task);
  const left: Left =
    found.kind === 'usable'
      ? await takeAway(deps, place, { row, checkout: found.checkout, why, isTorn, tearDown })
      : await forgetFiles(deps, place, row, isTorn);
  const { ref: backupRef, kept, notKept } = left;
  const notices = [...left.notices];
  if (kept === null) {
    // One that can go on does so on its branch, and back to its checkpoints.
    if (readTask(deps.db, task).state === 'done') notices.push(...(await letGo(deps, place, row, left.head)));
    else await deps.writer.write((db) => gone(db, { worktree: row.id, task, at: deps.now() }));
    deps.announce(task);
  }
  return { backupRef, kept, notKept, notices };
}

/** Whether its removal was cut short once its teardown had begun: what is there now is no state to go on from, and the one that is was kept. */
function isTornDown(db: Database, { task, state, updatedAt }: WorktreeRow): boolean {
  if (state !== 'removing') return false;
  return listChecks(db, task).some(({ name, startedAt }) => name === teardownName && startedAt >= updatedAt);
}

/** What is left of a worktree. */
interface Left {
  /** What its task would go on from; null when nothing was kept. */
  readonly ref: string | null;
  /** The commit it was at when it was kept last; null when it was at none, or not kept now. */
  readonly head: string | null;
  readonly kept: string | null;
  readonly notKept: readonly string[];
  readonly notices: readonly string[];
}

/** What git remembers of a worktree whose files are gone would be in the way of bringing it back. */
async function forgetFiles(deps: Needs, place: RepositoryPlace, row: WorktreeRow, isTorn: boolean): Promise<Left> {
  await removeFolders(await adminFolder(place.checkout.commonDir, row.path), null);
  const ref = isTorn ? readTask(deps.db, row.task).backupRef : null;
  return { ref, head: null, kept: null, notKept: [], notices: [] };
}

interface Going {
  readonly row: WorktreeRow;
  readonly checkout: Checkout;
  readonly why: Why;
  readonly isTorn: boolean;
  readonly tearDown: TearDown | null;
}

/** Keeps what is in a worktree, tears it down and removes it, as long as it is what was kept. */
async function takeAway(deps: Needs, place: RepositoryPlace, going: Going): Promise<Left> {
  const { row, checkout, tearDown, isTorn } = going;
  const before = readTask(deps.db, row.task).backupRef;
  const asIs = { before, at: deps.now() + 1, last: isTorn ? before : null };
  let { ref, snapshot } = await keep(deps, place, going, asIs);
  // A teardown may delete what it likes: that is kept before it begins.
  const tearsDown = tearDown !== null && snapshot.leftOut.length === 0;
  const notices = tearsDown ? await tearDown(checkout) : [];
  for (let attempt = 1; ; attempt += 1) {
    const removed = await removeWorktree(place, { checkout, snapshot });
    const { head, notKept } = snapshot;
    if (removed.kind === 'removed') return { ref, head, kept: null, notKept, notices };
    const kept = removed.kind === 'kept' ? removed.leftOut.join(' ') : 'Something keeps writing in it.';
    if (removed.kind === 'kept' || attempt === tries) {
      deps.log('warning', 'A worktree was left where it is.', { task: row.task, path: row.path, kept });
      await deps.writer.write((db) => {
        updateWorktree(db, { worktree: row.id, state: 'ready', at: deps.now() });
        // Whoever goes on in it has to have it set up again.
        if (tearsDown || isTorn) noteSetUp(db, { worktree: row.id, command: null });
      });
      return { ref, head, kept, notKept: [], notices };
    }
    const last = tearsDown || isTorn ? ref : null;
    ({ ref, snapshot } = await keep(deps, place, going, { before, at: deps.now() + 1 + attempt, last }));
  }
}

/**
 * Keeps the state a worktree is in under a backup ref. `last` is what its task would go on from, when a teardown has been in it
 * since: what that makes of it is kept as well, and is no state to go on from.
 */
async function keep(
  deps: Needs,
  place: RepositoryPlace,
  { row, checkout, why }: Going,
  { before, at, last }: { readonly before: string | null; readonly at: number; readonly last: string | null },
): Promise<{ readonly ref: string; readonly snapshot: Snapshot }> {
  const { task, repository, branch, path } = row;
  const snapshot = await snapshotWorktree({ ...place, checkout }, { ref: backupRef(task, at), at: deps.now() });
  // What cannot go is looked at again and again, and need not be kept more than once.
  if (snapshot.leftOut.length > 0 && before !== null && (await isAlike(place, before, snapshot.ref))) {
    await removeBackupRef(place, snapshot);
    return { ref: before, snapshot };
  }
  const cause = last === null ? why.cause : 'torn down';
  await deps.writer.write((db) => {
    addBackup(db, { repository, task, ref: snapshot.ref, branch, path, cause, by: why.by, at: deps.now() });
    if (last === null) patchTask(db, { task, patch: { backupRef: snapshot.ref }, at: deps.now() });
  });
  return { ref: last ?? snapshot.ref, snapshot };
}

/**
 * Lets go of what was only of use with the worktree of a task that is done: its branch, and its checkpoints. Gives what the person
 * should know of that, one sentence each.
 */
async function letGo(
  deps: Needs,
  place: RepositoryPlace,
  row: WorktreeRow,
  head: string | null,
): Promise<readonly string[]> {
  const { task, branch, path, repository } = row;
  const { backupRef: kept, outcome, mergedOid } = readTask(deps.db, task);
  const tip = await refOid(place, `refs/heads/${branch}`);
  // The files may have gone before a crash, after their backup was made.
  const held = head ?? (await headOfBackup(place, kept));
  // Where a worktree had left its branch only that says where the branch was, so that of a task which may come back stays.
  const comesBack = outcome === 'discarded';
  const keep = comesBack ? [mergedOid] : [mergedOid, held];
  const isKept = tip !== null && (tip === held || (await isIn(place, tip, keep)));
  const mayGo = isKept && !(await isCheckedOut(place, branch));
  const isLeft = mayGo && !(await deleteBranch(place, { branch, oid: tip }));
  const hasMoved = isLeft && (await refOid(place, `refs/heads/${branch}`)) !== tip;
  // The backup keeps what is last. What could be gone back to in the worktree is of use only where it may come back.
  const left = comesBack ? [] : await nowhereElse(deps.db, place, { task, outcome });
  for (const { oid, createdAt } of left) await keepUnder(place, { ref: backupRef(task, createdAt), oid });
  if (!comesBack) await dropCheckpoints(place, task);
  await deps.writer.write((db) => {
    for (const { createdAt, cause } of left) {
      const what = { cause, by: 'person', repository, task } as const;
      // Its days count from now on: before, nothing would have taken it away, and nobody saw it in the bin.
      addBackup(db, { ...what, ref: backupRef(task, createdAt), branch, path, at: deps.now() });
    }
    if (!comesBack) removeCheckpoints(db, { task, at: deps.now() });
    gone(db, { worktree: row.id, task, at: deps.now() });
  });
  return isLeft ? [leftBranchWords(branch, hasMoved)] : [];
}

/**
 * The checkpoints of a task that is over whose states may be kept by nothing else, and why each is: what was left by going back,
 * whether it was kept for that or by the turn that made it, what came to the files between two turns, which the agent may have
 * written over since, and all that was ever made of the files when none of it landed.
 */
async function nowhereElse(
  db: Database,
  place: RepositoryPlace,
  { task, outcome }: { readonly task: number; readonly outcome: TaskOutcome | null },
): Promise<(CheckpointRow & { readonly cause: BackupCause })[]> {
  const returned = leftByReturns(db, task);
  const only: (CheckpointRow & { readonly cause: BackupCause })[] = [];
  for (const row of listCheckpoints(db, task)) {
    if (row.removedAt !== null || row.kind === 'start') continue;
    if (row.kind === 'left' || returned.includes(row.number)) only.push({ ...row, cause: 'went back' });
    else if (await isBetween(place, row)) only.push({ ...row, cause: 'between turns' });
    else if (outcome === 'answered') only.push({ ...row, cause: 'answered' });
  }
  // What a turn made and what was left of it later may be the same files: the later one has them with what was committed.
  return only.filter(
    ({ state }, at) => !only.slice(at + 1).some((later) => filesPart(later.state) === filesPart(state)),
  );
}

/** Whether a checkpoint keeps what came to the files between two turns, and not only what Switchyard committed then. */
async function isBetween(place: RepositoryPlace, { kind, head, tree }: CheckpointRow): Promise<boolean> {
  if (kind !== 'restacked') return kind === 'edited';
  return head === null || !(await hasTree(place, head, tree));
}

function leftBranchWords(branch: string, hasMoved: boolean): string {
  if (hasMoved)
    return `Its branch ${branch} is still there: somebody moved it while it was about to be deleted, and what it is at now may be kept by nothing else. Look at it before you delete it.`;
  return `Its branch ${branch} is still there: git could not delete it, most likely because another git was at work. Nothing needs it any more; delete it with git branch -D ${branch}`;
}

function gone(db: Database, { worktree, task, at }: Record<'worktree' | 'task' | 'at', number>): void {
  updateWorktree(db, { worktree, state: 'removed', at });
  patchTask(db, { task, patch: { worktree: null }, at });
}

/** How a task ended, and by whom: why its worktree goes. */
function endOf(db: Database, task: number): Why {
  const { state, outcome } = readTask(db, task);
  const by = listTransitions(db, task).at(-1)?.by ?? 'recovery';
  // Nobody asked for the worktree of one that is not done to go: its task needs it no more.
  return state === 'done' && outcome !== null ? { cause: outcome, by } : { cause: 'removed', by: 'repository' };
}

/** Whether the history of one of the commits in `keep`, what landed or its backup, holds all of a branch. */
async function isIn(place: RepositoryPlace, tip: string, keep: readonly (string | null)[]): Promise<boolean> {
  for (const oid of keep) {
    if (oid !== null && (await hasCommit(place, oid)) && (await isAncestor(place, tip, oid))) return true;
  }
  return false;
}

/** Whether a checkout has a branch: somebody may have moved the worktree to another place, or be on the branch themselves. */
async function isCheckedOut(place: RepositoryPlace, branch: string): Promise<boolean> {
  return (await listWorktrees(place)).some((worktree) => worktree.branch === branch);
}

async function headOfBackup(place: RepositoryPlace, ref: string | null): Promise<string | null> {
  if (ref === null || (await refOid(place, ref)) === null) return null;
  return (await readSnapshot(place, ref)).head;
}
