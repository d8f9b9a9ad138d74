import type { Check, CheckDetail } from '../contract/check';
import { CodedError } from '../contract/errors';
import type { Database } from './database';
import { allRows, run } from './statement';

/** Notes that a check command starts and gives the run's id. */
export function startCheck(
  db: Database,
  check: { readonly task: number; readonly command: string; readonly at: number },
): number {
  return run(
    db,
    "INSERT INTO check_run (task_id, command, state, output, started_at) VALUES (?, ?, 'running', '', ?)",
    check.task,
    check.command,
    check.at,
  ).id;
}

/** Keeps how a check ended: passed when it exited with 0. A null exit code is a signal. Throws NOT_FOUND unless it runs. */
export function endCheck(
  db: Database,
  end: { readonly check: number; readonly exitCode: number | null; readonly output: string; readonly at: number },
): void {
  const { changes } = run(
    db,
    "UPDATE check_run SET state = ?, exit_code = ?, output = ?, ended_at = ? WHERE id = ? AND state = 'running'",
    end.exitCode === 0 ? 'passed' : 'failed',
    end.exitCode,
    end.output,
    end.at,
    end.check,
  );
  if (changes === 0) {
    throw new CodedError('NOT_FOUND', `There is no running check ${end.check}.`, { facts: { check: end.check } });
  }
}

/** Fails every check that still counts as running: at start, when the owner that ran them is gone. Gives their tasks. */
export function endOpenChecks(db: Database, end: { readonly output: string; readonly at: number }): number[] {
  return allRows<{ task_id: number }>(
    db,
    "UPDATE check_run SET state = 'failed', output = ?, ended_at = ? WHERE state = 'running' RETURNING task_id",
    end.output,
    end.at,
  ).map((row) => row.task_id);
}

/** The newest run of each check command of a task, by when it started, without what it printed. */
export function listChecks(db: Database, task: number): Check[] {
  return allRows<Check>(db, `SELECT ${columns} FROM ${newestRuns}`, task);
}

/** The newest run of each check command of a task, by when it started, with what it printed. */
export function listCheckDetails(db: Database, task: number): CheckDetail[] {
  return allRows<CheckDetail>(db, `SELECT ${columns}, output FROM ${newestRuns}`, task);
}

const columns = 'command, state, exit_code AS exitCode, started_at AS startedAt, ended_at AS endedAt';

const newestRuns = `check_run WHERE id IN (
  SELECT max(id) FROM check_run WHERE task_id = ?
    -- What ran before the person went back to other files says nothing of these.
    AND started_at > coalesce((SELECT max(ended_at) FROM task_return
      WHERE task_return.task_id = check_run.task_id AND task_return.state = 'done'), -1)
  GROUP BY command ORDER BY max(id) DESC LIMIT 20) ORDER BY id`;
