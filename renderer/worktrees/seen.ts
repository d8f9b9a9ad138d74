import { useModel } from '../state/app';

/** Another number whenever there may be other worktrees or backups: something was measured, or a task with one moved. */
export function useWorktreesSeen(): number {
  return useModel(({ worktreesSeen, tasks }) => {
    let moved = 0;
    for (const { worktree, stateSince } of tasks.values()) if (worktree !== null) moved += stateSince;
    return worktreesSeen + moved;
  });
}
