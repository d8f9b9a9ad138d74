import { isAboard } from '../contract/aboard';
import type { RepositoryCheck } from '../contract/check';
import { CodedError } from '../contract/errors';
import { runChecks } from '../runner/checking';
import { trainMessage } from '../runner/messages';
import { tell } from '../runner/putting-away';
import { trainWorktree } from '../runner/train-worktree';
import { listTrainChecks } from '../store/checks';
import { addMessage } from '../store/messages';
import { readTaskDetail } from '../store/task-view';
import { taskWork } from '../store/task-work';
import { moveTask } from '../store/tasks';
import { type CarRow, carsOf, checkCar, endCar, mayLand, type TrainRow } from '../store/trains';
import { alone } from './acting';
import * as decisions from './decisions';
import type { Room } from './room';
import { restack } from './stacking';
import { type Built, build, type Came, land, left, otherThanApproved, toRun, touchedSince } from './train-commit';

/** How often a change is checked again because somebody else moved the base meanwhile. */
const tries = 3;

/**
 * The turn of one change: it is brought onto its base as that is now, what came of that is checked, and that very commit lands; or
 * it goes back to its agent, or is left in review. Whatever a person does to it meanwhile takes it off. Its task is held by nobody while checks run.
 */
export async function runCar(room: Room, train: TrainRow, car: CarRow, signal: AbortSignal): Promise<void> {
  let came: Came = { kind: 'moved', reason: car.reason };
  for (let attempt = 1; came.kind === 'moved' && attempt <= tries; attempt += 1) {
    came = await turn(room, train, { ...car, reason: came.reason }, signal).catch((cause: unknown): Came => {
      if (signal.aborted) return { kind: 'stopped' };
      if (!(cause instanceof CodedError))
        room.log('error', 'A change on a train could not be landed.', { task: car.task, cause: String(cause) });
      return left(cause instanceof Error ? cause.message : String(cause));
    });
  }
  if (came.kind === 'moved') came = left(`${train.base} moved ${tries} times while it was checked. Approve it again.`);
  await settle(room, train, car, came);
}

async function turn(room: Room, train: TrainRow, car: CarRow, signal: AbortSignal): Promise<Came> {
  const { task } = car;
  const { stackOid, stack } = taskWork(room.db, task);
  if (stackOid !== null || (stack?.problem ?? null) !== null) {
    // What somebody did to it since is not what was approved, and nobody asked to have that moved or merged.
    const other = await alone(task, () => otherThanApproved(room, car));
    if (other !== null) return left(other);
    const stood = await restack(room, task, { again: true });
    if (stood.kind === 'stuck') return { kind: 'off', state: stood.told ? 'returned' : 'left', reason: stood.problem };
  }
  // What runs in its own worktree is seen to its end; what a restack began says nothing of what lands.
  await room.checks.over(task, signal);
  if (signal.aborted) return { kind: 'stopped' };
  const built = await alone(task, () => build(room, train, car));
  if (built.kind !== 'built') return built;
  const { review, oid } = built;
  const checks = oid === review.base ? [] : toRun(built.work);
  const noted = { train: train.id, task, onto: review.base, result: oid, reason: car.reason };
  if (!(await room.writer.write((db) => checkCar(db, { ...noted, at: room.now() })))) return { kind: 'stopped' };
  room.trains.announce(train.id);
  for (const check of checks) {
    const failed = await checked(room, train, { built, check, signal });
    if (failed !== null) return failed;
  }
  if (signal.aborted) return { kind: 'stopped' };
  return alone(task, () => land(room, train, car, { built, checks }));
}

