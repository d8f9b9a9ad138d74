import type { ReactNode } from 'react';
import { Note } from '../parts/note';
import { useRunning } from '../state/running';

/** What runs on a task's terminals and ends with its worktree when its change is merged; nothing where nothing runs. */
export function EndsWith({ task }: { readonly task: number }): ReactNode {
  const running = useRunning(task);
  if (running.length === 0) return null;
  return (
    <Note kind="warning">
      Ends with its worktree: <RunningList running={running} />
    </Note>
  );
}

/** Names of programs in a line, each to be read whole. */
export function RunningList({ running }: { readonly running: readonly string[] }): ReactNode {
  return running.map((name, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: two terminals may run the same, and none moves.
    <span key={index}>
      {index > 0 && ', '}
      <code>{name}</code>
    </span>
  ));
}
