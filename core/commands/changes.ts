import type { Change } from '../contract/change';
import type { Task } from '../contract/task';
import { snapshotTasks } from '../store/task-view';
import { listTrains } from '../store/trains';
import { openPage } from './page';
import * as repositories from './repositories';
import type { Room } from './room';

/** One snapshot of everything shown, then every change since. */
export async function* follow(room: Room, signal: AbortSignal | undefined): AsyncGenerator<Change, void, void> {
  // Followed before the snapshot is read: a change in between is told twice rather than never.
  const tail = room.follow(signal);
  try {
    const tasks = snapshotTasks(room.db);
    const page = openPage<Task>();
    const rest = tasks.filter((task) => !page.takes(task));
    yield {
      type: 'snapshot',
      tasks: [...page.items],
      repositories: repositories.list(room),
      // Looking asks the login shell, which may take seconds; the window need not wait for it.
      agents: [...room.knownAgents()],
      settings: room.settings(),
      held: room.held(),
      pushes: [...room.pushes.all()],
      trains: listTrains(room.db, 0),
    };
    // Nobody reads a message of any size: a long queue, or many long questions, comes in pieces.
    for (const task of rest) yield { type: 'task.changed', task };
    yield* tail;
  } finally {
    await tail.return?.();
  }
}