/** Runs one check on what would land; null when it passed. */
async function checked(
  room: Room,
  train: TrainRow,
  one: { readonly built: Built; readonly check: RepositoryCheck; readonly signal: AbortSignal },
): Promise<Came | null> {
  const { built, check, signal } = one;
  const { work, place, review, oid } = built;
  // Whoever takes it off ends what runs for it then. What begins after that is ended here: the others need not wait for it.
  const onBegun = () => {
    if (mayLand(room.db, { train: train.id, task: work.id, result: oid })) return;
    void room.checks.stop(work.id, 'Ended because the change had left the train.');
  };
  const ready = await trainWorktree(room, place, { train: train.id, task: work.id, oid, signal, onBegun });
  if (signal.aborted) return { kind: 'stopped' };
  if (ready.kind === 'not-ready') return left(ready.reason);
  await runChecks(room, ready.where, [check], { signal, onBegun });
  if (signal.aborted) return { kind: 'stopped' };
  const run = listTrainChecks(room.db, work.id).find(({ name }) => name === check.name);
  if (run?.state === 'passed' && run.head === oid && run.clean) return null;
  // By itself it did not fail: it was stopped, took too long, or saw something else.
  if (run?.exitCode == null || run.state === 'passed')
    return left(`Its check ${check.name} was ended before it could say anything.`);
  const printed = readTaskDetail(room.db, work.id).checks.find((detail) => detail.run === run.run)?.output ?? '';
  const told = { base: train.base, oid: review.base, check, exitCode: run.exitCode, printed };
  const reason = `Its check ${check.name} failed on top of ${train.base} as it is now (exit status ${run.exitCode}).`;
  return { kind: 'returned', reason, message: trainMessage(told), review };
}

/** Keeps what became of a change, with the move that it takes. */
async function settle(room: Room, train: TrainRow, car: CarRow, came: Came): Promise<void> {
  switch (came.kind) {
    case 'stopped':
    case 'moved':
    // What landed was kept with that.
    case 'landed':
      return;
    case 'off':
      await takeOff(room, train, car.task, came);
      return;
    case 'returned':
      await alone(car.task, () => giveBack(room, train, car, came));
  }
}

/** Takes a change off a train, and says why at the end of its conversation, unless somebody took it off before. */
async function takeOff(
  room: Room,
  { id: train }: TrainRow,
  task: number,
  { state, reason }: Pick<Extract<Came, { kind: 'off' }>, 'state' | 'reason'>,
): Promise<void> {
  const isOff = await room.writer.write((db) => endCar(db, { train, task, state, reason, at: room.now() }));
  const work = taskWork(room.db, task);
  if (isOff && work.state === 'review') tell(room, work, [`Train ${train} left it in review. ${reason}`]);
}

/**
 * Sends a change back to its agent, unless somebody took it off the train or did something else with it. Whatever they put into its
 * worktree while it was checked would be committed as the agent's, so it stays in review then.
 */
async function giveBack(
  room: Room,
  train: TrainRow,
  { task }: CarRow,
  { reason, message, review }: Extract<Came, { kind: 'returned' }>,
): Promise<void> {
  const touched = await touchedSince(room, task, review);
  if (touched !== null) {
    const why = `${reason} It did not go back to its agent: ${touched}`;
    return takeOff(room, train, task, { state: 'left', reason: why });
  }
  await room.writer.write((db) => {
    const at = room.now();
    if (!carsOf(db, train.id).some((car) => car.task === task && isAboard(car))) return;
    const { state, outcome, repository } = taskWork(db, task);
    if (state !== 'review') {
      endCar(db, { train: train.id, task, state: 'left', reason: `It is ${outcome ?? state}.`, at });
      return;
    }
    endCar(db, { train: train.id, task, state: 'returned', reason, at });
    decisions.record(room, db, {
      ...{ by: `train ${train.id}`, kind: 'request-changes', task, repository: repository.path },
      ...{ shown: decisions.shownOf(review), answered: { comment: reason, train: train.id } },
      rule: `train ${train.id}: what fails goes back to its agent`,
    });
    const patch = { runAfter: null, queuedReason: `Train ${train.id} sent it back. ${reason}` };
    moveTask(db, { task, to: 'queued', by: 'runner', reason: `Sent back by train ${train.id}. ${reason}`, at, patch });
    addMessage(db, { task, text: message, by: 'runner', at });
  });
  room.runner.wake();
}
