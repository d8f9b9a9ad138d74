import { type Check, type CheckDetail, isWorktreeScript } from '../contract/check';
import { CodedError } from '../contract/errors';
import type { Database } from './database';
import { allRows, run } from './statement';
import { taskRow } from './task-row';

/** What ends a check before it says anything of the change, and for no reason of its own. */
export type CutOff = 'takeover' | 'closing';

/** Notes that a check starts, on which commit, with nothing else in the worktree when `clean`. Gives the run's id. */
export function startCheck(
  db: Database,
  check: {
    readonly task: number;
    readonly name: string;
    readonly command: string;
    readonly head: string;
    readonly clean: boolean;
    /** The train it is for, if any. */
    readonly train?: number | null;
    /** Whether nobody asked for it, and so would begin it again. */
    readonly byItself?: boolean;
    readonly at: number;
  },
): number {
  return run(
    db,
    `INSERT INTO check_run (task_id, name, command, head, clean, train_id, by_itself, state, output, started_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'running', '', ?)`,
    check.task,
    check.name,
    check.command,
    check.head,
    Number(check.clean),
    check.train ?? null,
    Number(check.byItself ?? false),
    check.at,
  ).id;
}

/**
 * Keeps how a check ended: passed when it exited with 0. A null exit code is a signal. `leftBehind` are files it left in no
 * commit. Throws NOT_FOUND unless it runs.
 */
export function endCheck(
  db: Database,
  end: {
    readonly check: number;
    readonly exitCode: number | null;
    readonly output: string;
    readonly leftBehind?: readonly string[];
    readonly cutOff?: CutOff | null;
    readonly at: number;
  },
): void {
  const { changes } = run(
    db,
    `UPDATE check_run SET state = ?, exit_code = ?, output = ?, left_behind = ?, cut_off = ?, ended_at = ?
     WHERE id = ? AND state = 'running'`,
    end.exitCode === 0 ? 'passed' : 'failed',
    end.exitCode,
    end.output,
    JSON.stringify((end.leftBehind ?? []).slice(0, pathsKept)),
    end.cutOff ?? null,
    end.at,
    end.check,
  );
  if (changes === 0) {
    throw new CodedError('NOT_FOUND', `There is no running check ${end.check}.`, { facts: { check: end.check } });
  }
}

/** So many of the files a check left behind are named. */
const pathsKept = 20;

/**
 * Fails every check that still counts as running: at start, when the owner that ran them is gone. Their end is none of their doing
 * where the machine was `rebooted`. Gives their tasks.
 */
export function endOpenChecks(
  db: Database,
  end: { readonly output: string; readonly rebooted?: boolean; readonly at: number },
): number[] {
  return allRows<{ task_id: number }>(
    db,
    "UPDATE check_run SET state = 'failed', cut_off = 'closing', output = ?, left_behind = ?, ended_at = ? WHERE state = 'running' RETURNING task_id",
    end.output,
    // Only where nothing stands here is it counted as one that the runtime may have died of.
    end.rebooted === true ? '[]' : null,
    end.at,
  ).map((row) => row.task_id);
}

/**
 * The newest run of each check of a task in its worktree, by when it started, without what it printed. Whether one is stale is
 * told by `head`, the commit the change stands at; without it by the one that is known.
 */
export function listChecks(db: Database, task: number, head = taskRow(db, task).change_head): Check[] {
  return allRows<Row>(db, `SELECT ${columns} FROM ${newestRuns}`, task).map((row) => toCheck(row, head));
}

/** The newest run of each check for the newest train a task was on, by when it started, without what it printed. */
export function listTrainChecks(db: Database, task: number): Check[] {
  return allRows<Row>(db, `SELECT ${columns} FROM ${trainRuns}`, task).map((row) => toCheck(row, null));
}

/**
 * The runs of a task's checks on any train that came to an end by themselves, newest first, without what they printed. What goes on,
 * was cut off or stopped, or took too long says nothing, and takes back nothing that an earlier one said.
 */
export function endedTrainChecks(db: Database, task: number): Check[] {
  const sql = `SELECT ${columns} FROM check_run
    WHERE task_id = ? AND train_id IS NOT NULL AND exit_code IS NOT NULL ORDER BY id DESC`;
  return allRows<Row>(db, sql, task).map((row) => toCheck(row, null));
}

/** Both, with what each printed. */
export function listCheckDetails(db: Database, task: number): CheckDetail[] {
  const head = taskRow(db, task).change_head;
  return [newestRuns, trainRuns].flatMap((runs) =>
    allRows<DetailRow>(db, `SELECT ${columns}, output FROM ${runs}`, task).map((row) => ({
      ...toCheck(row, head),
      output: row.output,
    })),
  );
}

interface DetailRow extends Row {
  readonly output: string;
}

interface Row extends Omit<Check, 'clean' | 'stale' | 'leftBehind'> {
  readonly clean: number | null;
  readonly leftBehind: string | null;
}

function toCheck(
  { run: id, name, command, state, exitCode, startedAt, endedAt, train, ...row }: Row,
  head: string | null,
): Check {
  const clean = row.clean === 1;
  const stale = train === null && !isWorktreeScript(name) && (!clean || row.head === null || row.head !== head);
  const leftBehind = row.leftBehind === null ? [] : (JSON.parse(row.leftBehind) as string[]);
  return {
    run: id,
    name,
    command,
    state,
    exitCode,
    startedAt,
    endedAt,
    head: row.head,
    clean,
    stale,
    leftBehind,
    train,
  };
}

const columns = `id AS run, name, command, state, exit_code AS exitCode, started_at AS startedAt, ended_at AS endedAt,
  head, clean, left_behind AS leftBehind, train_id AS train`;

const newestRuns = `check_run WHERE id IN (
  SELECT max(id) FROM check_run WHERE task_id = ? AND train_id IS NULL
    -- What ran before the person went back to other files says nothing of these.
    AND started_at > coalesce((SELECT max(ended_at) FROM task_return
      WHERE task_return.task_id = check_run.task_id AND task_return.state = 'done'), -1)
  GROUP BY name ORDER BY max(id) DESC LIMIT 20) ORDER BY id`;

const trainRuns = `check_run WHERE id IN (
  SELECT max(id) FROM check_run WHERE task_id = ?
    AND train_id = (SELECT max(train_id) FROM train_car WHERE train_car.task_id = check_run.task_id)
  GROUP BY name) ORDER BY id`;
