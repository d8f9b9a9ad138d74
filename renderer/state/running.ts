import type { Task } from '../../core/contract/task';
import { type RunningProgram, runningOf } from '../../core/contract/terminal';
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

/** Discards a change; where that ends what runs on its terminals, only after asking. */
export async function askDiscard(app: App, task: Task): Promise<void> {
  const about = { about: `task:${task.id}`, sentence: 'Discarding…' };
  const found = await carryOut(app, about, (client) => client.terminals.programs({ task: task.id }));
  // Where nobody can say what runs, discarding says what is wrong.
  if (!found.ok || namesOf(found.value, task.id).length === 0) return discardTask(app, task);
  showSheet(app, { kind: 'discard', task: task.id });
}

function namesOf(programs: readonly RunningProgram[], task: number): readonly string[] {
  return runningOf(programs, task).map(cleanLine);
}
