import type { Database } from './database';
import { allRows, run } from './statement';

/** A child of ours. The start time tells it from a stranger that was given the same pid later. */
export interface ProcessRow {
  readonly pid: number;
  readonly startTime: string;
  /** The task it works on; null for one that serves none. */
  readonly task: number | null;
  readonly command: string;
  readonly createdAt: number;
}

/** Puts a child into the ledger. An older entry of the same pid is of a process that has ended, and is replaced. */
export function recordProcess(db: Database, child: Omit<ProcessRow, 'createdAt'> & { readonly at: number }): void {
  run(
    db,
    'INSERT OR REPLACE INTO process (pid, start_time, task_id, command, created_at) VALUES (?, ?, ?, ?, ?)',
    child.pid,
    child.startTime,
    child.task,
    child.command,
    child.at,
  );
}

/** Takes a child that has ended out of the ledger. */
export function forgetProcess(db: Database, pid: number): void {
  run(db, 'DELETE FROM process WHERE pid = ?', pid);
}

/** Every child in the ledger, oldest first. */
export function listProcesses(db: Database): ProcessRow[] {
  return allRows<ProcessRow>(
    db,
    `SELECT pid, start_time AS startTime, task_id AS task, command, created_at AS createdAt FROM process
     ORDER BY created_at, pid`,
  );
}
