import type { Process } from '../contract/process';
import type { RunningProgram } from '../contract/terminal';
import type { Database } from '../store/database';
import { taskRow } from '../store/task-row';
import { openTerminals, screenOf } from '../store/terminals';
import type { Ledger } from './ledger';

/** What prompts keep running behind a shell, and nobody started. */
const promptHelpers = ['gitstatusd', 'starship', 'oh-my-posh'];

/**
 * What runs on the terminals, of all tasks or one, that have not ended. A shell counts by what it started; where the system
 * does not say what runs, or shows nothing of it, a shell may be at work and counts itself. Only for shells the machine's
 * processes are read, all of them: what a shell started may have left its group and its session.
 */
export async function runningPrograms(db: Database, ledger: Ledger, wanted?: number): Promise<RunningProgram[]> {
  const open = openTerminals(db).filter(({ task }) => wanted === undefined || task === wanted);
  const look = open.some(({ kind }) => kind === 'shell') ? await ledger.look(wanted) : null;
  return open.flatMap(({ id, task, kind, command }): RunningProgram[] => {
    const about = { terminal: id, task, taskTitle: taskRow(db, task).title, kind };
    if (kind === 'run') return [{ ...about, program: command, more: 0 }];
    if (kind === 'agent') return [{ ...about, program: screenOf(db, id) ?? command, more: 0 }];
    const seen = look?.processes.filter(({ pid }) => look.terminals.get(pid) === id) ?? [];
    if (seen.length === 0) return [{ ...about, program: command, more: 0 }];
    const [first, ...more] = startedIn(command, seen);
    return first === undefined ? [] : [{ ...about, program: first.command, more: more.length }];
  });
}

/** What was started in a shell, first to last, without what that started in turn. */
function startedIn(shell: string, processes: readonly Process[]): readonly Process[] {
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  // What lost whoever started it stands beside the shell, and came later.
  const [root] = processes.filter(({ parent }) => parent === null || !byPid.has(parent)).sort(inOrder);
  // A copy a shell makes of itself, for its prompt or for a list of commands, says nothing; what such a copy starts does. What
  // the shell gave its place to is a program as any other.
  const waits = root !== undefined && `${root.command} `.startsWith(`${shell} `) ? root.command : null;
  const counts = (one: Process): boolean => one.command !== waits && !isPromptHelper(one.command);
  const isInside = ({ parent }: Process): boolean => {
    const above = parent === null ? undefined : byPid.get(parent);
    return above !== undefined && (counts(above) || isInside(above));
  };
  return processes.filter((one) => counts(one) && !isInside(one)).sort(inOrder);
}

function inOrder(one: Process, other: Process): number {
  return (one.startedAt ?? 0) - (other.startedAt ?? 0) || one.pid - other.pid;
}

function isPromptHelper(command: string): boolean {
  const [program = ''] = command.split(' ', 1);
  const name = program.slice(program.lastIndexOf('/') + 1);
  return promptHelpers.some((helper) => name === helper || name.startsWith(`${helper}-`));
}
