import { type Retention, retentionOf } from '../contract/retention';
import type { Backup, Going, Worktree } from '../contract/worktree';
import { repositoryPlace } from '../runner/place';
import { retireWorktree } from '../runner/retire';
import { tearDownOf } from '../runner/setting-up';
import { listRepositories, type RepositoryRow } from '../store/repositories';
import { taskRow } from '../store/task-row';
import { alone } from './acting';
import { backupsOf, removeForGood } from './backups';
import type { Room } from './room';
import { whatGoes } from './what-goes';
import { everyWorktree, type Listed } from './worktrees';

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

/** Takes away what is kept long enough, now and every hour, until the signal is aborted. */
export async function sweepNowAndThen(room: Room, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sweep(room, signal);
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

/** Takes away what is kept long enough. One repository that cannot be looked at does not keep the others from it. */
async function sweep(room: Room, signal?: AbortSignal): Promise<void> {
  const repositories = listRepositories(room.db).flatMap((repository) => {
    const holds = retentionOf(room.settings(), repository.retention);
    return Object.values(holds).some((limit) => limit > 0) ? [{ repository, holds }] : [];
  });
  if (repositories.length === 0) return;
  const worktrees = await everyWorktree(room);
  for (const { repository, holds } of repositories) {
    try {
      const goes = await goingOf(room, repository, holds, worktrees);
      for (const listed of goes.worktrees) if (!signal?.aborted) await takeAway(room, repository, listed);
      for (const backup of goes.backups) {
        if (signal?.aborted) return;
        const rule = `kept ${holds.backupDays} days, ${holds.backupMegabytes} MB`;
        await removeForGood(room, repository, backup, { by: 'repository', rule });
      }
      if (goes.worktrees.length + goes.backups.length > 0) room.publish({ type: 'worktrees.changed' });
    } catch (cause) {
      room.log('warning', 'What is kept long enough could not be taken away.', {
        ...{ repository: repository.path, cause: String(cause) },
      });
    }
  }
}

function takeAway(room: Room, repository: RepositoryRow, { row }: Listed): Promise<void> {
  if (row === null) return Promise.resolve();
  return alone(row.task, async () => {
    if (taskRow(room.db, row.task).state !== 'done') return;
    await room.runner.over(row.task);
    const place = await repositoryPlace(room.git, repository);
    const tearDown = tearDownOf(room, { id: row.task, repository }, place);
    await retireWorktree(room, place, row.task, { why: { cause: 'retention', by: 'repository' }, tearDown });
  });
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
