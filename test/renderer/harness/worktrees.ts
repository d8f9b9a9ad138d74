import { ORPCError } from '@orpc/server';
import type { Task } from '../../../core/contract/task';
import { type Backup, shortTask, type Worktree, type WorktreeReason } from '../../../core/contract/worktree';
import type { Amount } from './core';

const reasons: readonly WorktreeReason[] = [
  ...['at work', 'review', 'stopped', 'kept', "nobody's", 'restored', 'ready', 'not a worktree'],
] as readonly WorktreeReason[];
const hour = 3_600_000;

/** Worktrees and backups of a core in the page: none, a few, or three hundred of each. */
export function createWorktrees(tasks: readonly Task[], amount: Amount, tell: () => void) {
  const many = { none: 0, little: 4, much: 300 }[amount];
  let worktrees = Array.from({ length: many }, (_, index) => worktreeOf(tasks[index], index));
  let backups = Array.from({ length: many }, (_, index) => backupOf(tasks[index], index));
  return {
    list: () => ({ worktrees, measuring: worktrees.filter(({ size }) => size === null).length }),
    get: (path: string) => {
      const found = worktrees.find((one) => one.path === path);
      if (found === undefined) throw new ORPCError('NOT_FOUND', { message: `There is no worktree at ${path}.` });
      return { ...found, uncommitted: { paths: ['notes.txt'], count: 1 }, unfinished: null };
    },
    remove(path: string) {
      const at = worktrees.findIndex((one) => one.path === path);
      const made = {
        ...backupOf(tasks[at], at),
        cause: 'removed' as const,
        ref: `refs/switchyard/backup/9/${Date.now()}`,
      };
      worktrees = worktrees.filter((one) => one.path !== path);
      backups = [made, ...backups];
      tell();
      return { ref: made.ref, repository: 1, notKept: ['node_modules/'] };
    },
    backups: () => backups,
    restore(ref: string) {
      tell();
      const task = backups.find((one) => one.ref === ref)?.task?.id ?? null;
      return { task, path: '/home/ada/switchyard/worktrees/api-1/restored', branch: 'switchyard/restored' };
    },
    removeBackup(ref: string) {
      backups = backups.filter((one) => one.ref !== ref);
      tell();
    },
  };
}

function worktreeOf(task: Task | undefined, index: number): Worktree {
  const reason = reasons[index % reasons.length] ?? 'review';
  const alone = reason === "nobody's" || reason === 'restored' || reason === 'ready' || reason === 'not a worktree';
  return {
    path: `/home/ada/.local/share/switchyard/worktrees/api-1/${index + 1}`,
    repositoryId: reason === 'not a worktree' ? null : 1,
    repository: reason === 'not a worktree' ? null : '/home/ada/work/api',
    branch: task?.branch ?? `switchyard/a-branch-with-a-rather-long-name-${index}`,
    task: task === undefined || alone ? null : shortTask(task),
    reason,
    goesAt: null,
    createdAt: Date.now() - index * hour,
    size:
      index % 7 === 3
        ? null
        : {
            ...{ bytes: (index + 1) * 13_500_000, files: 4000, whole: index % 11 !== 5 },
            ...{ uncommitted: index % 3, measuredAt: Date.now() },
          },
  };
}

function backupOf(task: Task | undefined, index: number): Backup {
  const causes = ['merged', 'discarded', 'removed', 'retention', 'went back', null] as const;
  return {
    ...{ repositoryId: 1, repository: '/home/ada/work/api', oid: 'a'.repeat(40) },
    ref: `refs/switchyard/backup/${index + 1}/1`,
    task: task === undefined ? null : shortTask(task),
    cause: causes[index % causes.length] ?? null,
    by: index % 6 === 5 ? null : index % 2 ? 'person' : 'repository',
    branch: task?.branch ?? null,
    createdAt: Date.now() - index * hour,
    bytes: index % 5 === 4 ? null : index * 220_000,
    keptUntil: index % 3 ? Date.now() + index * hour : null,
    bringsBack: (['branch', 'task', 'worktree', 'branch', 'checkpoint'] as const)[index % 5] ?? 'branch',
    restoredPath: index % 9 === 6 ? '/home/ada/.local/share/switchyard/worktrees/api-1/restored-1' : null,
  };
}
