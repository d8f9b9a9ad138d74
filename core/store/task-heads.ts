import type { TaskState } from '../contract/task';
import type { Database } from './database';
import { allRows } from './statement';

/** As much of a task as names it beside something found in it. */
export interface TaskHead {
  readonly id: number;
  readonly title: string;
  readonly state: TaskState;
  readonly repository: string;
  readonly agent: string;
}

/** The heads of these tasks, by number. */
export function taskHeads(db: Database, tasks: readonly number[]): ReadonlyMap<number, TaskHead> {
  const rows = allRows<TaskHead>(
    db,
    `SELECT task.id, task.title, task.state, repository.path AS repository, task.agent
     FROM task JOIN repository ON repository.id = task.repository_id
     WHERE task.id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(tasks),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The numbers of the tasks of a repository, an agent and some states; null when nothing narrows them. */
export function taskNumbers(
  db: Database,
  narrow: {
    readonly repository?: number | undefined;
    readonly agent?: string | undefined;
    readonly states?: readonly TaskState[] | undefined;
  },
): readonly number[] | null {
  const { repository, agent, states } = narrow;
  if (repository === undefined && agent === undefined && states === undefined) return null;
  return allRows<{ id: number }>(
    db,
    `SELECT id FROM task WHERE (@repository IS NULL OR repository_id = @repository) AND (@agent IS NULL OR agent = @agent)
       AND (@states IS NULL OR state IN (SELECT value FROM json_each(@states)))`,
    {
      repository: repository ?? null,
      agent: agent ?? null,
      states: states === undefined ? null : JSON.stringify(states),
    },
  ).map(({ id }) => id);
}
