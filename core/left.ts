import type { Config } from './config';
import type { TaskState } from './contract/task';
import { openForReading } from './store/database';
import { countAsking } from './store/requests';
import { countTasks } from './store/task-count';
import { openTerminals } from './store/terminals';

/** What a data folder holds: how many tasks in each state, and programs on terminals that were not ended. */
export interface Left {
  readonly tasks: Readonly<Record<TaskState, number>>;
  /** How many of the tasks have a question that the person did not answer yet; they are in whatever state the stop left them. */
  readonly asking: number;
  readonly terminals: number;
}

/**
 * What there is for the next start to go on with, read without owning the folder or changing anything in it. Null when
 * there is no store yet, or none that this version can read: why is for that start to say.
 */
export function readLeft({ folders, nativeBinding }: Pick<Config, 'folders' | 'nativeBinding'>): Left | null {
  try {
    const db = openForReading({ file: folders.database, nativeBinding });
    if (db === null) return null;
    try {
      return { tasks: countTasks(db), asking: countAsking(db), terminals: openTerminals(db).length };
    } finally {
      db.close();
    }
  } catch {
    return null;
  }
}
