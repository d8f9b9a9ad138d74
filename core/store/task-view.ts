import { endedWords, hasLanded } from '../contract/stack';
import type { Task, TaskDetail, TaskState, Usage } from '../contract/task';
import { taskStates } from '../contract/task';
import { reviewedBy } from './agent-reviews';
import { listCheckDetails, listChecks, listTrainChecks } from './checks';
import { contestView } from './contests';
import type { Database } from './database';
import { handEdits } from './decisions';
import { type Dependency, dependants, listDependencies, startsAfter } from './dependencies';
import { shownOverlaps } from './overlaps';
import { openRequestsOf } from './requests';
import { taskBudget, taskSpending } from './spending';
import { partsOf, stackOf } from './stacks';
import { allRows, getRow } from './statement';
import { shownTakeover } from './takeovers';
import { tasksIn, unfinishedTasks } from './task-index';
import { type TaskRow, taskRow } from './task-row';
import { aboardOf } from './trains';
import { listTransitions } from './transitions';

/** How many finished tasks a snapshot carries. */
const finishedInSnapshot = 500;

/** A task as lists show it. Throws NOT_FOUND. */
export function readTask(db: Database, id: number): Task {
  return toTask(db, taskRow(db, id));
}

/** A task with its prompt, what its checks printed and every move it made. Throws NOT_FOUND. */
export function readTaskDetail(db: Database, id: number): TaskDetail {
  const row = taskRow(db, id);
  const created = { from: null, to: 'queued', reason: 'Created.', attempt: null } as const;
  return {
    ...toTask(db, row),
    checks: listCheckDetails(db, id),
    prompt: readPrompt(db, id),
    transitions: [{ ...created, at: row.created_at, by: row.created_by }, ...listTransitions(db, id)],
    edits: handEdits(db, id),
  };
}

/** What the agent was asked to do. */
export function readPrompt(db: Database, task: number): string {
  return getRow<{ text: string }>(db, 'SELECT text FROM task_prompt WHERE task_id = ?', task)?.text ?? '';
}

export interface TaskFilter {
  /** Only tasks in one of these states; all when left out. */
  readonly states?: readonly TaskState[] | undefined;
  /** Only tasks of this repository. */
  readonly repository?: number | undefined;
  readonly limit: number;
}

/** Tasks, newest first. */
export function listTasks(db: Database, filter: TaskFilter): Task[] {
  const states = [...new Set(filter.states ?? taskStates)];
  const sorts = states.length === taskStates.length ? ['task WHERE true'] : states.flatMap((state) => tasksIn[state]);
  const rows = sorts.flatMap((sort) =>
    allRows<TaskRow>(
      db,
      `SELECT * FROM ${sort} ${filter.repository === undefined ? '' : 'AND repository_id = ?'} ORDER BY id DESC LIMIT ?`,
      ...(filter.repository === undefined ? [] : [filter.repository]),
      filter.limit,
    ),
  );
  return newestFirst(rows)
    .slice(0, filter.limit)
    .map((row) => toTask(db, row));
}

/** Every unfinished task and the newest 500 finished ones, newest first: what a window starts from. */
export function snapshotTasks(db: Database): Task[] {
  const open = unfinishedTasks.flatMap((sort) => allRows<TaskRow>(db, `SELECT * FROM ${sort}`));
  const finished = allRows<TaskRow>(
    db,
    "SELECT * FROM task WHERE state IN ('done', 'failed', 'cancelled') ORDER BY id DESC LIMIT ?",
    finishedInSnapshot,
  );
  return newestFirst([...open, ...finished]).map((row) => toTask(db, row));
}

function newestFirst(rows: readonly TaskRow[]): TaskRow[] {
  return [...rows].sort((one, other) => other.id - one.id);
}

function toTask(db: Database, row: TaskRow): Task {
  const { session, ...usage } = sessionsOf(db, row.id);
  const after = listDependencies(db, row.id);
  const blockedBy = startsAfter(after, row.branch);
  const stack = stackOf(db, row.id);
  return {
    id: row.id,
    title: row.title,
    state: row.state,
    outcome: row.outcome,
    repositoryId: row.repository_id,
    repository: getRow<{ path: string }>(db, 'SELECT path FROM repository WHERE id = ?', row.repository_id)?.path ?? '',
    base: row.base,
    paths: JSON.parse(row.paths) as string[],
    branch: row.branch,
    agent: row.agent,
    model: row.model,
    permissionLevel: row.permission_level,
    priority: row.priority,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    runAfter: row.state === 'queued' ? row.run_after : null,
    parked: row.state === 'queued' ? row.parked : null,
    parks: row.parks,
    queuedReason: row.state === 'queued' ? (reasonOf(blockedBy) ?? row.queued_reason) : null,
    after: after.map((other) => other.id),
    afterReview: after.filter(({ start }) => start === 'review').map((other) => other.id),
    blockedBy: blockedBy.map((other) => other.id),
    landsAfter: after.filter((other) => !hasLanded(other)).map((other) => other.id),
    before: dependants(db, row.id),
    contest: row.contest_id === null ? null : contestView(db, row.contest_id),
    stack: stack === undefined ? null : { on: partsOf(db, row.id).map((part) => part.id), problem: stack.problem },
    overlaps: shownOverlaps(db, row.id),
    train: aboardOf(db, { id: row.id, state: row.state, since: row.state_since }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    stateSince: row.state_since,
    error: row.error,
    usage,
    budget: taskBudget(db, row.id),
    spent: taskSpending(db, row.id),
    change:
      row.change_files === null
        ? null
        : {
            files: row.change_files,
            additions: row.change_additions ?? 0,
            deletions: row.change_deletions ?? 0,
          },
    worktree: row.worktree,
    session,
    mergedOid: row.merged_oid,
    backupRef: row.backup_ref,
    takeover: isHeld(row.state) ? shownTakeover(db, row) : null,
    reviews: reviewedBy(db, row.id)?.reviewed ?? null,
    requests: openRequestsOf(db, row.id),
    checks: [...listChecks(db, row.id, row.change_head), ...listTrainChecks(db, row.id)],
  };
}

/** Only what is to be worked on can be in a person's hands. */
function isHeld(state: TaskState): boolean {
  return state === 'queued' || state === 'running' || state === 'waiting';
}

/** Says what a person must know: a task it waits for ended without landing, so waiting alone will not help. */
function reasonOf(blockedBy: readonly Dependency[]): string | undefined {
  const ended = blockedBy.find(({ state }) => state === 'failed' || state === 'cancelled' || state === 'done');
  if (ended === undefined) return undefined;
  const again = ended.state === 'done' ? 'restored' : 'retried';
  const then = ended.start === 'review' ? `${again} and in review` : `${again} and approved`;
  return `Waits for task ${ended.id}, which ${endedWords(ended)}. It starts when that one is ${then}; or take this one off it, or cancel it.`;
}

function sessionsOf(db: Database, task: number): Usage & { readonly session: number | null } {
  return getRow<Usage & { session: number | null }>(
    db,
    `SELECT max(id) AS session, sum(input_tokens) AS inputTokens, sum(output_tokens) AS outputTokens,
       sum(cost_usd) AS costUsd FROM session WHERE task_id = ?`,
    task,
  ) as Usage & { session: number | null };
}
