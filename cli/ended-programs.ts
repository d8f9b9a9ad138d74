import type { Client } from '../core/client';
import { runningOf } from '../core/contract/terminal';
import { plainLine } from './plain';

/** What runs on the terminals of a task, by name: to be said once it has ended with the task's worktree. */
export async function runningOn(client: Client, task: number): Promise<readonly string[]> {
  return runningOf(await client.terminals.programs({ task }), task).map((name) => plainLine(name, 200));
}

/** Says what ended with a worktree; a line, or nothing. */
export function endedText(running: readonly string[]): string {
  return running.length === 0 ? '' : `Ended with its worktree: ${running.join(', ')}\n`;
}
