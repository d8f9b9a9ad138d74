import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { Task, TaskDetail, TaskEdit, TaskState } from '../contract/task';
import { refOid } from '../git/resolve';
import { cancelTasks } from '../runner/cancelling';
import { settleEdit } from '../runner/edits';
import { settleEarlier } from '../runner/landed';
import { reviewMessage } from '../runner/messages';
import { repositoryPlace } from '../runner/place';
import { endRestack } from '../runner/restacks';
import { reviewedBy } from '../store/agent-reviews';
import { addMessage } from '../store/messages';
import { repositoryById } from '../store/repositories';
import { newestSession } from '../store/sessions';
import { type TaskRow, taskRow } from '../store/task-row';
import { listTasks, readTask, readTaskDetail } from '../store/task-view';
import { taskWork } from '../store/task-work';
import { editTask, moveTask } from '../store/tasks';
import { alone, mustBe, told } from './acting';
import { assertStackable } from './adding';
import { assertAgent, assertModel } from './agents';
import * as comments from './comments';
import * as decisions from './decisions';
import { noticeMoved } from './moved';
import type { Room } from './room';

/** Changes what a task was given: what it is after until it is done, its priority while it is queued, the rest only before it ever began. */
export function edit(room: Room, task: number, wanted: TaskEdit): Promise<Task> {
  if (wanted.agent !== undefined) assertAgent(room, wanted.agent);
  return alone(task, async () => {
    await room.writer.write((db) => {
      const row = taskRow(db, task);
      const { agent, model, title, prompt, budget, priority } = wanted;
      const words = title ?? prompt;
      const given = words ?? agent ?? model ?? budget;
      const isOrder = (given ?? priority) === undefined;
      mustBe(row, isOrder ? unfinished : ['queued'], 'edited');
      assertStackable(db, { repository: row.repository_id, base: row.base }, wanted);
      if (given !== undefined && newestSession(db, task) !== undefined) throw hasBegun(row);
      const reviewed = words === undefined ? undefined : reviewedBy(db, task)?.reviewed;
      if (reviewed !== undefined) throw isReview({ task, reviewed });
      assertOwn(row, wanted);
      assertModel(room, { agent: agent ?? row.agent, model });
      editTask(db, { task, edit: wanted, at: room.now() });
    });
    for (const other of [...(wanted.after ?? []), ...(wanted.detach ?? [])]) room.announce(other);
    room.runner.wake();
    return told(room, task);
  });
}

function hasBegun({ id, agent }: { readonly id: number; readonly agent: string }): CodedError {
  return new CodedError(
    'WRONG_STATE',
    `Task ${id} has begun with ${agent} and goes on with what it was given. Write to its agent instead (in the terminal: task say ${id} "…"); when its budget is reached you are asked for more. For anything else, cancel it and make a new task.`,
    { facts: { task: id } },
  );
}

function isReview({ task, reviewed }: { readonly task: number; readonly reviewed: number }): CodedError {
  return new CodedError(
    'WRONG_STATE',
    `Task ${task} reviews task ${reviewed}, and its words go with that. To say what to look at, cancel it and ask for a review again (in the terminal: task review ${reviewed}).`,
    { facts: { task, reviewed } },
  );
}

/** Throws WRONG_STATE when the task is in a contest and would be given what the others of it are not. */
function assertOwn(row: TaskRow, { title, prompt, after = [] }: TaskEdit): void {
  if (row.contest_id === null || ((title ?? prompt) === undefined && after.length === 0)) return;
  throw new CodedError(
    'WRONG_STATE',
    `Task ${row.id} is in a contest: it has the words of the others and begins at the commit they begin at, so that they can be compared. Cancel it and make a task of its own instead.`,
    { facts: { task: row.id } },
  );
}

const unfinished = ['queued', 'running', 'waiting', 'review', 'failed', 'cancelled'] as const;

/** Stops a task. Its agent is ended with everything it started; its worktree stays for a retry. */
export async function cancel(room: Room, { by }: Caller, task: number): Promise<Task> {
  await cancelTasks(room, () => [task], { by, reason: 'Cancelled.' });
  return readTask(room.db, task);
}

