import type { Aboard, CarState } from '../contract/aboard';
import { CodedError } from '../contract/errors';
import type { Strategy } from '../contract/strategy';
import type { Train } from '../contract/train';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

/** A train, with what only the runtime needs to know of it. */
export interface TrainRow {
  readonly id: number;
  readonly repository: number;
  readonly base: string;
  /** Where the base is unless somebody else moved it. */
  readonly tip: string;
  readonly strategy: Strategy | null;
  readonly by: string;
  readonly state: Train['state'];
  readonly reason: string | null;
  readonly worktree: string | null;
  readonly worktreeOid: string | null;
}

/** A change on it. */
export interface CarRow {
  readonly place: number;
  readonly task: number;
  readonly head: string;
  /** What the change was compared with when it was approved; null of one that was by an earlier version. */
  readonly mergeBase: string | null;
  /** The comments that may stay behind. */
  readonly comments: readonly number[];
  readonly state: CarState;
  readonly onto: string | null;
  readonly result: string | null;
  readonly tries: number;
  readonly reason: string;
}

/** Writes down a train that was approved and gives its id. Throws WRONG_STATE when one of its tasks is on another. */
export function addTrain(
  db: Database,
  train: Pick<TrainRow, 'repository' | 'base' | 'tip' | 'strategy' | 'by'> & {
    readonly cars: readonly Pick<CarRow, 'task' | 'head' | 'mergeBase' | 'comments'>[];
    readonly at: number;
  },
): number {
  for (const { task } of train.cars) {
    const other = getRow<{ id: number }>(
      db,
      `SELECT train_id AS id FROM train_car WHERE task_id = ? AND ${open}`,
      task,
    );
    if (other === undefined) continue;
    throw new CodedError(
      'WRONG_STATE',
      `Task ${task} is on train ${other.id} already. Wait for that (in the terminal: train show ${other.id} --follow), or stop it.`,
      {
        facts: { task, train: other.id },
      },
    );
  }
  const { id } = run(
    db,
    `INSERT INTO train (repository_id, base, tip_oid, strategy, created_by, state, created_at)
     VALUES (?, ?, ?, ?, ?, 'open', ?)`,
    ...[train.repository, train.base, train.tip, train.strategy, train.by, train.at],
  );
  const insert = `INSERT INTO train_car (train_id, place, task_id, head, merge_base, comments, state, changed_at)
    VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)`;
  train.cars.forEach(({ task, head, mergeBase, comments }, index) => {
    run(db, insert, id, index + 1, task, head, mergeBase, JSON.stringify(comments), train.at);
  });
  return id;
}

const open = "state IN ('waiting', 'checking')";

const columns = `id, repository_id AS repository, base, tip_oid AS tip, strategy, created_by AS "by", state, reason,
  worktree, worktree_oid AS worktreeOid`;

/** A train. Throws NOT_FOUND. */
export function trainRow(db: Database, id: number): TrainRow {
  const row = getRow<TrainRow>(db, `SELECT ${columns} FROM train WHERE id = ?`, id);
  if (row === undefined)
    throw new CodedError('NOT_FOUND', `There is no train ${id}. See: train list`, { facts: { train: id } });
  return row;
}

/** The trains that have not ended, oldest first. */
export function openTrains(db: Database): TrainRow[] {
  return allRows<TrainRow>(db, `SELECT ${columns} FROM train WHERE state = 'open' ORDER BY id`);
}

/** The trains whose worktree may still be there, oldest first. */
export function trainsWithWorktree(db: Database): TrainRow[] {
  return allRows<TrainRow>(db, `SELECT ${columns} FROM train WHERE worktree IS NOT NULL ORDER BY id`);
}

/** The changes on a train, in order. */
export function carsOf(db: Database, train: number): CarRow[] {
  const sql = `SELECT place, task_id AS task, head, merge_base AS mergeBase, comments, state, onto_oid AS onto,
      result_oid AS result, tries, reason
    FROM train_car WHERE train_id = ? ORDER BY place`;
  return allRows<Omit<CarRow, 'comments'> & { readonly comments: string }>(db, sql, train).map((row) => ({
    ...row,
    comments: JSON.parse(row.comments) as number[],
  }));
}

