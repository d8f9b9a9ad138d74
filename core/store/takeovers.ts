import type { Parked } from '../contract/park';
import type { Afterwards, Takeover } from '../contract/takeover';
import type { TerminalSize } from '../contract/terminal';
import type { Database } from './database';
import { getRow, run } from './statement';
import type { TaskRow } from './task-row';
import { readTerminal } from './terminals';

/** A takeover as it is stored. */
export interface TakeoverRow extends Takeover {
  readonly task: number;
  /** 1: the agent's turn is not waited for. */
  readonly interrupts: 0 | 1;
  readonly columns: number;
  readonly rows: number;
  /** How far the agent's own record was when its terminal began; only the agent knows what it means. */
  readonly mark: string | null;
  readonly afterwards: Afterwards;
  /** The hash of the key with which its hooks come in; null when it has none. */
  readonly keyHash: string | null;
  /** The number of the transcript's last event before its terminal began. */
  readonly afterEvent: number;
  /** Where the task was taken over from, when nothing was being done on it; it goes back there if nobody drives. */
  readonly former: FormerState | null;
  /** The error the task then had. */
  readonly formerError: string | null;
  /** The attempt it was then at; null when it was queued, and of takeovers from before that was kept. */
  readonly formerAttempt: number | null;
  /** 1: its change was still to land by what its repository says. */
  readonly formerLandingDue: 0 | 1;
  /** The time the task waited for when it was queued; null when it waited for none. */
  readonly formerRunAfter: number | null;
  /** Why it was parked until then; null when it was not. */
  readonly formerParked: Parked | null;
  /** Why it was queued; null when that was not said. */
  readonly formerReason: string | null;
  /** 1: the person had asked it to go on past what its agent's provider said. */
  readonly formerGoOn: 0 | 1;
}

/** What a queued task waits for. */
export interface Wait {
  /** Epoch milliseconds; null when it waits for no time. */
  readonly runAfter: number | null;
  readonly parked: Parked | null;
  readonly reason: string | null;
  /** Whether the person asked it to go on past what its agent's provider said. */
  readonly goOn: boolean;
}

/** The states a task is taken over from in which nobody works on it, nor would by itself. */
export const formerStates = ['review', 'failed', 'cancelled'] as const;
export type FormerState = (typeof formerStates)[number];

/** Where a task was in which nothing was being done. */
export interface Former {
  readonly state: FormerState;
  readonly error: string | null;
  readonly attempt: number;
  /** Whether its change was still to land by what its repository says. */
  readonly landingDue: boolean;
}

/** A takeover whose terminal was begun. */
export interface DrivenRow extends TakeoverRow {
  readonly mark: string;
  readonly beganAt: number;
}

const columns = `id, task_id AS task, state, interrupts, columns, rows, terminal_id AS terminal, mark, afterwards, key_hash AS keyHash, after_event AS afterEvent,
  former, former_error AS formerError, former_attempt AS formerAttempt, former_landing_due AS formerLandingDue, former_run_after AS formerRunAfter,
  former_parked AS formerParked, former_reason AS formerReason, former_go_on AS formerGoOn, asked_at AS askedAt, began_at AS beganAt`;

/** Notes that the person wants to drive a task. Asking again, more urgently or not, is the same takeover. */
export function askTakeover(
  db: Database,
  asked: {
    readonly task: number;
    readonly interrupts: boolean;
    readonly size: TerminalSize;
    readonly by: string;
    readonly at: number;
    /** Where the task was, when it was queued again for this. */
    readonly former: Former | null;
    /** What it waited for, when it was queued and made due for this. */
    readonly waited: Wait | null;
  },
): void {
  const { task, interrupts, size, by, at, former, waited } = asked;
  run(
    db,
    `INSERT INTO takeover (task_id, state, interrupts, columns, rows, afterwards, by, asked_at, former, former_error, former_attempt,
       former_landing_due, former_run_after, former_parked, former_reason, former_go_on)
     VALUES (?, 'asked', ?, ?, ?, 'go on', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (task_id) WHERE state <> 'ended' DO UPDATE SET interrupts = max(interrupts, excluded.interrupts)`,
    task,
    Number(interrupts),
    size.columns,
    size.rows,
    by,
    at,
    former?.state ?? null,
    former?.error ?? null,
    former?.attempt ?? null,
    Number(former?.landingDue ?? false),
    waited?.runAfter ?? null,
    waited?.parked ?? null,
    waited?.reason ?? null,
    Number(waited?.goOn ?? false),
  );
}

