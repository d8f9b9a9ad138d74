import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { type Asked, refused } from '../contract/refusal';
import type { NewTask, Task, TaskDetail, TaskState } from '../contract/task';
import { inTurn } from '../git/in-turn';
import { openRepository } from '../git/open';
import { resolveBranch } from '../git/resolve';
import { addMessage } from '../store/messages';
import { repositoryById } from '../store/repositories';
import { withdrawOpen } from '../store/requests';
import { taskRow } from '../store/task-row';
import { listTasks, readTask, readTaskDetail } from '../store/task-view';
import type { TaskWork } from '../store/task-work';
import { insertTask, moveTask } from '../store/tasks';
import { openTranscript } from '../store/transcript';
import { assertAgent } from './agents';
import * as decisions from './decisions';
import type { Room } from './room';

/** Stores a task as queued and wakes the queue. What it names is looked at first, so a typing error fails here. */
export async function create(room: Room, input: NewTask): Promise<TaskDetail> {
  const repository = repositoryById(room.db, input.repositoryId);
  const settings = room.settings();
  const agent = input.agent ?? settings.defaultAgent;
  assertAgent(room, agent);
  const opened = await openRepository(room.git, repository.path);
  const base = input.base ?? opened.defaultBranch ?? repository.defaultBranch;
  if (base === null) {
    throw new CodedError(
      'BAD_INPUT',
      `${repository.path} is on no branch (detached HEAD), so there is no base to start from. Name a base branch.`,
    );
  }
  await resolveBranch({ git: room.git, checkout: opened.checkout, trusted: false }, base);
  const id = await room.writer.write((db) =>
    insertTask(db, {
      repositoryId: repository.id,
      title: input.title,
      prompt: input.prompt,
      agent,
      base,
      permissionLevel: input.permissionLevel ?? settings.defaultPermissionLevel,
      priority: input.priority ?? 'default',
      after: input.after,
      runAfter: input.runAfter,
      maxAttempts: settings.maxAttempts,
      at: room.now(),
    }),
  );
  room.announce(id);
  room.runner.wake();
  return readTaskDetail(room.db, id);
}

/** Stops a task. Its agent is ended with everything it started; its worktree stays for a retry. */
export async function cancel(room: Room, task: number): Promise<Task> {
  const withdrawn = await room.writer.write((db) => {
    moveTask(db, { task, to: 'cancelled', by: 'person', reason: 'Cancelled.', at: room.now() });
    return withdrawOpen(db, { task, at: room.now() });
  });
  room.runner.cancel(task);
  withdrawn.forEach(room.announceRequest);
  return told(room, task);
}

/** Queues a failed or cancelled task again, going on in its worktree and its session. */
export function retry(room: Room, task: number): Promise<Task> {
  return alone(task, async () => {
    await room.writer.write((db) => {
      // The repository may have been removed meanwhile; then there is nothing to work in.
      const row = taskRow(db, task);
      repositoryById(db, row.repository_id);
      mustBe(row, ['failed', 'cancelled'], 'retried');
      moveTask(db, {
        task,
        to: 'queued',
        by: 'person',
        reason: 'Retried.',
        at: room.now(),
        patch: { error: null, runAfter: null, queuedReason: 'You asked to try again.' },
      });
    });
    room.runner.wake();
    return told(room, task);
  });
}

/** Sends a finished change back to its agent with a comment, as the next message of the same session. */
export function reject(room: Room, { by }: Caller, input: { task: number; comment: string }): Promise<Task> {
  return alone(input.task, async () => {
    await room.writer.write((db) => {
      mustBe(taskRow(db, input.task), ['review'], 'sent back');
      const { repository, branch, change } = readTask(db, input.task);
      decisions.record(room, db, {
        by,
        kind: 'request-changes',
        task: input.task,
        repository,
        shown: { branch, change },
        answered: { comment: input.comment },
      });
      moveTask(db, {
        task: input.task,
        to: 'queued',
        by,
        reason: 'Changes asked.',
        at: room.now(),
        patch: { runAfter: null, queuedReason: 'You asked for changes.' },
      });
      addMessage(db, { task: input.task, text: input.comment, by, at: room.now() });
    });
    room.runner.wake();
    return told(room, input.task);
  });
}

/** A task with its prompt and its history. */
export function get(room: Room, task: number): TaskDetail {
  return readTaskDetail(room.db, task);
}

/** The newest tasks first. */
export function list(room: Room, input: { states?: TaskState[]; repository?: number; limit: number }): Task[] {
  return listTasks(room.db, input);
}

/**
 * Does one thing at a time to a task that is in nobody's hands: approving, discarding, restoring, asking for changes and
 * retrying take many steps or decide what the next of them finds, and may come by two doors at once.
 */
export function alone<Result>(task: number, act: () => Promise<Result>): Promise<Result> {
  return inTurn(`task ${task}`, act);
}

/** Throws WRONG_STATE unless the task is in one of the states. */
export function mustBe(task: Pick<Task, 'id' | 'state' | 'outcome'>, states: readonly TaskState[], asked: Asked): void {
  if (!states.includes(task.state)) throw refused(task, asked);
}

/** Leaves what the person should know of a task at the end of its conversation, as far as the disk takes it. */
export function tell(room: Room, task: Pick<TaskWork, 'id' | 'newestSession'>, notices: readonly string[]): void {
  if (notices.length === 0 || !task.newestSession) return;
  try {
    const transcript = openTranscript({ folder: room.folders.transcripts, session: task.newestSession.id });
    for (const text of notices) transcript.append({ type: 'notice', level: 'warning', text }, room.now());
    transcript.close();
  } catch (cause) {
    // What was done is done; that nobody can be told of a side of it must not make it look undone.
    room.log('error', 'A notice could not be kept.', { task: task.id, notices, cause: String(cause) });
  }
}

/** Tells followers of a task and gives it as it is now. */
export function told(room: Room, task: number): Task {
  room.announce(task);
  return readTask(room.db, task);
}