/** Another task of a contest that is on a train and has not had its turn; undefined when none is. */
export function aboardOfContest(
  db: Database,
  { task, contest }: { readonly task: number; readonly contest: number },
): { readonly task: number; readonly train: number } | undefined {
  return getRow(
    db,
    `SELECT car.task_id AS task, car.train_id AS train FROM task INDEXED BY task_contest
     JOIN train_car AS car ON car.task_id = task.id
     WHERE task.contest_id = ? AND task.id <> ? AND car.state IN ('waiting', 'checking') LIMIT 1`,
    contest,
    task,
  );
}

/** Notes that a change was brought onto its base and is checked there, unless it was taken off; says whether. */
export function checkCar(
  db: Database,
  car: {
    readonly train: number;
    readonly task: number;
    readonly onto: string;
    readonly result: string;
    readonly reason: string;
    readonly at: number;
  },
): boolean {
  const sql = `UPDATE train_car SET state = 'checking', onto_oid = ?, result_oid = ?, reason = ?, tries = tries + 1,
    changed_at = ? WHERE train_id = ? AND task_id = ? AND ${open}`;
  return run(db, sql, car.onto, car.result, car.reason, car.at, car.train, car.task).changes === 1;
}

/** Notes what became of a change whose turn had not ended; false when it had. */
export function endCar(
  db: Database,
  end: {
    readonly train: number;
    readonly task: number;
    readonly state: 'landed' | 'returned' | 'left';
    readonly reason?: string;
    readonly at: number;
  },
): boolean {
  const sql = `UPDATE train_car SET state = ?, reason = ?, changed_at = ? WHERE train_id = ? AND task_id = ? AND ${open}`;
  return run(db, sql, end.state, end.reason ?? '', end.at, end.train, end.task).changes === 1;
}

/** Whether a commit is what a train is about to land for a task, and nobody took that off. */
export function mayLand(
  db: Database,
  { train, task, result }: { readonly train: number; readonly task: number; readonly result: string },
): boolean {
  const sql = "SELECT 1 FROM train_car WHERE train_id = ? AND task_id = ? AND result_oid = ? AND state = 'checking'";
  return getRow(db, sql, train, task, result) !== undefined;
}

/**
 * Takes a task off the train it is on, if any, whatever comes back to review later: what a person or its agent does to a change
 * that was approved is not what was approved.
 */
export function leaveTrain(
  db: Database,
  car: { readonly task: number; readonly state: 'returned' | 'left'; readonly reason: string; readonly at: number },
): void {
  const sql = `UPDATE train_car SET state = ?, reason = ?, changed_at = ? WHERE task_id = ? AND ${open}`;
  run(db, sql, car.state, car.reason, car.at, car.task);
}

/**
 * Keeps that what a train made of a task is on its base, and that this is where the base is. In the very transaction in which the
 * task is done: a train that is stopped, or a process that dies, finds no change that is on the base and not yet landed.
 */
export function landCar(
  db: Database,
  {
    task,
    result,
    begunAt,
    at,
  }: { readonly task: number; readonly result: string; readonly begunAt: number; readonly at: number },
): void {
  // One that was left after it had begun to land has landed all the same; one that was left before lands by somebody else's word.
  const sql = `UPDATE train_car SET state = 'landed', reason = '', changed_at = ?
    WHERE task_id = ? AND result_oid = ? AND (state = 'checking' OR (state = 'left' AND changed_at >= ?))
    RETURNING train_id AS train`;
  for (const { train } of allRows<{ train: number }>(db, sql, at, task, result, begunAt))
    run(db, 'UPDATE train SET tip_oid = ? WHERE id = ?', result, train);
}

