import type { ReactNode } from 'react';
import { Note } from '../parts/note';
import { RunningList } from '../parts/running-list';

/** What runs on a task's terminals and ends with its worktree when its change is merged; nothing where nothing runs. */
export function EndsWith({ running }: { readonly running: readonly string[] }): ReactNode {
  if (running.length === 0) return null;
  return (
    <Note kind="warning">
      Ends with its worktree: <RunningList running={running} />
    </Note>
  );
}
