import type { Task } from '../../core/contract/task';
import { type RunningProgram, runningOf } from '../../core/contract/terminal';
import type { WorktreeDetail } from '../../core/contract/worktree';
import type { Client } from '../client';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { carryOut, showSheet } from './commands';
import { useResource } from './resource';
import { discardTask } from './task-moves';

/** What a button says that waits until it is known what it would end. */
export const lookingWords = 'Looking at what runs…';

/** What runs on the terminals of a task, by name; null until that is known, and empty where it cannot be. */
export function useRunning(task: number): readonly string[] | null {
  const running = useResource(`running ${task}`, (client, signal) => client.terminals.programs({ task }, { signal }));
  if (running.value === null && running.failure === null) return null;
  return namesOf(running.value ?? [], task);
}

/** Which files in the worktree of a task have edits that are in no commit: how many, and some of them; null where nobody can say. */
export async function uncommittedIn(
  client: Client,
  { worktree }: Pick<Task, 'worktree'>,
  signal?: AbortSignal,
): Promise<Uncommitted | null> {
  if (worktree === null) return null;
  const found = await client.worktrees.get({ path: worktree }, signal && { signal }).catch(() => null);
  return found?.uncommitted ?? null;
}

type Uncommitted = NonNullable<WorktreeDetail['uncommitted']>;

/** Discards a change, and says with how many edits in no commit; where that ends what runs on its terminals, only after asking. */
export async function askDiscard(app: App, task: Task): Promise<void> {
  const about = { about: `task:${task.id}`, sentence: 'Discarding…' };
  const found = await carryOut(app, about, async (client) => {
    const [programs, uncommitted] = await Promise.all([
      client.terminals.programs({ task: task.id }),
      uncommittedIn(client, task),
    ]);
    return { programs, edited: uncommitted?.count ?? 0 };
  });
  // Where nobody can say what runs, discarding says what is wrong.
  if (!found.ok) return discardTask(app, task);
  if (namesOf(found.value.programs, task.id).length === 0) return discardTask(app, task, found.value.edited);
  showSheet(app, { kind: 'discard', task: task.id });
}

function namesOf(programs: readonly RunningProgram[], task: number): readonly string[] {
  return runningOf(programs, task).map(cleanLine);
}
