import { type Budget, measures, noBudget } from '../contract/budget';
import { type Asked, refused } from '../contract/refusal';
import { mayMove, type NewTask, type TaskEdit, type TaskState } from '../contract/task';
import { reviewedBy } from './agent-reviews';
import type { Database } from './database';
import { addDependency, removeDependency, settleDependants } from './dependencies';
import { noRepository } from './repositories';
import { StaleClaim } from './stale-claim';
import { run } from './statement';
import { endTakeover, forgetFinish, type Wait } from './takeovers';
import { shiftCount } from './task-count';
import { type Columns, patchColumns, type TaskPatch, type TaskRow, taskRow } from './task-row';
import { leaveTrain } from './trains';
import { addTransition } from './transitions';

/** A new task with every choice made: what the person left out is filled from settings and the repository. */
export interface ResolvedTask
  extends Required<Omit<NewTask, 'model' | 'after' | 'when' | 'runAfter' | 'budget' | 'paths'>> {
  /** The agent's own choice unless given. */
  readonly model?: string | undefined;
  /** The contest it is in. */
  readonly contest?: number;
  /** No cap unless given. */
  readonly budget?: Budget;
  readonly after?: readonly number[] | undefined;
  readonly when?: NewTask['when'];
  /** The folders its worktree has; all unless given. */
  readonly paths?: readonly string[] | undefined;
  readonly runAfter?: number | null | undefined;
  readonly maxAttempts: number;
  readonly at: number;
  /** Who asked for it; the person unless said otherwise. */
  readonly by?: string;
}

/** Stores a task as `queued` and gives its id, which is never used again. Throws NOT_FOUND for its repository or a task it waits for. */
export function insertTask(db: Database, task: ResolvedTask): number {
  const { budget = noBudget } = task;
  const { changes, id } = run(
    db,
    `INSERT INTO task (repository_id, title, agent, base, permission_level, priority, state, max_attempts, run_after,
       budget_usd, budget_tokens, budget_minutes, paths, model, contest_id, created_at, created_by, updated_at, state_since)
     SELECT id, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM repository WHERE id = ? AND removed = 0`,
    task.title,
    task.agent,
    task.base,
    task.permissionLevel,
    task.priority,
    task.maxAttempts,
    task.runAfter ?? null,
    budget.usd,
    budget.tokens,
    budget.minutes,
    JSON.stringify(task.paths ?? []),
    task.model ?? null,
    task.contest ?? null,
    task.at,
    task.by ?? 'person',
    task.at,
    task.at,
    task.repositoryId,
  );
  if (changes === 0) throw noRepository(db, task.repositoryId);
  run(db, 'INSERT INTO task_prompt (task_id, text) VALUES (?, ?)', id, task.prompt);
  for (const after of task.after ?? []) addDependency(db, { task: id, after, start: task.when ?? 'landed' });
  return id;
}

export interface Move {
  readonly task: number;
  readonly to: TaskState;
  /** `person`, `runner`, `recovery` or `repository`. */
  readonly by: string;
  readonly reason: string;
  readonly at: number;
  /** Given by a worker: the move is refused with StaleClaim unless this claim still holds the task. */
  readonly generation?: number;
  /** Facts that become true with the move. `outcome` is needed to move to `done`, `error` to move to `failed`. */
  readonly patch?: TaskPatch;
}

/**
 * Moves a task to another state: the one writer of states beside the claim. A task that leaves the worker's hands loses
 * its lease; one the person sends back from review, failed or cancelled starts counting attempts anew; one that leaves review
 * leaves its train. Throws NOT_FOUND,
 * WRONG_STATE for a move the table does not have, StaleClaim.
 */
export function moveTask(db: Database, move: Move): void {
  const row = taskRow(db, move.task);
  assertHeld(row, move.generation);
  // Only a claim gives a lease, so nothing else may make a queued task run.
  if (!mayMove(row.state, move.to) || (row.state === 'queued' && move.to === 'running')) {
    throw refused(row, askedBy[move.to]);
  }
  // What a reviewing agent leaves in its worktree is nobody's change: nothing may ever be approved of it.
  if (move.to === 'review' && reviewedBy(db, row.id) !== undefined) throw refused(row, 'restored');
  const columns = { ...columnsOfMove(row, move.to), ...patchColumns(move.patch ?? {}) };
  setColumns(db, row.id, { ...columns, state: move.to, state_since: move.at, updated_at: move.at });
  const { to, at, by, reason } = move;
  addTransition(db, row.id, { from: row.state, to, at, by, reason, leaseUntil: row.lease_until, attempt: null });
  if (row.state === 'review') {
    const now = move.patch?.outcome ?? to;
    leaveTrain(db, { task: row.id, state: 'left', reason: `It is not in review any more: it is ${now}.`, at });
  }
  // Nobody drives what nothing more is done on; one in review was queued again when somebody asked to.
  if (to === 'done' || to === 'failed' || to === 'cancelled') endTakeover(db, { task: row.id, at });
  if (to !== 'queued' && to !== 'running' && to !== 'waiting') forgetFinish(db, row.id);
  shiftCount(db, { from: row.state, to: move.to });
  settleDependants(db, row.id, { from: row, to: { state: to, outcome: move.patch?.outcome ?? null } });
}

