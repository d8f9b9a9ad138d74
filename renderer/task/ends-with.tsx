import type { ReactNode } from 'react';
import { Note } from '../parts/note';
import { RunningList } from '../parts/running-list';
import { useRunning } from '../state/running';

/** What runs on a task's terminals and ends with its worktree when its change is merged; nothing where nothing runs. */
export function EndsWith({ task }: { readonly task: number }): ReactNode {
  const running = useRunning(task);
  if (running === null || running.length === 0) return null;
  return (
    <Note kind="warning">
      Ends with its worktree: <RunningList running={running} />
    </Note>
  );
}
