import { teardownName } from '../contract/check';
import type { BackupCause } from '../contract/worktree';
import { keepUnder, removeBackupRef } from '../git/backup-refs';
import type { Checkout } from '../git/checkout';
import { dropCheckpoints } from '../git/checkpoint-ref';
import { adminFolder } from '../git/links';
import { startOf } from '../git/live';
import { reclaimWorktree } from '../git/reclaim';
import { removeFolders, removeWorktree } from '../git/remove';
import { refOid } from '../git/resolve';
import { isAlike, readSnapshot } from '../git/restore';
import { backupRef, type Snapshot, snapshotWorktree } from '../git/snapshot';
import { deleteBranch } from '../git/worktree';
import { addBackup } from '../store/backups';
import { listCheckpoints, removeCheckpoints } from '../store/checkpoints';
import { listChecks } from '../store/checks';
import type { Database } from '../store/database';
import { readTask } from '../store/task-view';
import { patchTask } from '../store/tasks';
import { listTransitions } from '../store/transitions';
import { noteSetUp, updateWorktree, worktreeOf } from '../store/worktrees';
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

/**
 * Takes away the worktree of a task, after its whole state is kept under a backup ref. Gives the ref, or null when there was
 * nothing to keep. Of a task that is done the branch goes too, and its checkpoints, but those of a discarded one, which can be
 * restored; what was left by going back is kept as backups. What cannot be kept whole is not removed; `kept` then says why.
 * `why` is how its task ended unless it is given.
 * `notKept` names the ignored files and folders that went without a backup because they are large. Safe to repeat after
 * a crash at any point.
 */