/** What somebody who moves a task to a state has asked for. */
const askedBy: Readonly<Record<TaskState, Asked>> = {
  queued: 'retried',
  running: 'started',
  waiting: 'started',
  review: 'restored',
  done: 'approved',
  failed: 'cancelled',
  cancelled: 'cancelled',
};

/** Changes facts of a task that are not its state. Throws NOT_FOUND, and StaleClaim when `generation` is given and no longer holds. */
export function patchTask(
  db: Database,
  change: { readonly task: number; readonly patch: TaskPatch; readonly at: number; readonly generation?: number },
): void {
  const row = taskRow(db, change.task);
  assertHeld(row, change.generation);
  setColumns(db, row.id, { ...patchColumns(change.patch), updated_at: change.at });
}

/**
 * Gives a task other words, another budget, agent or priority, more tasks to come after, and fewer. Throws NOT_FOUND and
 * CYCLE for those.
 */
export function editTask(
  db: Database,
  { task, edit, at }: { readonly task: number; readonly edit: TaskEdit; readonly at: number },
): void {
  const row = taskRow(db, task);
  const { agent = row.agent, priority = row.priority, title = row.title, prompt, budget = {} } = edit;
  const { after = [], when = 'landed', detach = [] } = edit;
  // What one agent calls its models means nothing to another.
  const model = edit.model ?? (agent === row.agent ? row.model : null);
  for (const other of detach) removeDependency(db, { task, after: other });
  for (const other of after) addDependency(db, { task, after: other, start: when });
  // What its agent's provider said holds nobody else's agent up.
  const free = agent !== row.agent && row.parked === 'agent' && { run_after: null, parked: null, queued_reason: null };
  setColumns(db, task, { title, agent, model, priority, ...free, ...capColumns(budget), updated_at: at });
  const reworded = prompt !== undefined && run(db, rewordSql, prompt, task, prompt).changes === 1;
  if (reworded || title !== row.title) run(db, 'INSERT INTO task_rewording (task_id) VALUES (?)', task);
}

const rewordSql = 'UPDATE task_prompt SET text = ? WHERE task_id = ? AND text <> ?';

/** The columns of the caps that are given. */
function capColumns(budget: NonNullable<TaskEdit['budget']>): Columns {
  return Object.fromEntries(
    measures.flatMap((measure) => {
      const cap = budget[measure];
      return cap === undefined ? [] : [[`budget_${measure}`, cap]];
    }),
  );
}

/** Makes a queued task due, past what its agent's provider said to another one. */
export function goOnNow(
  db: Database,
  {
    task,
    at,
    why = 'You asked for it to go on now.',
  }: { readonly task: number; readonly at: number; readonly why?: string },
): void {
  setColumns(db, task, {
    run_after: null,
    parked: null,
    go_on: 1,
    queued_reason: why,
    updated_at: at,
  });
}

/** Lets a queued task wait for what it waited for before. */
export function waitAgain(
  db: Database,
  { task, wait, at }: { readonly task: number; readonly wait: Wait; readonly at: number },
): void {
  const { runAfter, parked, reason, goOn } = wait;
  const columns = { run_after: runAfter, parked, go_on: Number(goOn), queued_reason: reason };
  setColumns(db, task, { ...columns, updated_at: at });
}

function assertHeld(row: TaskRow, generation: number | undefined): void {
  if (generation === undefined) return;
  const held = row.state === 'running' || row.state === 'waiting';
  if (!held || row.generation !== generation) throw new StaleClaim(row.id, generation, row);
}

function columnsOfMove(row: TaskRow, to: TaskState): Columns {
  const held = to === 'running' || to === 'waiting';
  const anew = to === 'queued' && row.state !== 'running' && row.state !== 'waiting';
  return {
    outcome: null,
    queued_reason: null,
    run_after: null,
    parked: null,
    landing_due: 0,
    ...(!held && { worker: null, lease_until: null }),
    ...(anew && { attempt: 0, crashes: 0, parks: 0 }),
    // Only a task cut off on the way to its review still has it before it.
    ...((anew || !held) && !(to === 'queued' && !anew) && { finishing: 0 }),
    // A finished task keeps saying what went wrong; one that goes on has it behind it.
    ...(to !== 'done' && to !== 'failed' && to !== 'cancelled' && { error: null }),
  };
}

function setColumns(db: Database, id: number, columns: Columns): void {
  const sets = Object.keys(columns).map((column) => `${column} = ?`);
  run(db, `UPDATE task SET ${sets.join(', ')} WHERE id = ?`, ...Object.values(columns), id);
}
