import type { Session } from '../contract/session';
import type { Task } from '../contract/task';
import type { Database } from './database';
import { type Message, pendingMessages } from './messages';
import { type RepositoryRow, repositoryById } from './repositories';
import { newestSession } from './sessions';
import { taskRow } from './task-row';
import { readPrompt, readTask } from './task-view';

/** Everything a runner needs to begin a task, or to go on with it. */
export interface TaskWork extends Omit<Task, 'repository'> {
  readonly repository: RepositoryRow;
  readonly prompt: string;
  readonly generation: number;
  /** How often a process died with this task in hand since the person last sent it off. */
  readonly crashes: number;
  readonly newestSession: Session | undefined;
  /** What was said to the agent and has not reached it, oldest first. */
  readonly messages: readonly Message[];
}

/** What is to be done for a task. Throws NOT_FOUND for the task, or when its repository was removed. */
export function taskWork(db: Database, id: number): TaskWork {
  const { generation, crashes, repository_id } = taskRow(db, id);
  return {
    ...readTask(db, id),
    repository: repositoryById(db, repository_id),
    prompt: readPrompt(db, id),
    generation,
    crashes,
    newestSession: newestSession(db, id),
    messages: pendingMessages(db, id),
  };
}
