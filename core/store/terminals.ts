import { CodedError } from '../contract/errors';
import type { Terminal, TerminalKind } from '../contract/terminal';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';
import { worktreeOf } from './worktrees';

/** A terminal as it is stored: what is known of it only while its host tells is not there. */
export interface TerminalRow extends Omit<Terminal, 'heldUp'> {
  readonly pid: number | null;
  /** When that process started, as `startOf` says it; it tells it from a stranger that was given the same pid later. */
  readonly startTime: string | null;
}

const columns = `id, task_id AS task, kind, command, state, pid, start_time AS startTime, exit_code AS exitCode, end_reason AS endReason,
  (SELECT first_port FROM task_port WHERE task_port.task_id = terminal.task_id) AS port, started_at AS startedAt,
  ended_at AS endedAt, removed_at AS removedAt`;

/**
 * Notes that a program is about to be started on a terminal and gives its id. Throws WRONG_STATE when the task has no
 * worktree, or no longer: whoever puts one away ends what was noted before.
 */
export function insertTerminal(
  db: Database,
  terminal: { readonly task: number; readonly kind: TerminalKind; readonly command: string; readonly at: number },
): number {
  if (worktreeOf(db, terminal.task)?.state !== 'ready') {
    throw new CodedError('WRONG_STATE', `Task ${terminal.task} has no worktree now, so no program can run in it.`);
  }
  return run(
    db,
    "INSERT INTO terminal (task_id, kind, command, state, started_at) VALUES (?, ?, ?, 'starting', ?)",
    terminal.task,
    terminal.kind,
    terminal.command,
    terminal.at,
  ).id;
}

/** The agent of the task whose screen a terminal shows; null for a terminal that shows none. */
export function screenOf(db: Database, terminal: number): string | null {
  const row = getRow<{ agent: string }>(
    db,
    "SELECT task.agent FROM terminal JOIN task ON task.id = terminal.task_id WHERE terminal.id = ? AND kind = 'agent'",
    terminal,
  );
  return row?.agent ?? null;
}

/** Moves a terminal on to `running`, unless its program has ended already, and notes that program. */
export function terminalRuns(
  db: Database,
  { id, pid, startTime }: { readonly id: number; readonly pid: number; readonly startTime: string | null },
): void {
  run(db, "UPDATE terminal SET state = 'running' WHERE id = ? AND state = 'starting'", id);
  run(db, 'UPDATE terminal SET pid = ?, start_time = ? WHERE id = ?', pid, startTime, id);
}

/** Moves a terminal on to `ended`. False when it was there already. */
export function endTerminal(
  db: Database,
  end: { readonly id: number; readonly exitCode: number | null; readonly reason: string | null; readonly at: number },
): boolean {
  const { changes } = run(
    db,
    `UPDATE terminal SET state = 'ended', exit_code = ?, end_reason = ?, ended_at = ? WHERE id = ? AND state <> 'ended'`,
    end.exitCode,
    end.reason,
    end.at,
    end.id,
  );
  return changes > 0;
}

/** Notes that what a terminal printed is not kept any more. */
export function terminalRemoved(db: Database, id: number, at: number): void {
  run(db, "UPDATE terminal SET removed_at = ? WHERE id = ? AND state = 'ended'", at, id);
}

/** The terminal with this id. Throws NOT_FOUND. */
export function readTerminal(db: Database, id: number): TerminalRow {
  const row = getRow<TerminalRow>(db, `SELECT ${columns} FROM terminal WHERE id = ?`, id);
  if (row !== undefined) return row;
  throw new CodedError('NOT_FOUND', `There is no terminal ${id}. Look at the terminals of its task.`, {
    facts: { terminal: id },
  });
}

/** Whether a terminal ended before its program ran. Throws NOT_FOUND. */
export function ranNothing(db: Database, id: number): boolean {
  const { state, pid } = readTerminal(db, id);
  return state === 'ended' && pid === null;
}

/** The newest 50 terminals of a task, oldest first. */
export function listTerminals(db: Database, task: number): TerminalRow[] {
  const newest = 'SELECT id FROM terminal WHERE task_id = ? ORDER BY id DESC LIMIT 50';
  return allRows<TerminalRow>(db, `SELECT ${columns} FROM terminal WHERE id IN (${newest}) ORDER BY id`, task);
}

/** Every terminal that has not ended, oldest first. */
export function openTerminals(db: Database): TerminalRow[] {
  return allRows<TerminalRow>(db, `SELECT ${columns} FROM terminal WHERE state <> 'ended' ORDER BY id`);
}

/** Whether a program runs, or is about to, on a terminal of a task that was opened when the task was done already. */
export function isUsedSince(db: Database, task: number): boolean {
  const used = `SELECT 1 FROM task JOIN terminal ON task_id = task.id
    WHERE task.id = ? AND task.state = 'done' AND started_at >= state_since AND terminal.state <> 'ended'`;
  return getRow(db, used, task) !== undefined;
}

/** Every ended terminal whose output is kept, the one that ended longest ago first. */
export function keptTerminals(db: Database): TerminalRow[] {
  return allRows<TerminalRow>(
    db,
    `SELECT ${columns} FROM terminal WHERE state = 'ended' AND removed_at IS NULL ORDER BY ended_at, id`,
  );
}
