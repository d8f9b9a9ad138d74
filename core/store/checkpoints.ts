import type { Checkpoint } from '../contract/checkpoint';
import { CodedError } from '../contract/errors';
import type { ChangeSize } from '../contract/task';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** A checkpoint as it is stored. */
export interface CheckpointRow {
  readonly id: number;
  readonly task: number;
  readonly number: number;
  readonly kind: Checkpoint['kind'];
  readonly session: number;
  readonly turn: number;
  readonly seq: number;
  readonly agentSession: string | null;
  /** The place in the agent's own conversation; null is its end, or unknown. */
  readonly point: string | null;
  readonly ref: string;
  readonly oid: string;
  readonly tree: string;
  readonly head: string | null;
  /** Alike only when files, index, HEAD and nested repositories are. */
  readonly state: string;
  readonly parent: number | null;
  readonly change: ChangeSize;
  readonly createdAt: number;
  readonly removedAt: number | null;
}

interface Row extends Omit<CheckpointRow, 'change' | 'kind'>, ChangeSize {
  readonly kind: 'start' | 'turn' | 'left';
  readonly madeBy: 'agent' | 'person' | 'switchyard';
}

const columns = `id, task_id AS task, number, kind, session_id AS session, turn, seq, agent_session AS agentSession, point,
  ref, oid, tree, head, state, parent, made_by AS madeBy, files, additions, deletions, created_at AS createdAt, removed_at AS removedAt`;

/** Keeps a checkpoint under the task's next number, which it gives. The first of a task is number 0 and its start. */
export function addCheckpoint(
  db: Database,
  { change, ...row }: Omit<CheckpointRow, 'id' | 'number' | 'createdAt' | 'removedAt'> & { readonly at: number },
): number {
  const next = getRow<{ number: number }>(
    db,
    'SELECT coalesce(max(number) + 1, 0) AS number FROM checkpoint WHERE task_id = ?',
    row.task,
  );
  // A task that was begun before checkpoints were kept has no start, and 0 stays free for none.
  const number = next?.number === 0 && row.kind !== 'start' ? 1 : (next?.number ?? 0);
  run(
    db,
    `INSERT INTO checkpoint (task_id, number, kind, session_id, turn, seq, agent_session, point, ref, oid, tree, head,
       state, parent, files, additions, deletions, created_at, made_by)
     VALUES (@task, @number, @kind, @session, @turn, @seq, @agentSession, @point, @ref, @oid, @tree, @head,
       @state, @parent, @files, @additions, @deletions, @at, @madeBy)`,
    {
      ...{ ...row, ...change, number },
      kind: makers[row.kind] === undefined ? row.kind : 'turn',
      madeBy: makers[row.kind] ?? 'agent',
    },
  );
  return number;
}

/** A task's checkpoints, oldest first. */
export function listCheckpoints(db: Database, task: number): CheckpointRow[] {
  return allRows<Row>(db, `SELECT ${columns} FROM checkpoint WHERE task_id = ? ORDER BY number`, task).map(
    toCheckpoint,
  );
}

/** One checkpoint of a task. Throws NOT_FOUND, and WRONG_STATE when it is not kept any more. */
export function readCheckpoint(db: Database, task: number, number: number): CheckpointRow {
  const row = getRow<Row>(db, `SELECT ${columns} FROM checkpoint WHERE task_id = ? AND number = ?`, task, number);
  const facts = { task, checkpoint: number };
  if (row === undefined) {
    throw new CodedError('NOT_FOUND', `Task ${task} has no checkpoint ${number}. See: task checkpoints ${task}`, {
      facts,
    });
  }
  if (row.removedAt !== null) {
    throw new CodedError(
      'WRONG_STATE',
      `Checkpoint ${number} of task ${task} is not kept any more: it went with the worktree when the task was done.`,
      { facts },
    );
  }
  return toCheckpoint(row);
}

/**
 * The checkpoint a task's worktree was put at or kept as last, against which the next one is counted; undefined when
 * there is none, or none that is kept.
 */
export function currentCheckpoint(db: Database, task: number): CheckpointRow | undefined {
  const row = getRow<Row>(
    db,
    `SELECT ${columns} FROM checkpoint WHERE task_id = ? AND removed_at IS NULL AND number = coalesce(
       (SELECT target FROM task_return WHERE task_id = ? AND state = 'done'
          AND newest_checkpoint = (SELECT max(id) FROM checkpoint WHERE task_id = ?) ORDER BY id DESC LIMIT 1),
       (SELECT max(number) FROM checkpoint WHERE task_id = ?))`,
    ...[task, task, task, task],
  );
  return row === undefined ? undefined : toCheckpoint(row);
}

/** What was left by going back in tasks of a repository that are not over, newest first. */
export function leftCheckpoints(db: Database, repository: number): CheckpointRow[] {
  return allRows<Row>(
    db,
    `SELECT ${columns} FROM checkpoint WHERE kind = 'left' AND removed_at IS NULL
       AND task_id IN (SELECT id FROM task WHERE repository_id = ? AND state <> 'done') ORDER BY created_at DESC`,
    repository,
  ).map(toCheckpoint);
}

/** Notes that a task's checkpoints are not kept any more. */
export function removeCheckpoints(db: Database, removal: { readonly task: number; readonly at: number }): void {
  run(db, 'UPDATE checkpoint SET removed_at = ? WHERE task_id = ? AND removed_at IS NULL', removal.at, removal.task);
}

/** Who made what is kept between two turns. The person stands for whoever it was, where it was not Switchyard. */
const makers: Readonly<Partial<Record<Checkpoint['kind'], Row['madeBy']>>> = {
  edited: 'person',
  restacked: 'switchyard',
};

function toCheckpoint({ files, additions, deletions, madeBy, kind, ...row }: Row): CheckpointRow {
  const between = madeBy === 'person' ? 'edited' : 'restacked';
  return { ...row, kind: madeBy === 'agent' ? kind : between, change: { files, additions, deletions } };
}
