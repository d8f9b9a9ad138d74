import { basename, join } from 'node:path';
import type { TaskWork } from '../store/task-work';

/** Where a task's worktree goes. */
export function worktreePath(worktrees: string, { id, repository }: TaskWork): string {
  return join(repositoryFolder(worktrees, repository), String(id));
}

/** Where the worktrees of a repository go: a folder that a person recognises and that no two repositories share. */
export function repositoryFolder(worktrees: string, { id, path }: Pick<TaskWork['repository'], 'id' | 'path'>): string {
  const name = basename(path)
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(0, 40);
  return join(worktrees, `${name || 'repository'}-${id}`);
}
