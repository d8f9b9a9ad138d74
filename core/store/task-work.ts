import type { Session } from '../contract/session';
import type { Task } from '../contract/task';
import type { Database } from './database';
import { type RepositoryRow, repositoryById } from './repositories';
import { newestSession } from './sessions';
import { stackOidOf } from './stacks';
import { taskRow } from './task-row';
import { readPrompt, readTask } from './task-view';

/** Everything a runner needs to begin a task, or to go on with it. */
export interface TaskWork extends Omit<Task, 'repository'> {
  /** Where its own change begins while it stands on others' changes; null on its base alone. */
  readonly stackOid: string | null;
  readonly repository: RepositoryRow;
  readonly prompt: string;
  readonly generation: number;
  /** Whether a person drives it. */
  readonly driven: 0 | 1;
  readonly newestSession: Session | undefined;
}

/** What is to be done for a task. Throws NOT_FOUND for the task, or when its repository was removed. */
export function taskWork(db: Database, id: number): TaskWork {
  const { generation, repository_id, driven } = taskRow(db, id);
  return {
    ...readTask(db, id),
    repository: repositoryById(db, repository_id),
    prompt: readPrompt(db, id),
    generation,
    driven,
    newestSession: newestSession(db, id),
    stackOid: stackOidOf(db, id),
  };
}