export async function retireWorktree(
  deps: Pick<Deps, 'db' | 'writer' | 'announce' | 'now' | 'log' | 'closeTerminals'>,
  place: RepositoryPlace,
  task: number,
  {
    why = endOf(deps.db, task),
    tearDown = null,
  }: {
    readonly why?: Why;
    /** What is run in it first, once its state is kept; gives notices. */
    readonly tearDown?: ((checkout: Checkout) => Promise<readonly string[]>) | null;
  } = {},
): Promise<Retired> {
  const row = worktreeOf(deps.db, task);
  if (!row) return { backupRef: null, kept: null, notKept: [], notices: [] };
  const found = await reclaimWorktree(place, row.path);
  if (found.kind === 'broken') {
    deps.log('warning', 'A worktree was left where it is.', { task, path: row.path, kept: found.reason });
    return { backupRef: null, kept: found.reason, notKept: [], notices: [] };
  }
  const owner = { pid: process.pid, start: (await startOf(process.pid)) ?? '' };
  // Cut short once its teardown had begun: what is there now is no state to go on from, and the one that is was kept.
  const isTorn =
    row.state === 'removing' &&
    listChecks(deps.db, task).some(({ name, startedAt }) => name === teardownName && startedAt >= row.updatedAt);
  const since = isTorn ? row.updatedAt : deps.now();
  await deps.writer.write((db) => updateWorktree(db, { worktree: row.id, state: 'removing', owner, at: since }));
  // From here on none is opened; one that was, while the others were ended, must not go on in a folder that goes.
  await deps.closeTerminals(task);
  let ref: string | null = isTorn ? readTask(deps.db, task).backupRef : null;
  let heldTip: string | null = null;
  let notKept: readonly string[] = [];
  const notices: string[] = [];
  const before = readTask(deps.db, task).backupRef;
  if (found.kind === 'usable') {
    const { checkout } = found;
    const keep = async (at: number, cause: BackupCause): Promise<Snapshot> => {
      const snapshot = await snapshotWorktree({ ...place, checkout }, { ref: backupRef(task, at), at: deps.now() });
      heldTip = snapshot.head;
      notKept = snapshot.notKept;
      // What cannot go is looked at again and again, and need not be kept more than once.
      if (snapshot.leftOut.length > 0 && before !== null && (await isAlike(place, before, snapshot.ref))) {
        await removeBackupRef(place, snapshot);
        ref = before;
        return snapshot;
      }
      await deps.writer.write((db) => {
        const { repository, branch, path } = row;
        const what = { repository, task, ref: snapshot.ref, branch, path, cause, by: why.by };
        addBackup(db, { ...what, at: deps.now() });
        // What its teardown makes of it is no state to go on from.
        if (ref === null || cause === why.cause)
          patchTask(db, { task, patch: { backupRef: snapshot.ref }, at: deps.now() });
      });
      ref = cause === why.cause ? snapshot.ref : ref;
      return snapshot;
    };
    let snapshot = await keep(deps.now() + 1, isTorn ? 'torn down' : why.cause);
    // A teardown may delete what it likes: that is kept before it begins.
    const tearsDown = tearDown !== null && snapshot.leftOut.length === 0;
    if (tearsDown) notices.push(...(await tearDown(checkout)));
    for (let attempt = 1; ; attempt += 1) {
      const removed = await removeWorktree(place, { checkout, snapshot });
      if (removed.kind === 'removed') break;
      const kept = removed.kind === 'kept' ? removed.leftOut.join(' ') : 'Something keeps writing in it.';
      if (removed.kind === 'kept' || attempt === tries) {
        deps.log('warning', 'A worktree was left where it is.', { task, path: row.path, kept });
        await deps.writer.write((db) => {
          updateWorktree(db, { worktree: row.id, state: 'ready', at: deps.now() });
          // Whoever goes on in it has to have it set up again.
          if (tearsDown || isTorn) noteSetUp(db, { worktree: row.id, command: null });
        });
        return { backupRef: ref, kept, notKept: [], notices };
      }
      snapshot = await keep(deps.now() + 1 + attempt, tearsDown || isTorn ? 'torn down' : why.cause);
    }
  } else {
    // What git remembers of a worktree whose files are gone would be in the way of bringing it back.
    await removeFolders(await adminFolder(place.checkout.commonDir, row.path), null);
  }
  const { state, outcome } = readTask(deps.db, task);
  // One that can go on does so on its branch, and back to its checkpoints.
  if (state !== 'done') {
    await deps.writer.write((db) => gone(db, { worktree: row.id, task, at: deps.now() }));
    deps.announce(task);
    return { backupRef: ref, kept: null, notKept, notices };
  }
  const tip = await refOid(place, `refs/heads/${row.branch}`);
  // The files may have gone before a crash, after their backup was made.
  heldTip ??= await headOfBackup(place, readTask(deps.db, task).backupRef);
  // The branch may go only when the snapshot's history holds its commits.
  if (tip !== null && tip === heldTip) await deleteBranch(place, { branch: row.branch, oid: tip });
  // The backup keeps what is last. What could be gone back to in the worktree is of use only where it may come back.
  const comesBack = outcome === 'discarded';
  const left = comesBack ? [] : listCheckpoints(deps.db, task).filter((one) => one.kind === 'left' && !one.removedAt);
  for (const { oid, createdAt } of left) await keepUnder(place, { ref: backupRef(task, createdAt), oid });
  if (!comesBack) await dropCheckpoints(place, task);
  await deps.writer.write((db) => {
    for (const { createdAt } of left) {
      const what = { cause: 'went back', by: 'person', repository: row.repository, task } as const;
      addBackup(db, { ...what, ref: backupRef(task, createdAt), branch: row.branch, path: row.path, at: createdAt });
    }
    if (!comesBack) removeCheckpoints(db, { task, at: deps.now() });
    gone(db, { worktree: row.id, task, at: deps.now() });
  });
  deps.announce(task);
  return { backupRef: ref, kept: null, notKept, notices };
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

async function headOfBackup(place: RepositoryPlace, ref: string | null): Promise<string | null> {
  if (ref === null || (await refOid(place, ref)) === null) return null;
  return (await readSnapshot(place, ref)).head;
}
