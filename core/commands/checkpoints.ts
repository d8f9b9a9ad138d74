import type { Caller } from '../contract/caller';
import type { Checkpoint, CheckpointDiff, GoneBack } from '../contract/checkpoint';
import { CodedError } from '../contract/errors';
import { refused } from '../contract/refusal';
import { listChanges, mergeBase } from '../git/diff';
import { settleEdit } from '../runner/edits';
import { conversationAt, goBack, settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { originOf } from '../runner/origin';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { endRestack } from '../runner/restacks';
import { type CheckpointRow, currentCheckpoint, listCheckpoints, readCheckpoint } from '../store/checkpoints';
import { openReturnOf } from '../store/returns';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { alone } from './acting';
import type { Room } from './room';

/** The states of a task's worktree that can be gone back to, oldest first. */
export function list(room: Room, task: number): Checkpoint[] {
  const { agent } = taskRow(room.db, task);
  const current = currentCheckpoint(room.db, task)?.number;
  return listCheckpoints(room.db, task).map((row) => ({
    ...{ task, number: row.number, kind: row.kind, turn: row.turn, session: row.session, seq: row.seq, tree: row.tree },
    ...{ parent: row.parent, change: row.change, at: row.createdAt, kept: row.removedAt === null },
    current: row.number === current,
    conversation: conversationAt(room, agent, row),
  }));
}

/** What changed from one checkpoint, or the task's base, to another. */
export async function diff(
  room: Room,
  input: { task: number; from?: number | null | undefined; to: number },
): Promise<CheckpointDiff> {
  const { task } = input;
  const to = readCheckpoint(room.db, task, input.to);
  const from = input.from === undefined ? to.parent : input.from;
  const work = taskWork(room.db, task);
  const place = await repositoryPlace(room.git, work.repository);
  const base = from === null ? await baseOf(room, work, place, to) : readCheckpoint(room.db, task, from).oid;
  const files = await listChanges(place, { base, head: to.oid });
  return { task, from, to: to.number, mergeBase: base, head: to.oid, files };
}

/**
 * Puts the worktree back to a checkpoint, and the agent's conversation where it can. Refused while an agent is at work,
 * or may be at any moment, and when the task is done.
 */
export function back(room: Room, { by }: Caller, input: { task: number; checkpoint: number }): Promise<GoneBack> {
  const { task, checkpoint } = input;
  return alone(task, async () => {
    const assertResting = () => {
      const row = taskRow(room.db, task);
      if (!resting.includes(row.state)) throw refused(row, 'put back');
    };
    assertResting();
    // A task cancelled a moment ago may still have its agent in the worktree.
    await room.runner.over(task);
    await settleEarlier(room, task);
    await settleEdit(room, task);
    await endRestack(room, task);
    const open = openReturnOf(room.db, task);
    await settleReturn(room, task).catch((cause: unknown) => {
      // Whoever goes elsewhere has given it up; the way there keeps what it left.
      if (!(cause instanceof CodedError) || open?.target === checkpoint) throw cause;
    });
    assertResting();
    await room.checks.stop(task, 'Ended because you went back to a checkpoint.');
    const { left, conversation } = await goBack(room, { task, checkpoint, by });
    return { task, checkpoint, left, conversation };
  });
}

/** The states in which nobody works on a task, or begins to by itself, and its worktree is there. */
const resting: readonly string[] = ['review', 'failed', 'cancelled'];

/** The commit of the task's base that a checkpoint began from; as it was on disk, where that was kept. */
async function baseOf(room: Room, work: TaskWork, place: RepositoryPlace, to: CheckpointRow): Promise<string> {
  const base = await originOf(place, work);
  const common = to.head === null ? null : await mergeBase(place, base, to.head);
  const start = listCheckpoints(room.db, work.id).find(({ kind, removedAt }) => kind === 'start' && removedAt === null);
  return start !== undefined && (common === null || start.head === common) ? start.oid : (common ?? base);
}