/** Queues a failed or cancelled task again, going on in its worktree and its session. */
export function retry(room: Room, { by }: Caller, task: number): Promise<Task> {
  return alone(task, async () => {
    await room.writer.write((db) => {
      // The repository may have been removed meanwhile; then there is nothing to work in.
      const row = taskRow(db, task);
      repositoryById(db, row.repository_id);
      mustBe(row, ['failed', 'cancelled'], 'retried');
      moveTask(db, {
        task,
        to: 'queued',
        by,
        reason: 'Retried.',
        at: room.now(),
        patch: { error: null, runAfter: null, queuedReason: 'You asked to try again.' },
      });
    });
    room.runner.wake();
    return told(room, task);
  });
}

/**
 * Sends a finished change back to its agent, with the comments on its lines and one on the whole, as the next message of the
 * same session. Throws BAD_INPUT when there is nothing to say.
 */
export function reject(
  room: Room,
  { by }: Caller,
  input: { task: number; comment: string; head?: string | undefined; said?: readonly string[] | undefined },
): Promise<Task> {
  return alone(input.task, async () => {
    await settleEarlier(room, input.task);
    await settleEdit(room, input.task);
    await endRestack(room, input.task);
    mustBe(taskRow(room.db, input.task), ['review'], 'sent back');
    const drafts = await comments.drafts(room, input.task);
    if (input.comment === '' && drafts.comments.length === 0) {
      throw new CodedError(
        'BAD_INPUT',
        `Say what task ${input.task} should do differently, or comment on its lines first.`,
      );
    }
    await noticeMoved(room, [input.task]);
    const text = reviewMessage(drafts.comments, input.comment);
    const head = input.head ?? (await headOf(room, input.task));
    await room.writer.write((db) => {
      mustBe(taskRow(db, input.task), ['review'], 'sent back');
      const { repository, branch, change } = readTask(db, input.task);
      decisions.record(room, db, {
        by,
        kind: 'request-changes',
        task: input.task,
        repository,
        shown: { branch, change, head },
        answered: {
          comment: input.comment,
          ...(input.said !== undefined && input.said.length > 0 && { said: [...input.said] }),
          ...(drafts.comments.length > 0 && { comments: drafts.comments.map(({ id, text }) => ({ id, text })) }),
        },
      });
      moveTask(db, {
        task: input.task,
        to: 'queued',
        by,
        reason: 'Changes asked.',
        at: room.now(),
        patch: { runAfter: null, queuedReason: 'You asked for changes.' },
      });
      comments.send(db, drafts, { task: input.task, at: room.now() });
      addMessage(db, { task: input.task, text, by, at: room.now() });
    });
    if (drafts.comments.length > 0) room.announceComments(input.task);
    room.runner.wake();
    return told(room, input.task);
  });
}

/** Where a task's branch is, which is what whoever did not say saw. */
async function headOf(room: Room, task: number): Promise<string | null> {
  const { branch, repository } = taskWork(room.db, task);
  return branch === null ? null : refOid(await repositoryPlace(room.git, repository), `refs/heads/${branch}`);
}

/** A task with its prompt and its history, its change as its branch has it now. */
export async function get(room: Room, task: number): Promise<TaskDetail> {
  await upToDate(room, [task]);
  return readTaskDetail(room.db, task);
}

/** The newest tasks first, the changes of those in review as their branches have them now. */
export async function list(
  room: Room,
  input: { states?: TaskState[]; repository?: number; limit: number },
): Promise<Task[]> {
  const tasks = listTasks(room.db, input);
  const inReview = tasks.filter(({ state }) => state === 'review').map(({ id }) => id);
  return inReview.length > 0 && (await upToDate(room, inReview)) ? listTasks(room.db, input) : tasks;
}

/** Learns of branches that somebody moved, and what their changes meet then. */
async function upToDate(room: Room, tasks: readonly number[]): Promise<boolean> {
  const moved = await noticeMoved(room, tasks);
  if (moved) await room.lookForOverlaps();
  return moved;
}
