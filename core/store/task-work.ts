import type { Session } from '../contract/session';
import type { Task } from '../contract/task';
import type { Database } from './database';
import { type Message, pendingMessages } from './messages';
import { noRepository, type RepositoryRow, repositoryById } from './repositories';
import { newestSession } from './sessions';
import { taskRow } from './task-row';
import { readPrompt, readTask } from './task-view';

/** Everything a runner needs to begin, or go on with, a task. */
export interface TaskWork {
  readonly task: Task;
  readonly generation: number;
  /** How often a process died with this task in hand, in a row. */
  readonly crashes: number;
  readonly prompt: string;
  readonly repository: RepositoryRow;
  readonly session: Session | undefined;
  /** What was said to the agent and has not reached it, oldest first. */
  readonly messages: readonly Message[];
}

/** What is to be done for a task. Throws NOT_FOUND for the task, or when its repository was removed. */
export function taskWork(db: Database, id: number): TaskWork {
  const { generation, crashes, repository_id } = taskRow(db, id);
  const repository = repositoryById(db, repository_id);
  if (repository === undefined) throw noRepository(repository_id);
  return {
    task: readTask(db, id),
    generation,
    crashes,
    prompt: readPrompt(db, id),
    repository,
    session: newestSession(db, id),
    messages: pendingMessages(db, id),
  };
}
