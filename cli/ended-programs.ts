import type { Client } from '../core/client';
import { type RunningProgram, runningOf } from '../core/contract/terminal';
import { plainLine } from './plain';

/**
 * What runs on the terminals of a task, or of all: to be said once it has ended with a worktree. Nothing where nobody can say, for
 * that is no reason not to decide.
 */
export function runningOn(
  { terminals }: { readonly terminals: Pick<Client['terminals'], 'programs'> },
  task?: number,
): Promise<readonly RunningProgram[]> {
  return terminals.programs({ task }).catch(() => []);
}

/** Says what ended with the worktrees of tasks; a line, or nothing. */
export function endedText(running: readonly RunningProgram[], tasks: readonly number[]): string {
  const names = tasks.flatMap((task) => runningOf(running, task)).map((name) => plainLine(name, 200));
  if (names.length === 0) return '';
  return `Ended with ${tasks.length === 1 ? 'its worktree' : 'their worktrees'}: ${names.join(', ')}\n`;
}
