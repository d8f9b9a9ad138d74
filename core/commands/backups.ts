import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { dayMs, type Retention, retentionOf } from '../contract/retention';
import type { Backup, BackupRef, Restored } from '../contract/worktree';
import { bytesOf, listBackupRefs, removeBackupRef } from '../git/backup-refs';
import type { Place } from '../git/checkout';
import { dropCheckpoints } from '../git/checkpoint-ref';
import { removeFolders } from '../git/remove';
import { refOid } from '../git/resolve';
import { readSnapshot, restoreSnapshot } from '../git/restore';
import { addWorktree } from '../git/worktree';
import { repositoryPlace } from '../runner/place';
import { repositoryFolder } from '../runner/worktree-path';
import { type BackupRow, listBackups, putAside, updateBackup } from '../store/backups';
import { leftCheckpoints, removeCheckpoints } from '../store/checkpoints';
import { listRepositories, type RepositoryRow, repositoryById } from '../store/repositories';
import { type TaskRow, taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { worktreeOf } from '../store/worktrees';
import { alone } from './acting';
import * as checkpoints from './checkpoints';
import * as decisions from './decisions';
import * as discarding from './discarding';
import type { Room } from './room';
import { rootOf } from './worktrees';

/** More than anybody looks through; the newest are shown. */
const mostShown = 2000;

/** What was taken away and is kept, newest first. What of it was never measured is, in the background. */
export async function list(room: Room): Promise<Backup[]> {
  const all: Backup[] = [];
  for (const repository of listRepositories(room.db)) all.push(...(await backupsOf(room, repository)));
  const newest = all.sort((one, other) => other.createdAt - one.createdAt).slice(0, mostShown);
  for (const backup of newest) {
    const { repositoryId, ref, cause, bytes } = backup;
    if (bytes !== null || cause === null) continue;
    if (room.writer.writes) room.sizes.later(`${repositoryId} ${ref}`, (signal) => measure(room, backup, signal));
  }
  return newest;
}

/** The backups of one repository; none when it is not there. `retention` stands in for what holds there. */
export async function backupsOf(
  room: Room,
  repository: RepositoryRow,
  retention: Retention = retentionOf(room.settings(), repository.retention),
): Promise<Backup[]> {
  // Only its refs are read, and each is looked at again before anything is done with it.
  const refs = await listBackupRefs(objectsOf(room, repository)).catch(() => []);
  const noted = new Map(listBackups(room.db, repository.id).map((row) => [row.ref, row]));
  const shown = { repositoryId: repository.id, repository: repository.path };
  const backups = refs.map(({ ref, oid }): Backup => {
    const row = noted.get(ref);
    const task = row?.task == null ? null : taskRow(room.db, row.task);
    const createdAt = row?.createdAt ?? timeIn(ref);
    const goes = row !== undefined && (task === null || task.state === 'done') && retention.backupDays > 0;
    return {
      ...{ ...shown, ref, oid, task: task && shortRow(task), createdAt },
      ...{ cause: row?.cause ?? null, by: row?.by ?? null, branch: row?.branch ?? null, bytes: row?.bytes ?? null },
      keptUntil: goes ? createdAt + retention.backupDays * dayMs : null,
      bringsBack: way(room, row, task),
      restoredPath: row?.restoredPath != null && existsSync(row.restoredPath) ? row.restoredPath : null,
    };
  });
  const left = leftCheckpoints(room.db, repository.id).map(
    ({ ref, oid, task, createdAt }): Backup => ({
      ...{ ...shown, ref, oid, task: shortRow(taskRow(room.db, task)), createdAt, cause: 'went back', by: 'person' },
      ...{ branch: null, bytes: 0, keptUntil: null, bringsBack: 'checkpoint', restoredPath: null },
    }),
  );
  return [...backups, ...left];
}

/** Puts back what a backup keeps. Throws NOT_FOUND, CONFLICT, WRONG_STATE. */
export async function restore(room: Room, caller: Caller, { repository: id, ref }: BackupRef): Promise<Restored> {
  const repository = repositoryById(room.db, id);
  const left = leftCheckpoints(room.db, id).find((row) => row.ref === ref);
  if (left !== undefined) {
    await checkpoints.back(room, caller, { task: left.task, checkpoint: left.number });
    return restoredTask(room, left.task);
  }
  const place = await repositoryPlace(room.git, repository);
  const oid = await refOid(place, ref);
  if (oid === null) throw notThere(repository, ref);
  const row = listBackups(room.db, id).find((one) => one.ref === ref);
  const task = row?.task ?? null;
  const restored =
    row === undefined || task === null
      ? await beside(room, repository, { ref, row })
      : await alone(task, async () => {
          const now = taskRow(room.db, task);
          const how = way(room, row, now);
          if (how === 'task') return 'task';
          // Once it is beside, its task would go on without it.
          if (now.state === 'queued' && worktreeOf(room.db, task) === undefined && putAside(room.db, task)?.ref === ref)
            throw comesBack(task, ref);
          const work = taskWork(room.db, task);
          const branch = work.branch ?? '';
          if (how === 'branch' || (await discarding.movedSince(place, { ref, branch })))
            return beside(room, repository, { ref, row });
          await discarding.putBack(room, place, { work, branch });
          room.announce(task);
          return restoredTask(room, task);
        });
  room.publish({ type: 'worktrees.changed' });
  if (restored === 'task') {
    await discarding.restore(room, caller, task ?? 0);
    return restoredTask(room, task ?? 0);
  }
  await room.writer.write((db) =>
    decisions.record(room, db, {
      ...{ by: caller.by, kind: 'restore-backup', task, repository: repository.path },
      ...{ shown: { ref, oid }, answered: { ref, path: restored.path, branch: restored.branch } },
    }),
  );
  return restored;
}

/** Removes a backup for good. Throws NOT_FOUND, and WRONG_STATE for what its task still needs. */
export async function remove(room: Room, { by }: Caller, { repository: id, ref }: BackupRef): Promise<void> {
  const repository = repositoryById(room.db, id);
  const backup = async () => {
    const there = (await backupsOf(room, repository)).find((one) => one.ref === ref);
    if (there === undefined) throw notThere(repository, ref);
    if (there.bringsBack !== 'checkpoint') return there;
    throw new CodedError(
      'WRONG_STATE',
      `${ref} was not removed: task ${there.task?.id ?? ''} can still go back to it. When the task is done it can be removed.`,
      { facts: { ref } },
    );
  };
  const { task } = await backup();
  const removal = async () => removeForGood(room, repository, await backup(), { by, rule: null });
  await (task === null ? removal() : alone(task.id, removal));
  room.publish({ type: 'worktrees.changed' });
}

/**
 * Removes a backup and records who did, with what it was; by a rule when nobody did. With what a discarded task comes back from
 * go the states it could go back to. While nothing else happens to its task.
 */
export async function removeForGood(
  room: Room,
  repository: RepositoryRow,
  backup: Backup,
  { by, rule }: { readonly by: string; readonly rule: string | null },
): Promise<void> {
  const { ref, oid, cause, createdAt, bytes } = backup;
  // First the record: what is recorded and still there can be removed again, and the other way round nobody would know.
  await room.writer.write((db) => {
    updateBackup(db, { repository: repository.id, ref }, { removedAt: room.now() });
    decisions.record(room, db, {
      ...{ by, rule, kind: 'remove-backup', task: backup.task?.id ?? null, repository: repository.path },
      ...{ shown: { ref, oid, cause, createdAt, bytes }, answered: { ref } },
    });
  });
  const place = objectsOf(room, repository);
  const moved = () =>
    new CodedError('MOVED', `${ref} of ${repository.path} was not removed: it is another one by now. Look again.`, {
      facts: { ref },
    });
  // Before the backup, because whoever finds that still there can remove both again.
  if (backup.task !== null && backup.bringsBack === 'task') {
    if ((await refOid(place, ref)) !== oid) throw moved();
    const task = backup.task.id;
    await dropCheckpoints(place, task);
    await room.writer.write((db) => removeCheckpoints(db, { task, at: room.now() }));
  }
  if (!(await removeBackupRef(place, backup))) throw moved();
}

/** Puts a backup back on a branch of its own, in a worktree no task has. */
async function beside(
  room: Room,
  repository: RepositoryRow,
  { ref, row }: { readonly ref: string; readonly row: BackupRow | undefined },
): Promise<Restored> {
  const place = await repositoryPlace(room.git, repository);
  const [, task = '0', at = ''] = /\/(\d+)\/([^/]+)$/.exec(ref) ?? [];
  const name = `restored-${task}-${Number.isSafeInteger(Number(at)) ? Number(at).toString(36) : at}`;
  const path = join(repositoryFolder(rootOf(room), repository), name);
  const snapshot = /^\d+$/.test(at) ? await readSnapshot(place, ref) : null;
  const startOid = snapshot === null ? await refOid(place, ref) : snapshot.head;
  if (startOid === null) {
    throw new CodedError(
      'WRONG_STATE',
      `${ref} cannot be put back: its worktree was on no commit. Its files are in it: git show ${ref}`,
      { facts: { ref } },
    );
  }
  const branch = `switchyard/${name}`;
  const added = await addWorktree(place, { path, branch, startOid, existingBranch: true });
  if (added.kind !== 'added') {
    const what = added.kind === 'path-taken' ? path : `the branch ${branch}`;
    throw new CodedError(
      'CONFLICT',
      `${ref} was not put back: ${what} is there already. Remove that first, or use it.`,
      {
        facts: { ref, path, branch },
      },
    );
  }
  const inIt: Place = { git: room.git, checkout: added.checkout, trusted: false };
  if (snapshot !== null) {
    await restoreSnapshot(inIt, { ref }).catch(async (cause: unknown) => {
      // Half of it must not stand there as if it were all; the backup still holds everything.
      await removeFolders(added.checkout.gitDir, added.checkout.workTree);
      throw cause;
    });
  }
  const restoredPath = added.checkout.workTree;
  await room.writer.write((db) => updateBackup(db, { repository: repository.id, ref }, { restoredPath }));
  return { task: row?.task ?? null, path: restoredPath, branch };
}

/** What restoring a backup brings back. */
function way(room: Room, row: BackupRow | undefined, task: TaskRow | null): Backup['bringsBack'] {
  if (row === undefined || task === null || task.backup_ref !== row.ref || task.branch === null) return 'branch';
  if (task.state === 'done') return task.outcome === 'discarded' ? 'task' : 'branch';
  const stopped = task.state === 'review' || task.state === 'failed' || task.state === 'cancelled';
  return stopped && worktreeOf(room.db, task.id) === undefined ? 'worktree' : 'branch';
}

async function measure(room: Room, { repositoryId, ref, oid }: Backup, signal: AbortSignal): Promise<void> {
  const repository = repositoryById(room.db, repositoryId);
  const bytes = await bytesOf(objectsOf(room, repository), oid, signal);
  await room.writer.write((db) => updateBackup(db, { repository: repositoryId, ref }, { bytes }));
}

/** Where refs and objects of a repository are, whichever of its checkouts was added. */
function objectsOf({ git }: Room, { commonDir, path }: RepositoryRow): Place {
  return { git, checkout: { gitDir: commonDir, commonDir, workTree: path }, trusted: false };
}

function restoredTask(room: Room, task: number): Restored {
  const { worktree, branch } = taskRow(room.db, task);
  return { task, path: worktree ?? '', branch };
}

function shortRow({ id, title, state, outcome }: TaskRow): NonNullable<Backup['task']> {
  return { id, title, state, outcome };
}

function comesBack(task: number, ref: string): CodedError {
  return new CodedError(
    'WRONG_STATE',
    `${ref} was not put back: task ${task} waits for its turn, and what was in its worktree comes back by itself when it goes on. To have it now, cancel the task first.`,
    { facts: { task, ref } },
  );
}

function notThere({ path }: RepositoryRow, ref: string): CodedError {
  return new CodedError('NOT_FOUND', `There is no ${ref} in ${path}. See: worktree bin`, { facts: { ref } });
}

/** When a backup was made, by its name; 0 when that does not say. */
function timeIn(ref: string): number {
  const time = Number(ref.split('/').at(-1));
  return Number.isSafeInteger(time) ? time : 0;
}