/** The takeover of a task that has not ended. */
export function takeoverOf(db: Database, task: number): TakeoverRow | undefined {
  return getRow<TakeoverRow>(db, `SELECT ${columns} FROM takeover WHERE task_id = ? AND state <> 'ended'`, task);
}

/** A takeover whose terminal was begun, also when it has ended. Throws when none was. */
export function readDriven(db: Database, takeover: number): DrivenRow {
  const sql = `SELECT ${columns} FROM takeover WHERE id = ? AND mark IS NOT NULL AND began_at IS NOT NULL`;
  const row = getRow<DrivenRow>(db, sql, takeover);
  if (row === undefined) throw new Error(`The takeover ${takeover} never had a terminal.`);
  return row;
}

/** Whether the person drives a task, or wants to. */
export function isTaken(db: Database, task: number): boolean {
  return takeoverOf(db, task) !== undefined;
}

/** Whether a screen of a task is, or was when this was written, in a person's hands. */
export function isDriven(db: Database, task: number): boolean {
  return takeoverOf(db, task)?.state === 'driving';
}

/** The takeover of a task as it is shown; null when it has none, or when nobody can drive before it is claimed: its screen is gone. */
export function shownTakeover(db: Database, task: Pick<TaskRow, 'id' | 'state'>): Takeover | null {
  const row = takeoverOf(db, task.id);
  if (row === undefined) return null;
  if (task.state === 'queued' && row.terminal !== null && readTerminal(db, row.terminal).state === 'ended') return null;
  const { id, state, terminal, askedAt, beganAt } = row;
  return { id, state, terminal, askedAt, beganAt };
}

/** Moves a takeover on to `driving`, in the transaction that notes its terminal. Throws when it was ended meanwhile. */
export function beginTakeover(
  db: Database,
  begun: {
    readonly takeover: number;
    readonly terminal: number;
    readonly mark: string;
    readonly keyHash: string | null;
    readonly afterEvent: number;
    readonly at: number;
  },
): void {
  const { changes } = run(
    db,
    "UPDATE takeover SET state = 'driving', terminal_id = ?, mark = ?, key_hash = ?, after_event = ?, began_at = ? WHERE id = ? AND state <> 'ended'",
    begun.terminal,
    begun.mark,
    begun.keyHash,
    begun.afterEvent,
    begun.at,
    begun.takeover,
  );
  if (changes === 0) throw new Error(`The takeover ${begun.takeover} was ended before its terminal was begun.`);
}

/** Whether a takeover that has not ended has a key with this hash. */
export function isKnownKey(db: Database, keyHash: string): boolean {
  return getRow(db, "SELECT 1 FROM takeover WHERE state <> 'ended' AND key_hash = ?", keyHash) !== undefined;
}

/** Notes what follows when the person's drive of a task ends. */
export function setAfterwards(
  db: Database,
  { task, afterwards }: { readonly task: number; readonly afterwards: Afterwards },
): void {
  run(db, "UPDATE takeover SET afterwards = ? WHERE task_id = ? AND state <> 'ended'", afterwards, task);
}

/** Ends the takeover of a task, if it has one; whether the person finished the task with it is kept. */
export function endTakeover(db: Database, { task, at }: { readonly task: number; readonly at: number }): void {
  run(
    db,
    `UPDATE takeover SET state = 'ended', ended_at = ?, finishes = began_at IS NOT NULL AND afterwards = 'review'
     WHERE task_id = ? AND state <> 'ended'`,
    at,
    task,
  );
}

/** Whether the person finished a task in its terminal, and it is still on its way to where that leads. */
export function isFinishedByHand(db: Database, task: number): boolean {
  return getRow(db, 'SELECT 1 FROM takeover WHERE task_id = ? AND finishes = 1', task) !== undefined;
}

/** Forgets that the person finished a task in its terminal: it is over, or its agent goes on. */
export function forgetFinish(db: Database, task: number): void {
  run(db, 'UPDATE takeover SET finishes = 0 WHERE task_id = ? AND finishes = 1', task);
}
