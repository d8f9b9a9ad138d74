import type { OpenedKind, RunningProgram, Terminal, TerminalBytes, TerminalSize } from '../contract/terminal';
import { runningPrograms } from '../runner/running-programs';
import { readTask } from '../store/task-view';
import type { Room } from './room';

/** A task's terminals, oldest first. Throws NOT_FOUND. */
export function list(room: Room, task: number): Terminal[] {
  readTask(room.db, task);
  return room.terminals.list(task);
}

/** What runs on the terminals of a task, or of all. */
export function programs({ db, ledger }: Room, task: number | undefined): Promise<RunningProgram[]> {
  return runningPrograms(db, ledger, task);
}

/** Starts a shell in the task's worktree, or its repository's run command. Throws with what to do. */
export function open(room: Room, input: { task: number; kind: OpenedKind; size: TerminalSize }): Promise<Terminal> {
  return room.terminals.open(input);
}

/** What was printed from a byte on; waits for more when asked to. */
export function read(
  room: Room,
  input: { terminal: number; from: number; wait: boolean },
  signal: AbortSignal | undefined,
): Promise<TerminalBytes> {
  return room.terminals.read(input, signal);
}