/** Takes what has not landed off a train, but for a change that is landing this moment, and keeps why. */
export function emptyTrain(
  db: Database,
  { train, reason, at }: { readonly train: number; readonly reason: string; readonly at: number },
): void {
  run(db, "UPDATE train SET reason = ? WHERE id = ? AND state = 'open'", reason, train);
  const landing = `EXISTS (SELECT 1 FROM landing WHERE landing.task_id = train_car.task_id
    AND landing.new_oid = train_car.result_oid AND landing.state = 'open')`;
  run(
    db,
    `UPDATE train_car SET state = 'left', reason = ?, changed_at = ? WHERE train_id = ? AND ${open} AND NOT ${landing}`,
    ...[reason, at, train],
  );
}

/** Keeps where a train's changes are checked, and at which commit that is; null once there is no such worktree. */
export function noteTrainWorktree(
  db: Database,
  { train, worktree, oid }: { readonly train: number; readonly worktree: string | null; readonly oid: string | null },
): void {
  run(db, 'UPDATE train SET worktree = ?, worktree_oid = ? WHERE id = ?', worktree, oid, train);
}

/**
 * Ends a train; false when it had ended. A change that has begun to land and could not be finished waits for nothing of it any
 * more: whoever approves that again ends it.
 */
export function endTrain(db: Database, { train, at }: { readonly train: number; readonly at: number }): boolean {
  run(
    db,
    `UPDATE train_car SET state = 'left', reason = ?, changed_at = ? WHERE train_id = ? AND ${open}`,
    ...['It has begun to land and could not be finished. Approve it again: it goes on where it stopped.', at, train],
  );
  const sql = "UPDATE train SET state = 'ended', ended_at = ? WHERE id = ? AND state = 'open'";
  return run(db, sql, at, train).changes === 1;
}

/** A train as it is shown. Throws NOT_FOUND. */
export function readTrain(db: Database, id: number): Train {
  const { repository: repositoryId, base, strategy, by, state, reason } = trainRow(db, id);
  const times = getRow<{ createdAt: number; endedAt: number | null; repository: string }>(
    db,
    `SELECT created_at AS createdAt, ended_at AS endedAt,
       (SELECT path FROM repository WHERE repository.id = repository_id) AS repository FROM train WHERE id = ?`,
    id,
  ) as { createdAt: number; endedAt: number | null; repository: string };
  const cars = allRows<Train['cars'][number]>(
    db,
    `SELECT task_id AS task, title, train_car.state, head, nullif(reason, '') AS reason,
       iif(train_car.state = 'landed', merged_oid, NULL) AS mergedOid
     FROM train_car JOIN task ON task.id = task_id WHERE train_id = ? ORDER BY place`,
    id,
  );
  return { id, repositoryId, base, strategy, by, state, reason, cars, ...times };
}

/** The trains that have not ended and the newest of the others, newest first. */
export function listTrains(db: Database, ended: number): Train[] {
  const newest = "SELECT id FROM train WHERE state = 'ended' ORDER BY id DESC LIMIT ?";
  const ids = [...openTrains(db), ...allRows<{ id: number }>(db, newest, ended)].map(({ id }) => id);
  return ids.sort((one, other) => other - one).map((id) => readTrain(db, id));
}

/**
 * Where a task is on the train it was approved with: while its turn is to come, and while it is in review because of what
 * became of that. Null otherwise.
 */
export function aboardOf(
  db: Database,
  { id, state, since }: { readonly id: number; readonly state: string; readonly since: number },
): Aboard | null {
  if (state !== 'review') return null;
  const row = getRow<Aboard & { readonly changedAt: number }>(
    db,
    `SELECT train_id AS train, place, state, nullif(reason, '') AS reason, changed_at AS changedAt,
       (SELECT count(*) FROM train_car AS all_of WHERE all_of.train_id = train_car.train_id) AS "of"
     FROM train_car WHERE task_id = ? ORDER BY train_id DESC LIMIT 1`,
    id,
  );
  if (row === undefined) return null;
  const { changedAt, ...aboard } = row;
  if (aboard.state === 'waiting' || aboard.state === 'checking') return aboard;
  return aboard.state === 'left' && changedAt >= since ? aboard : null;
}
