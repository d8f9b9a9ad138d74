import type { Config } from './config';
import type { TaskState } from './contract/task';
import { openForReading } from './store/database';
import { openLandings } from './store/landings';
import { countAsking } from './store/requests';
import { countTasks } from './store/task-count';
import { openTerminals } from './store/terminals';
import { openTrains } from './store/trains';

/** What a data folder holds: how many tasks in each state, programs on terminals that were not ended, and what was landing. */
export interface Left {
  readonly tasks: Readonly<Record<TaskState, number>>;
  /** How many of the tasks have a question that the person did not answer yet; they are in whatever state the stop left them. */
  readonly asking: number;
  readonly terminals: number;
  /** The tasks whose approved change had begun to land. */
  readonly landing: readonly number[];
  /** The trains that had not ended. */
  readonly trains: readonly number[];
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
      return {
        ...{ tasks: countTasks(db), asking: countAsking(db), terminals: openTerminals(db).length },
        landing: openLandings(db).map(({ task }) => task),
        trains: openTrains(db).map(({ id }) => id),
      };
    } finally {
      db.close();
    }
  } catch {
    return null;
  }
}
