import type { Caller } from '../contract/caller';
import { agentWords, hasWon, othersOf, type Picked } from '../contract/contest';
import { CodedError } from '../contract/errors';
import type { Approval } from '../contract/review';
import { isInHand, type Task } from '../contract/task';
import { inTurn } from '../git/in-turn';
import { cancelTasks } from '../runner/cancelling';
import type { Database } from '../store/database';
import { openLandingOf } from '../store/landings';
import {
  beginPick,
  endPick,
  forgetIntent,
  intendPick,
  leaveRest,
  openPicks,
  type PickRow,
  pickOf,
  restOfPick,
} from '../store/picks';
import { taskRow } from '../store/task-row';
import { readTask } from '../store/task-view';
import { alone } from './acting';
import { contestOf } from './contests';
import * as decisions from './decisions';
import { discard } from './discarding';
import { land } from './landing';
import type { Room } from './room';

/**
 * Merges exactly what the ids of the approval name, as `land` says. With `discardOthers` the other tasks of its contest go once
 * it landed, and only then: that they are to go is written down first, and forgotten when it does not land.
 */
export async function approve(
  room: Room,
  { by }: Caller,
  { discardOthers = false, ...approval }: Approval,
): Promise<Task> {
  const { task } = approval;
  const landNow = () => alone(task, () => land(room, { by, rule: null }, approval));
  const contest = taskRow(room.db, task).contest_id;
  if (contest === null) {
    if (discardOthers) contestOf(room, task);
    return landNow();
  }
  return inContest(contest, async () => {
    await room.writer.write((db) => {
      // What an earlier approval was to discard is not what this one says.
      forgetIntent(db, contest);
      // What an earlier approval left half way lands first, and may be another change: nobody picks that.
      const earlier = openLandingOf(db, task)?.headOid ?? approval.head;
      if (discardOthers && earlier === approval.head) intendPick(db, { contest, task, by, at: room.now() });
    });
    try {
      await landNow();
    } catch (cause) {
      // Whatever lands later is approved anew, and what goes with it said anew.
      await room.writer.write((db) => forgetIntent(db, contest));
      throw cause;
    }
    await settleIntent(room, contest);
    // The change has landed, whatever comes of the others: the next start goes on with them.
    await discardRest(room, contest).catch((cause) => notSettled(room, contest, cause));
    return readTask(room.db, task);
  });
}

/** Discards the other tasks of a contest. Throws WRONG_STATE for a task that is in none, or is over itself, or the last one. */
export function pick(room: Room, { by }: Caller, task: number): Promise<Picked> {
  const contest = contestOf(room, task);
  return inContest(contest.id, async () => {
    await room.writer.write((db) => {
      const row = pickOf(db, contest.id);
      // One that was cut short goes on.
      if (row?.state === 'discarding' && row.task === task) return;
      assertPickable(readTask(db, task));
      begin(room, db, { contest: contest.id, task, by });
    });
    const became = await discardRest(room, contest.id);
    return { task: readTask(room.db, task), ...became };
  });
}

/** Finds out which of the changes that were to be picked once they landed did, before anything else lands. Never throws. */
export async function settleIntents(room: Room): Promise<void> {
  for (const { contest } of openPicks(room.db))
    await settleIntent(room, contest).catch((cause) => notSettled(room, contest, cause));
}

/** Discards what an earlier runtime did not come to. Never throws. */
export async function settlePicks(room: Room, signal: AbortSignal): Promise<void> {
  for (const { contest } of openPicks(room.db)) {
    if (signal.aborted) return;
    await inContest(contest, () => discardRest(room, contest)).catch((cause) => notSettled(room, contest, cause));
  }
}

function notSettled({ log }: Room, contest: number, cause: unknown): void {
  log('error', 'What was not picked could not be discarded.', { contest, cause: String(cause) });
}

function inContest<Result>(contest: number, act: () => Promise<Result>): Promise<Result> {
  return inTurn(`contest ${contest}`, act);
}

function assertPickable(task: Task): void {
  const isOver = task.state === 'failed' || task.state === 'cancelled' || task.outcome === 'discarded';
  if (!isOver) return;
  const state = task.outcome === 'discarded' ? 'discarded' : task.state;
  const again = state === 'discarded' ? `restore ${task.id}` : `retry ${task.id}`;
  throw new CodedError(
    'WRONG_STATE',
    `Task ${task.id} was not picked: it is ${state}, and picking it would leave no change. Bring it back first (in the terminal: task ${again}), or pick another one.`,
    { facts: { task: task.id, state } },
  );
}

/** Picks a task for good: which others go, and the decision, in one step. */
function begin(room: Room, db: Database, picked: Omit<PickRow, 'state'>): void {
  const { contest, task, by } = picked;
  const tasks = readTask(db, task).contest?.tasks.map((id) => readTask(db, id)) ?? [];
  const others = othersOf(tasks, task);
  if (others.length === 0) {
    throw new CodedError(
      'WRONG_STATE',
      `Nothing was discarded: no other task of the contest of task ${task} is left.`,
      {
        facts: { task },
      },
    );
  }
  const { repository, state, outcome, branch, change } = readTask(db, task);
  const shown = { state, outcome, branch, change, others: others.map(shownOf) };
  const answered = { discards: others.map(({ id }) => id) };
  decisions.record(room, db, { by, kind: 'pick', task, repository, shown, answered });
  beginPick(db, { contest, task, by, others: answered.discards, at: room.now() });
}

function shownOf(task: Task) {
  const { id, state, branch, change } = task;
  return { task: id, agent: agentWords(task), state, branch, change };
}

/** Finds out whether the change of a task that is picked once it lands has landed, and keeps it. Waits while that is not known. */
async function settleIntent(room: Room, contest: number): Promise<void> {
  await room.writer.write((db) => {
    const row = pickOf(db, contest);
    if (row?.state !== 'landing') return;
    const picked = readTask(db, row.task);
    if (hasWon(picked)) {
      const tasks = picked.contest?.tasks.map((id) => readTask(db, id)) ?? [];
      if (othersOf(tasks, row.task).length > 0) begin(room, db, row);
      else forgetIntent(db, contest);
    } else if (openLandingOf(db, row.task) === undefined) forgetIntent(db, contest);
  });
}

/** Discards what is still to go because another one was picked. What cannot be is left, and said. */
async function discardRest(room: Room, contest: number): Promise<Omit<Picked, 'task'>> {
  const row = pickOf(room.db, contest);
  const left: { task: number; reason: string }[] = [];
  const discarded: number[] = [];
  if (row?.state !== 'discarding') return { discarded, left };
  const { by, task: picked } = row;
  const rest = restOfPick(room.db, contest);
  const inHand = (db: Database) => rest.filter((id) => isInHand(taskRow(db, id)));
  await cancelTasks(room, inHand, { by, reason: `Task ${picked} was picked instead.` });
  for (const task of rest) {
    try {
      await discard(room, { by }, task);
      discarded.push(task);
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      left.push({ task, reason: cause.message });
      await room.writer.write((db) => leaveRest(db, task));
    }
  }
  await room.writer.write((db) => endPick(db, contest));
  for (const id of contestOf(room, picked).tasks) room.announce(id);
  return { discarded, left };
}
