import { existsSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { dayMs, retentionOf } from '../contract/retention';
import {
  type Worktree,
  type WorktreeDetail,
  type WorktreeReason,
  type Worktrees,
  worktreeReasonWords,
} from '../contract/worktree';
import type { Place } from '../git/checkout';
import { type FoundWorktree, findWorktrees, worktreeIn } from '../git/found';
import { realPath } from '../git/links';
import { unfinishedIn } from '../git/occupation';
import { worktreeStatus } from '../git/status';
import { deleteBranch } from '../git/worktree';
import { settleEdit } from '../runner/edits';
import { settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { retireNobodys } from '../runner/nobodys';
import { repositoryPlace } from '../runner/place';
import { noticesOf, tell } from '../runner/putting-away';
import { endRestack } from '../runner/restacks';
import { retireWorktree } from '../runner/retire';
import { tearDownOf } from '../runner/setting-up';
import { listBackups } from '../store/backups';
import { listReady, takeReady } from '../store/ready-worktrees';
import { listRepositories, type RepositoryRow, repositoryById } from '../store/repositories';
import { taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { trainsWithWorktree } from '../store/trains';
import { listWorktreeRows, type WorktreeRow } from '../store/worktrees';
import { alone } from './acting';
import * as decisions from './decisions';
import type { Room } from './room';

/** Every worktree there is, with what was measured of it so far; what was measured before `since` is measured again. */
export async function list(room: Room, since?: number): Promise<Worktrees> {
  const all = await everyWorktree(room);
  const folders = all.map(({ shown, found }) => ({ path: shown.path, place: placeOf(room, found) }));
  room.sizes.want(folders, since);
  return { worktrees: all.map(({ shown }) => shown), measuring: room.sizes.left() };
}

/** One of them, with what is in no commit. Throws NOT_FOUND. */
export async function get(room: Room, path: string): Promise<WorktreeDetail> {
  const { shown, found } = await theOne(room, path);
  const place = placeOf(room, found);
  const dirty = place === null ? null : await worktreeStatus(place);
  const uncommitted = dirty && { paths: dirty.slice(0, mostNamed).map((file) => file.path), count: dirty.length };
  // One look at what is in no commit, or the two would not agree.
  const size = shown.size && { ...shown.size, uncommitted: uncommitted?.count ?? null };
  const unfinished = found.checkout && (await unfinishedIn(found.checkout));
  return { ...shown, size, uncommitted, unfinished };
}

const mostNamed = 200;

/** Takes a worktree away once it is kept. Throws NOT_FOUND, WRONG_STATE. */
export async function remove(
  room: Room,
  { by }: Caller,
  path: string,
): Promise<{ ref: string | null; repository: number; notKept: string[] }> {
  const { shown, found, row } = await theOne(room, path);
  // That somebody decided it is written down after it is gone.
  const removed = await room.retirements.during(() =>
    row === null ? removeNobodys(room, by, shown, found) : removeOfTask(room, by, shown, row),
  );
  room.sizes.forget(shown.path);
  room.publish({ type: 'worktrees.changed' });
  return removed;
}

function removeOfTask(room: Room, by: string, shown: Worktree, row: WorktreeRow) {
  return alone(row.task, async () => {
    const { state } = taskRow(room.db, row.task);
    if (state === 'queued' || state === 'running' || state === 'waiting') throw inUse(shown);
    if (state === 'review') await settleEarlier(room, row.task);
    await settleEdit(room, row.task);
    await settleReturn(room, row.task);
    await endRestack(room, row.task);
    // One that was cancelled a moment ago may still have its agent in the worktree.
    await room.runner.over(row.task);
    const work = taskWork(room.db, row.task);
    const place = await repositoryPlace(room.git, work.repository);
    const retired = await retireWorktree(room, place, row.task, {
      why: { cause: 'removed', by },
      tearDown: tearDownOf(room, work, place),
    });
    const { backupRef: ref, kept, notKept, notices } = retired;
    if (kept !== null) {
      tell(room, work, notices);
      throw cannotKeep(shown.path, kept);
    }
    tell(room, work, noticesOf(work, retired));
    await room.writer.write((db) => decide(room, db, { by, shown, ref }));
    return { ref, repository: work.repository.id, notKept: [...notKept] };
  });
}

/** A worktree no task knows of goes as any other: its state is kept first, and its branch stays. */
async function removeNobodys(room: Room, by: string, shown: Worktree, { checkout, branch }: FoundWorktree) {
  if (checkout === null || shown.repositoryId === null) {
    throw new CodedError(
      'WRONG_STATE',
      `${shown.path} was not removed: it is no worktree of a repository here, so no backup of it can be made. Look through it, then remove it yourself.`,
      { facts: { path: shown.path } },
    );
  }
  if (shown.reason === 'train') {
    throw new CodedError(
      'WRONG_STATE',
      `${shown.path} was not removed: ${worktreeReasonWords(shown)}. It goes with their train. See: train list`,
      { facts: { path: shown.path } },
    );
  }
  const repository = repositoryById(room.db, shown.repositoryId);
  const place = await repositoryPlace(room.git, repository);
  const worktree = { checkout, branch, repository: repository.id };
  if (shown.reason === 'ready' && !(await takeOut(room, shown.path))) {
    throw new CodedError('WRONG_STATE', `${shown.path} was not removed: a task has it by now. See: worktree list`, {
      facts: { path: shown.path },
    });
  }
  const gone = await retireNobodys(room, place, worktree, { cause: 'removed', by });
  if (gone.kind === 'kept') throw cannotKeep(shown.path, gone.reason);
  const { ref, head, notKept } = gone;
  await room.writer.write((db) => decide(room, db, { by, shown, ref }));
  if (shown.reason === 'ready') room.pool.wake();
  // A branch that was made for it has nothing that the backup has not.
  if (shown.reason === 'restored' && head !== null && branch?.startsWith('switchyard/restored-'))
    await deleteBranch(place, { branch, oid: head });
  return { ref, repository: repository.id, notKept: [...notKept] };
}

/** Takes a worktree out of the pool; false when somebody has. */
async function takeOut(room: Room, path: string): Promise<boolean> {
  for (const ready of listReady(room.db)) {
    if ((await realPath(ready.path)) === path) return room.writer.write((db) => takeReady(db, ready.id));
  }
  return false;
}

function decide(
  room: Room,
  db: Room['db'],
  { by, shown, ref }: { readonly by: string; readonly shown: Worktree; readonly ref: string | null },
): void {
  const { path, branch, reason, task, repository } = shown;
  decisions.record(room, db, {
    ...{ by, kind: 'remove-worktree', repository: repository ?? '' },
    task: task?.id ?? null,
    ...{ shown: { path, branch, reason }, answered: { path, ref } },
  });
}

function inUse(shown: Worktree): CodedError {
  return new CodedError(
    'WRONG_STATE',
    `${shown.path} was not removed: ${worktreeReasonWords(shown)}. Cancel task ${shown.task?.id ?? ''} first.`,
    { facts: { path: shown.path, task: shown.task?.id ?? null } },
  );
}

function cannotKeep(path: string, why: string): CodedError {
  return new CodedError('WRONG_STATE', `${path} was not removed, because a backup could not hold all of it: ${why}`, {
    facts: { path },
  });
}

/** A worktree as it is shown, what was found at its path, and the ledger's row when it is a task's. */
export interface Listed {
  readonly shown: Worktree;
  readonly found: FoundWorktree;
  readonly row: WorktreeRow | null;
}

/** Every worktree there is, by its path. */
export async function everyWorktree(room: Room): Promise<readonly Listed[]> {
  const known = await ledger(room);
  return (await findWorktrees(rootOf(room))).map((found) => listed(room, found, known));
}

async function theOne(room: Room, path: string): Promise<Listed> {
  const real = await realPath(path);
  const root = rootOf(room);
  const found = real.startsWith(`${root}${sep}`) ? await worktreeIn(real) : null;
  if (found === null || real.slice(root.length + 1).split(sep).length !== 2) {
    throw new CodedError('NOT_FOUND', `There is no worktree at ${path}. See: worktree list`, { facts: { path } });
  }
  return listed(room, found, await ledger(room));
}

/** The folder of the worktrees, links resolved. */
export function rootOf({ folders }: Pick<Room, 'folders'>): string {
  return existsSync(folders.worktrees) ? realpathSync(folders.worktrees) : folders.worktrees;
}

/** What is known of worktrees by their paths. */
interface Ledger {
  readonly rows: ReadonlyMap<string, WorktreeRow>;
  readonly restored: ReadonlySet<string>;
  readonly ready: ReadonlySet<string>;
  readonly trains: ReadonlySet<string>;
  readonly repositories: readonly RepositoryRow[];
}

async function ledger(room: Room): Promise<Ledger> {
  const rows = new Map<string, WorktreeRow>();
  for (const row of listWorktreeRows(room.db)) rows.set(await realPath(row.path), row);
  const repositories = listRepositories(room.db);
  const restored = new Set<string>();
  for (const { id } of repositories) {
    for (const { restoredPath } of listBackups(room.db, id)) if (restoredPath !== null) restored.add(restoredPath);
  }
  const ready = new Set<string>();
  for (const { path } of listReady(room.db)) ready.add(await realPath(path));
  const trains = new Set<string>();
  for (const { worktree } of trainsWithWorktree(room.db)) trains.add(await realPath(worktree ?? ''));
  return { rows, restored, ready, trains, repositories };
}

function listed(room: Room, found: FoundWorktree, { rows, restored, ready, trains, repositories }: Ledger): Listed {
  const { path, checkout, branch, createdAt } = found;
  const row = rows.get(path) ?? null;
  const task = row === null ? null : taskRow(room.db, row.task);
  const repository = repositories.find(({ id, commonDir }) =>
    row === null ? commonDir === checkout?.commonDir : id === row.repository,
  );
  const reason = reasonOf({
    state: task?.state ?? null,
    known: checkout !== null && repository !== undefined,
    restored: restored.has(path),
    ready: ready.has(path),
    train: trains.has(path),
  });
  const days = repository === undefined ? 0 : retentionOf(room.settings(), repository.retention).worktreeDays;
  const shown: Worktree = {
    path,
    repositoryId: repository?.id ?? null,
    repository: repository?.path ?? null,
    branch: branch ?? row?.branch ?? null,
    task: task && { id: task.id, title: task.title, state: task.state, outcome: task.outcome },
    reason,
    goesAt: reason === 'kept' && task !== null && days > 0 ? task.state_since + days * dayMs : null,
    createdAt: row?.createdAt ?? createdAt,
    size: room.sizes.of(path),
  };
  return { shown, found, row };
}

/** Why a worktree is there. */
function reasonOf(of: {
  readonly state: Worktree['task'] extends infer T ? (T extends { state: infer S } ? S : never) | null : never;
  readonly known: boolean;
  readonly restored: boolean;
  readonly ready: boolean;
  readonly train: boolean;
}): WorktreeReason {
  switch (of.state) {
    case 'running':
    case 'waiting':
      return 'at work';
    case 'queued':
      return 'waits';
    case 'review':
      return 'review';
    case 'failed':
    case 'cancelled':
      return 'stopped';
    case 'done':
      return 'kept';
    default:
      return of.train
        ? 'train'
        : of.ready
          ? 'ready'
          : of.restored
            ? 'restored'
            : of.known
              ? "nobody's"
              : 'not a worktree';
  }
}

function placeOf({ git }: Pick<Room, 'git'>, { checkout }: FoundWorktree): Place | null {
  return checkout && { git, checkout, trusted: false };
}
