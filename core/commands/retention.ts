import { isDeepStrictEqual } from 'node:util';
import { type Retention, retentionOf } from '../contract/retention';
import type { Backup, Going, Worktree } from '../contract/worktree';
import { clearAside } from '../git/found';
import { repositoryPlace } from '../runner/place';
import { noticesOf, tell } from '../runner/putting-away';
import { retireWorktree } from '../runner/retire';
import { tearDownOf } from '../runner/setting-up';
import { listRepositories, type RepositoryRow, repositoryById } from '../store/repositories';
import { taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { isUsedSince } from '../store/terminals';
import { alone } from './acting';
import { backupsOf, removeForGood } from './backups';
import type { Room } from './room';
import { whatGoes } from './what-goes';
import { everyWorktree, type Listed, rootOf } from './worktrees';

/** How often it is looked at what is kept long enough. */
const pauseMs = 3_600_000;

/** What would go now: of one repository or of all, if that were how long things are kept. Takes nothing away. */
export async function going(
  room: Room,
  input: {
    repository?: number | undefined;
    retention?: { [Key in keyof Retention]?: Retention[Key] | undefined } | undefined;
  },
): Promise<Going> {
  const worktrees = await everyWorktree(room);
  const found: { backups: Backup[]; worktrees: Worktree[] } = { backups: [], worktrees: [] };
  for (const repository of listRepositories(room.db)) {
    if (input.repository !== undefined && repository.id !== input.repository) continue;
    // What a repository says for itself stands, whatever is said for all.
    const holds =
      input.repository === undefined
        ? retentionOf({ ...room.settings(), ...given(input.retention) }, repository.retention)
        : { ...retentionOf(room.settings(), repository.retention), ...given(input.retention) };
    const goes = await goingOf(room, repository, holds, worktrees);
    found.backups.push(...goes.backups);
    found.worktrees.push(...goes.worktrees.map(({ shown }) => shown));
  }
  return found;
}

/** Takes away what removals that were killed left, then what is kept long enough, now and every hour, until the signal is aborted. */
export async function sweepNowAndThen(room: Room, signal: AbortSignal): Promise<void> {
  await clearAside(rootOf(room), signal).catch((cause) =>
    room.log('warning', 'What was moved aside to be removed is still there.', { cause: String(cause) }),
  );
  // Each try to take a worktree away makes a backup of it. What could not go is tried again at the next start.
  const stuck = new Set<number>();
  while (!signal.aborted) {
    await sweep(room, { stuck, signal });
    // One that was aborted meanwhile tells nobody any more.
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, pauseMs);
      signal.addEventListener('abort', done, { once: true });
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}

/** Takes away what is kept long enough. What cannot be looked at or taken away does not keep anything else from it. */
async function sweep(room: Room, look: { readonly stuck: Set<number>; readonly signal: AbortSignal }): Promise<void> {
  const limited = listRepositories(room.db).filter((repository) =>
    Object.values(retentionOf(room.settings(), repository.retention)).some((limit) => limit > 0),
  );
  if (limited.length === 0) return;
  const worktrees = await everyWorktree(room);
  for (const { id } of limited) {
    const repository = repositoryById(room.db, id);
    const holds = retentionOf(room.settings(), repository.retention);
    const attempt = async (step: () => Promise<boolean>): Promise<void> => {
      if (look.signal.aborted) return;
      try {
        if (await step()) room.publish({ type: 'worktrees.changed' });
      } catch (cause) {
        room.log('warning', 'What is kept long enough could not be taken away.', {
          ...{ repository: repository.path, cause: String(cause) },
        });
      }
    };
    await attempt(async () => {
      const goes = await goingOf(room, repository, holds, worktrees);
      for (const { row } of goes.worktrees) await attempt(() => takeAway(room, holds, { row, stuck: look.stuck }));
      for (const backup of goes.backups) await attempt(() => letGo(room, holds, backup));
      return false;
    });
  }
}

/** Whether a repository still keeps things as it did when it was looked at what goes. Otherwise that is looked at anew. */
function stillHolds(room: Room, repository: number, holds: Retention): boolean {
  return isDeepStrictEqual(retentionOf(room.settings(), repositoryById(room.db, repository).retention), holds);
}

/** Takes a worktree away, unless its task or how long it is kept is another one by now, or the person runs a program in it. */
async function takeAway(
  room: Room,
  holds: Retention,
  { row, stuck }: { readonly row: Listed['row']; readonly stuck: Set<number> },
): Promise<boolean> {
  if (row === null || stuck.has(row.id)) return false;
  return alone(row.task, async () => {
    if (taskRow(room.db, row.task).state !== 'done' || !stillHolds(room, row.repository, holds)) return false;
    // Nobody asked for it to go now, and what is at work there would end with it.
    if (isUsedSince(room.db, row.task)) return false;
    await room.runner.over(row.task);
    const work = taskWork(room.db, row.task);
    const place = await repositoryPlace(room.git, work.repository);
    const tearDown = tearDownOf(room, work, place);
    stuck.add(row.id);
    const retired = await retireWorktree(room, place, row.task, {
      why: { cause: 'retention', by: 'repository' },
      tearDown,
    });
    tell(room, work, noticesOf(work, retired));
    return true;
  });
}

/** Removes a backup for good, unless its task or how long it is kept is another one by now. */
function letGo(room: Room, holds: Retention, backup: Backup): Promise<boolean> {
  const { task, repositoryId } = backup;
  const removal = async () => {
    if (!stillHolds(room, repositoryId, holds)) return false;
    if (task !== null && taskRow(room.db, task.id).state !== 'done') return false;
    const rule = `kept ${holds.backupDays} days, ${holds.backupMegabytes} MB`;
    await removeForGood(room, repositoryById(room.db, repositoryId), backup, { by: 'repository', rule });
    return true;
  };
  return task === null ? removal() : alone(task.id, removal);
}

async function goingOf(
  room: Room,
  repository: RepositoryRow,
  holds: Retention,
  worktrees: readonly Listed[],
): Promise<{ readonly backups: Backup[]; readonly worktrees: Listed[] }> {
  const now = room.now();
  const backups = (await backupsOf(room, repository, holds)).map((backup) => ({
    ...{ backup, since: backup.createdAt, bytes: backup.bytes },
    // What nobody noted may be another data folder's, and a task that is not over may need what was its.
    may: backup.cause !== null && backup.bringsBack !== 'checkpoint' && (backup.task?.state ?? 'done') === 'done',
  }));
  const kept = worktrees
    .filter(({ shown }) => shown.repositoryId === repository.id && shown.reason === 'kept')
    .map((listed) => ({
      listed,
      since: listed.row === null ? 0 : taskRow(room.db, listed.row.task).state_since,
      bytes: listed.shown.size?.bytes ?? null,
      may: true,
    }));
  return {
    backups: whatGoes(backups, { days: holds.backupDays, megabytes: holds.backupMegabytes }, now).map(
      ({ backup }) => backup,
    ),
    worktrees: whatGoes(kept, { days: holds.worktreeDays, megabytes: holds.worktreeMegabytes }, now).map(
      ({ listed }) => listed,
    ),
  };
}

/** What was said, without what was left out. */
function given(retention: Parameters<typeof going>[1]['retention']): Partial<Retention> {
  return Object.fromEntries(Object.entries(retention ?? {}).filter(([, limit]) => limit !== undefined));
}
