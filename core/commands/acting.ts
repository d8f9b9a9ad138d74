import { type Asked, refused } from '../contract/refusal';
import type { Task, TaskState } from '../contract/task';
import { inTurn } from '../git/in-turn';
import { readTask } from '../store/task-view';
import type { TaskWork } from '../store/task-work';
import { openTranscript } from '../store/transcript';
import type { Room } from './room';

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
