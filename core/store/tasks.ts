import type { NewTask } from '../contract/task';
import type { Database } from './database';
import { addDependency } from './dependencies';
import { noRepository, repositoryById } from './repositories';
import { run } from './statement';
import { addToCount } from './task-count';
import { addTransition } from './transitions';

/** A new task with every choice made: what the person left out is filled from settings and the repository. */
export interface ResolvedTask extends Required<Omit<NewTask, 'after' | 'runAfter'>> {
  readonly after?: readonly number[] | undefined;
  readonly runAfter?: number | null | undefined;
  readonly maxAttempts: number;
  readonly at: number;
  /** Who asked for it; the person unless said otherwise. */
  readonly by?: string;
}

/** Stores a task as `queued` and gives its id, which is never used again. Throws NOT_FOUND for its repository or a task it waits for. */
export function insertTask(db: Database, task: ResolvedTask): number {
  if (repositoryById(db, task.repositoryId) === undefined) throw noRepository(task.repositoryId);
  const { id } = run(
    db,
    `INSERT INTO task (repository_id, title, agent, base, permission_level, priority, state, max_attempts, run_after,
       created_at, updated_at, state_since)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?8, ?9, ?9, ?9)`,
    task.repositoryId,
    task.title,
    task.agent,
    task.base,
    task.permissionLevel,
    task.priority,
    task.maxAttempts,
    task.runAfter ?? null,
    task.at,
  );
  run(db, 'INSERT INTO task_prompt (task_id, text) VALUES (?, ?)', id, task.prompt);
  for (const after of task.after ?? []) addDependency(db, { task: id, after });
  addTransition(db, id, { from: null, to: 'queued', at: task.at, by: task.by ?? 'person', reason: 'Created.' });
  addToCount(db, 'queued', task.priority, 1);
  return id;
}
